using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>Sorting, largest elements and groups against plain ones, with ties.</summary>
public class VectorSortingTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 600)]
    [InlineData(4, 600)]
    [InlineData(5, 1025)]
    [InlineData(32, 1025)]
    [InlineData(64, 130)]
    public async Task Places_are_those_of_a_stable_sort(int bits, int n)
    {
        var keys = Trio.Words(n, bits, 5);
        var order = Enumerable.Range(0, n).OrderBy(i => keys[i]).ToArray();
        var places = new ulong[n];
        for (var k = 0; k < n; k++) places[order[k]] = (ulong)k;
        await Trio.EqualsPlainAsync(SecurityModel.SemiHonest, places, async engine =>
        {
            using var shared = await engine.InputBitsAsync(engine.Parties[1], engine.Index == 1 ? keys : default, n, bits);
            using var result = await VectorSorting.PlacesAsync(engine, shared);
            return await engine.OpenAsync(result);
        });
    }

    [Fact]
    public async Task Largest_words_come_with_their_rows()
    {
        var words = Trio.Words(300, 20, 9);
        ulong[] numbers = [.. Enumerable.Range(0, 300).Select(i => (ulong)i)];
        var order = Enumerable.Range(0, 300).OrderByDescending(i => words[i]).Take(7).ToArray();
        await Trio.EqualsPlainAsync(SecurityModel.SemiHonest, [.. order.Select(i => words[i]), .. order.Select(i => (ulong)i)], async engine =>
        {
            using SharedVector x = await engine.InputAsync(0, words), y = await engine.InputAsync(2, numbers);
            var largest = await VectorSorting.LargestAsync(engine, x, [y], 20, 7);
            using SharedVector first = largest[0], second = largest[1];
            return [.. await engine.OpenAsync(first), .. await engine.OpenAsync(second)];
        });
    }

    [Theory, InlineData(0), InlineData(1), InlineData(400)]
    public async Task Running_totals_of_groups(int n)
    {
        ulong[] groups = [.. Trio.Words(n, 3, 2)], values = Trio.Words(n, 64, 3);
        var order = Enumerable.Range(0, n).OrderBy(i => groups[i]).ToArray();
        var (total, totals, last) = (0UL, new ulong[n], new ulong[n]);
        for (var k = 0; k < n; k++)
        {
            totals[k] = total = unchecked(total + values[order[k]]);
            last[k] = k == n - 1 || groups[order[k]] != groups[order[k + 1]] ? 1UL : 0;
        }

        await Trio.EqualsPlainAsync(SecurityModel.SemiHonest, [.. order.Select(i => groups[i]), .. totals, .. last], async engine =>
        {
            using SharedVector x = await engine.InputAsync(0, groups), y = await engine.InputAsync(1, values);
            var (keys, running, isLast) = await VectorSorting.GroupAsync(engine, x, y, 3);
            using (keys)
            using (running)
            using (isLast)
                return [.. await engine.OpenAsync(keys), .. await engine.OpenAsync(running), .. await engine.OpenAsync(isLast)];
        });
    }
}

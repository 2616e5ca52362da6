using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>Sorting, largest elements and groups against plain ones, with ties.</summary>
public class VectorSortingTests
{
    [Theory]
    [InlineData(SecurityModel.SemiHonest, 1, 0)]
    [InlineData(SecurityModel.SemiHonest, 1, 1)]
    [InlineData(SecurityModel.SemiHonest, 1, 600)]
    [InlineData(SecurityModel.SemiHonest, 4, 600)]
    [InlineData(SecurityModel.SemiHonest, 5, 1025)]
    [InlineData(SecurityModel.SemiHonest, 32, 1025)]
    [InlineData(SecurityModel.SemiHonest, 64, 130)]
    [InlineData(SecurityModel.Malicious, 1, 0)]
    [InlineData(SecurityModel.Malicious, 1, 1)]
    [InlineData(SecurityModel.Malicious, 3, 33)]
    [InlineData(SecurityModel.Malicious, 56, 100)]
    public async Task Places_are_those_of_a_stable_sort(SecurityModel security, int bits, int n)
    {
        var keys = Trio.Words(n, bits, 5);
        var order = Enumerable.Range(0, n).OrderBy(i => keys[i]).ToArray();
        var places = new ulong[n];
        for (var k = 0; k < n; k++) places[order[k]] = (ulong)k;
        await Trio.EqualsPlainAsync(security, places, async engine =>
        {
            using var shared = await engine.InputBitsAsync(engine.Parties[1], engine.Index == 1 ? keys : default, n, bits);
            using var result = await VectorSorting.PlacesAsync(engine, shared);
            return await engine.OpenAsync(result);
        });
    }

    [Fact]
    public void The_network_sorts_whatever_the_number_of_rows()
    {
        for (var n = 0; n <= 12; n++)
        {
            // A network that sorts all words of zeros and ones sorts all words (Knuth, section 5.3.4, theorem Z).
            var stages = SortingNetwork.Stages(n).ToArray();
            Assert.Equal(stages.Select(stage => (long)stage.Lower.Length), SortingNetwork.PairsOfStages(n));
            for (var word = 0; word < 1 << n; word++)
            {
                var bits = Enumerable.Range(0, n).Select(i => word >> i & 1).ToArray();
                foreach (var (lower, upper) in stages)
                {
                    for (var i = 0; i < lower.Length; i++)
                        if (bits[lower[i]] > bits[upper[i]]) (bits[lower[i]], bits[upper[i]]) = (bits[upper[i]], bits[lower[i]]);
                }

                Assert.Equal(bits.Order(), bits);
            }

            Assert.All(stages, stage => Assert.Equal(2 * stage.Lower.Length, stage.Lower.Concat(stage.Upper).Distinct().Count()));
        }
    }

    [Fact]
    public async Task Keys_too_wide_for_an_engine_without_a_shuffle_are_refused() =>
        Assert.All(
            await Trio.RunAsync<Exception?>(SecurityModel.Malicious, async engine => await Record.ExceptionAsync(async () =>
            {
                using var keys = engine.ConstantBits(new ulong[8], 60);
                using var places = await VectorSorting.PlacesAsync(engine, keys);
            })),
            failure => Assert.IsType<ArgumentOutOfRangeException>(failure));

    [Theory, InlineData(SecurityModel.SemiHonest, 300), InlineData(SecurityModel.Malicious, 40)]
    public async Task Largest_words_come_with_their_rows(SecurityModel security, int n)
    {
        var words = Trio.Words(n, 20, 9);
        ulong[] numbers = [.. Enumerable.Range(0, n).Select(i => (ulong)i)];
        var order = Enumerable.Range(0, n).OrderByDescending(i => words[i]).Take(7).ToArray();
        await Trio.EqualsPlainAsync(security, [.. order.Select(i => words[i]), .. order.Select(i => (ulong)i)], async engine =>
        {
            using SharedVector x = await engine.InputAsync(0, words), y = await engine.InputAsync(2, numbers);
            var largest = await VectorSorting.LargestAsync(engine, x, [y], 20, 7);
            using SharedVector first = largest[0], second = largest[1];
            return [.. await engine.OpenAsync(first), .. await engine.OpenAsync(second)];
        });
    }

    [Theory]
    [InlineData(SecurityModel.SemiHonest, 0)]
    [InlineData(SecurityModel.SemiHonest, 1)]
    [InlineData(SecurityModel.SemiHonest, 400)]
    [InlineData(SecurityModel.Malicious, 50)]
    public async Task Running_totals_of_groups(SecurityModel security, int n)
    {
        ulong[] groups = [.. Trio.Words(n, 3, 2)], values = Trio.Words(n, 64, 3);
        var order = Enumerable.Range(0, n).OrderBy(i => groups[i]).ToArray();
        var (total, totals, last) = (0UL, new ulong[n], new ulong[n]);
        for (var k = 0; k < n; k++)
        {
            totals[k] = total = unchecked(total + values[order[k]]);
            last[k] = k == n - 1 || groups[order[k]] != groups[order[k + 1]] ? 1UL : 0;
        }

        await Trio.EqualsPlainAsync(security, [.. order.Select(i => groups[i]), .. totals, .. last], async engine =>
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

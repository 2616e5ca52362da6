using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Columns;

/// <summary>Which of each group of numbers is the largest, as words 0 and 1; of equal ones the first.</summary>
/// <remarks>
/// A tournament of few rounds: parts of up to 24 in which each is compared with each, then the winners likewise. Comparisons cost bits and rounds cost time; two stages do for 576 numbers.
/// </remarks>
internal static class SharedArgmax
{
    private const int LargestGroup = 24;

    /// <summary>The marks.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="numbers">For each of the groups, as many signed words; |x| ≤ 2^bits.</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="bits">At most 61.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> MarkAsync(IVectorEngine engine, SharedVector numbers, int groups, int bits, CancellationToken cancellation)
    {
        var count = numbers.Length / groups;
        var stages = Math.Max(1, (int)Math.Ceiling(Math.Log(count) / Math.Log(LargestGroup)));
        var size = Math.Max(2, (int)Math.Ceiling(Math.Pow(count, 1.0 / stages)));
        SharedVector? marks = null;
        var current = SharedVectors.Slice(numbers, 0, numbers.Length);
        for (var span = 1; marks is null || current.Length > groups; span *= size)
        {
            var width = ((current.Length / groups) + size - 1) / size * size;
            using var padded = Padded(engine, current, groups, width, bits);
            current.Dispose();
            using var won = await WinnersAsync(engine, padded, size, bits, cancellation).ConfigureAwait(false);
            current = await SumOfEachAsync(engine, won, padded, size, cancellation).ConfigureAwait(false);
            marks = await NarrowedAsync(engine, marks, won, groups, count, span, cancellation).ConfigureAwait(false);
        }

        current.Dispose();
        return marks;
    }

    private static SharedVector Padded(IVectorEngine engine, SharedVector x, int groups, int width, int bits)
    {
        using var lowest = engine.Constant([unchecked((ulong)-(1L << bits))]);
        using var all = SharedVectors.Concatenate(x, lowest);
        var count = x.Length / groups;
        return SharedVectors.Pick(all, [.. Enumerable.Range(0, groups * width).Select(i => i % width < count ? (i / width * count) + (i % width) : x.Length)]);
    }

    /// <summary>In each part of so many consecutive numbers, 1 at the first of the largest.</summary>
    private static async Task<SharedVector> WinnersAsync(IVectorEngine engine, SharedVector x, int size, int bits, CancellationToken cancellation)
    {
        (int First, int Second)[] pairs = [.. from i in Enumerable.Range(0, size) from j in Enumerable.Range(i + 1, size - i - 1) select (i, j)];
        var groups = x.Length / size;
        using SharedVector left = SharedVectors.Pick(x, [.. from g in Enumerable.Range(0, groups) from pair in pairs select (g * size) + pair.First]),
            right = SharedVectors.Pick(x, [.. from g in Enumerable.Range(0, groups) from pair in pairs select (g * size) + pair.Second]);
        using var less = await VectorComparisons.LessThanAsync(engine, left, right, bits + 1, cancellation).ConfigureAwait(false);

        // Against the others of its group, one plane for each: the earlier one wins unless less, the later one if the earlier is less.
        var planes = new SharedBitVector[size - 1];
        for (var other = 1; other < size; other++)
        {
            var index = new int[x.Length];
            var earlier = new ulong[x.Length];
            for (var i = 0; i < x.Length; i++)
            {
                int me = i % size, opponent = (me + other) % size;
                index[i] = (i / size * pairs.Length) + Place(Math.Min(me, opponent), Math.Max(me, opponent), size);
                earlier[i] = me < opponent ? 1UL : 0;
            }

            using SharedBitVector picked = SharedVectors.Pick(less, index), flip = engine.ConstantBits(earlier, 1);
            planes[other - 1] = SharedVectors.Xor(picked, flip);
        }

        using var beats = SharedVectors.Stack(planes);
        foreach (var plane in planes) plane.Dispose();
        using var all = await VectorComparisons.AllAsync(engine, beats, cancellation).ConfigureAwait(false);
        return await engine.ToWordsAsync(all, cancellation).ConfigureAwait(false);
    }

    // Of the pair (i, j) among (0, 1), (0, 2), …, (1, 2), …
    private static int Place(int i, int j, int size) => (i * size) - (i * (i + 1) / 2) + j - i - 1;

    private static async Task<SharedVector> SumOfEachAsync(IVectorEngine engine, SharedVector marks, SharedVector x, int size, CancellationToken cancellation)
    {
        var groups = x.Length / size;
        (SharedVector X, SharedVector Y)[] pairs = [.. Enumerable.Range(0, size).Select(place =>
        {
            int[] index = [.. Enumerable.Range(0, groups).Select(g => (g * size) + place)];
            return (SharedVectors.Pick(marks, index), SharedVectors.Pick(x, index));
        })];
        var sum = await engine.SumOfProductsAsync(pairs, cancellation).ConfigureAwait(false);
        foreach (var (left, right) in pairs)
        {
            left.Dispose();
            right.Dispose();
        }

        return sum;
    }

    /// <summary>Of the marks so far those whose group won; at the first stage what won is the marks.</summary>
    private static async Task<SharedVector> NarrowedAsync(
        IVectorEngine engine, SharedVector? marks, SharedVector won, int groups, int count, int span, CancellationToken cancellation)
    {
        var width = won.Length / groups;
        var each = SharedVectors.Pick(won, [.. Enumerable.Range(0, groups * count).Select(i => (i / count * width) + (i % count / span))]);
        if (marks is null) return each;
        using (marks)
        using (each)
            return (await engine.MultiplyAsync([(marks, each)], cancellation).ConfigureAwait(false))[0];
    }
}

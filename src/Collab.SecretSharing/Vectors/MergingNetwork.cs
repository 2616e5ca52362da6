namespace Collab.SecretSharing.Vectors;

/// <summary>Merging two ascending sequences by comparisons whose places depend on their lengths alone, on every engine.</summary>
/// <remarks>
/// Batcher's odd-even merge, of any two lengths: Knuth, The Art of Computer Programming, volume 3, section 5.3.4. At most 1 + ⌈log₂ of the longer⌉ stages of
/// at most half the rows each, where sorting takes the square of it. Nothing is opened. specs/shared-ranks.md, step 2.
/// </remarks>
internal static class MergingNetwork
{
    /// <summary>The rows of all parts in the ascending order of their first vectors.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="parts">Of each part the same number of vectors of one length; the first unsigned, below 2^<paramref name="bits"/> and ascending.</param>
    /// <param name="bits">1 to 63.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector[]> MergeAsync(
        IVectorEngine engine, IReadOnlyList<SharedVector[]> parts, int bits, CancellationToken cancellation = default)
    {
        // The two shortest first: the order of the parts means nothing to the result but for equal keys.
        var ascending = parts.OrderBy(part => part[0].Length).ToArray();
        SharedVector[] merged = [.. ascending[0].Select(vector => SharedVectors.Slice(vector, 0, vector.Length))];
        foreach (var part in ascending.Skip(1))
        {
            var (order, stages) = Plan(merged[0].Length, part[0].Length);
            SharedVector[] both = [.. merged.Zip(part, (x, y) => SharedVectors.Concatenate(x, y))];
            Dispose(merged);
            await SortingNetwork.ExchangeAsync(engine, both, stages, bits, cancellation).ConfigureAwait(false);
            merged = [.. both.Select(vector => SharedVectors.Pick(vector, order))];
            Dispose(both);
        }

        return merged;
    }

    /// <summary>For the first sequence at places 0 to <paramref name="first"/> − 1 and the second behind it: the pairs compared, stage by stage, and which place then holds each rank.</summary>
    internal static (int[] Order, IReadOnlyList<(int[] Lower, int[] Upper)> Stages) Plan(int first, int second)
    {
        var stages = new List<(List<int> Lower, List<int> Upper)>();
        var (order, _) = Merge([.. Enumerable.Range(0, first)], [.. Enumerable.Range(first, second)], stages);
        return (order, [.. stages.Select(stage => (stage.Lower.ToArray(), stage.Upper.ToArray()))]);
    }

    /// <summary>How many pairs each stage of <see cref="Plan"/> compares.</summary>
    internal static IReadOnlyList<long> PairsOfStages(int first, int second)
    {
        var known = new Dictionary<(int, int), long[]>();
        return Count(first, second);

        long[] Count(int m, int n)
        {
            if (m == 0 || n == 0) return [];
            if (m == 1 && n == 1) return [1];
            if (known.TryGetValue((m, n), out var pairs)) return pairs;
            var (v, w) = (Count((m + 1) / 2, (n + 1) / 2), Count(m / 2, n / 2));
            var stages = new long[Math.Max(v.Length, w.Length) + 1];
            for (var i = 0; i < v.Length; i++) stages[i] += v[i];
            for (var i = 0; i < w.Length; i++) stages[i] += w[i];
            stages[^1] = (m + n - 1) / 2;
            return known[(m, n)] = stages;
        }
    }

    // The odd rows of both merged are v, the even ones w: in v₁ w₁ v₂ w₂ … each w may only have to change with the v behind it.
    private static (int[] Order, int Depth) Merge(int[] x, int[] y, List<(List<int> Lower, List<int> Upper)> stages)
    {
        if (x.Length == 0 || y.Length == 0) return ([.. x, .. y], 0);
        if (x.Length == 1 && y.Length == 1)
        {
            Compare(x[0], y[0], 0, stages);
            return ([x[0], y[0]], 1);
        }

        var (v, depthOfV) = Merge(EverySecond(x, 0), EverySecond(y, 0), stages);
        var (w, depthOfW) = Merge(EverySecond(x, 1), EverySecond(y, 1), stages);
        var depth = Math.Max(depthOfV, depthOfW);
        var order = new int[x.Length + y.Length];
        var at = 0;
        for (var i = 0; i < v.Length; i++)
        {
            order[at++] = v[i];
            if (i < w.Length) order[at++] = w[i];
        }

        // Both x and y of odd length: v is longer by two, and its last row stands behind all.
        for (var i = 1; i + 1 < order.Length; i += 2) Compare(order[i], order[i + 1], depth, stages);
        return (order, depth + 1);
    }

    private static void Compare(int lower, int upper, int stage, List<(List<int> Lower, List<int> Upper)> stages)
    {
        while (stages.Count <= stage) stages.Add(([], []));
        stages[stage].Lower.Add(lower);
        stages[stage].Upper.Add(upper);
    }

    private static int[] EverySecond(int[] places, int from)
    {
        var chosen = new int[(places.Length - from + 1) / 2];
        for (var i = 0; i < chosen.Length; i++) chosen[i] = places[from + (2 * i)];
        return chosen;
    }

    private static void Dispose(SharedVector[] vectors)
    {
        foreach (var vector in vectors) vector.Dispose();
    }
}

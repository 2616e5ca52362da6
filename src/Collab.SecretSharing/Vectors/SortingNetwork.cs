using System.Numerics;

namespace Collab.SecretSharing.Vectors;

/// <summary>Sorting by comparisons whose places depend on the number of rows alone, on every engine: for those that do not shuffle.</summary>
/// <remarks>
/// Batcher's merge exchange: Knuth, The Art of Computer Programming, volume 3, section 5.2.2, algorithm M. With t = ⌈log₂ n⌉, t(t+1)/2 stages of at most n/2 comparisons;
/// a stage is one comparison and one product of all its pairs. Nothing is opened. specs/replicated-sharing.md, step 8.
/// </remarks>
internal static class SortingNetwork
{
    /// <summary>The vectors in the ascending order of the first.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="vectors">Each of n words; the first unsigned and below 2^<paramref name="bits"/>. Equal words of it come in any order.</param>
    /// <param name="bits">1 to 63.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector[]> SortAsync(
        IVectorEngine engine, IReadOnlyList<SharedVector> vectors, int bits, CancellationToken cancellation = default)
    {
        SharedVector[] current = [.. vectors.Select(vector => SharedVectors.Slice(vector, 0, vector.Length))];
        await ExchangeAsync(engine, current, Stages(current[0].Length), bits, cancellation).ConfigureAwait(false);
        return current;
    }

    /// <summary>Stage by stage, exchanges the words of every pair of places whose upper word of the first vector is the smaller; in place.</summary>
    internal static async Task ExchangeAsync(
        IVectorEngine engine, SharedVector[] current, IEnumerable<(int[] Lower, int[] Upper)> stages, int bits, CancellationToken cancellation)
    {
        foreach (var (lower, upper) in stages)
        {
            using var lows = Columns.Of(current, lower);
            using var highs = Columns.Of(current, upper);
            using var less = await VectorComparisons.LessThanAsync(engine, highs[0], lows[0], bits, cancellation).ConfigureAwait(false);
            using var exchange = await engine.ToWordsAsync(less, cancellation).ConfigureAwait(false);
            using var differences = new Columns([.. highs.All.Zip(lows.All, SharedVectors.Subtract)]);
            using var moved = new Columns(await engine.MultiplyAsync([.. differences.All.Select(difference => (exchange, difference))], cancellation).ConfigureAwait(false));
            for (var v = 0; v < current.Length; v++)
            {
                for (var c = 0; c < current[v].ComponentCount; c++)
                    Exchange(current[v].Component(c), moved[v].Component(c), lower, upper);
            }
        }
    }

    /// <summary>The pairs of places compared, stage by stage; those of one stage are disjoint.</summary>
    internal static IEnumerable<(int[] Lower, int[] Upper)> Stages(int count)
    {
        foreach (var (p, r, d) in Distances(count))
        {
            int[] lower = [.. Enumerable.Range(0, count - d).Where(i => (i & p) == r)];
            if (lower.Length > 0) yield return (lower, Array.ConvertAll(lower, i => i + d));
        }
    }

    /// <summary>How many pairs each stage compares.</summary>
    internal static IEnumerable<long> PairsOfStages(int count)
    {
        foreach (var (p, r, d) in Distances(count))
        {
            var (whole, rest) = ((count - d) / (2 * p), (count - d) % (2 * p));
            var pairs = ((long)whole * p) + (r == 0 ? Math.Min(rest, p) : Math.Max(rest - p, 0));
            if (pairs > 0) yield return pairs;
        }
    }

    // Place i is compared with i + d where bit p of i is r.
    private static IEnumerable<(int P, int R, int D)> Distances(int count)
    {
        var top = count < 2 ? 0 : 1 << BitOperations.Log2((uint)count - 1);
        for (var p = top; p > 0; p /= 2)
        {
            var (q, r, d) = (top, 0, p);
            while (true)
            {
                yield return (p, r, d);
                if (q == p) break;
                (d, q, r) = (q - p, q / 2, p);
            }
        }
    }

    private static void Exchange(Span<ulong> words, ReadOnlySpan<ulong> moved, int[] lower, int[] upper)
    {
        for (var i = 0; i < lower.Length; i++)
        {
            words[lower[i]] = unchecked(words[lower[i]] + moved[i]);
            words[upper[i]] = unchecked(words[upper[i]] - moved[i]);
        }
    }

    /// <summary>Vectors that live and die together.</summary>
    private readonly record struct Columns(SharedVector[] All) : IDisposable
    {
        public SharedVector this[int column] => All[column];

        public static Columns Of(SharedVector[] vectors, int[] places) => new(Array.ConvertAll(vectors, vector => SharedVectors.Pick(vector, places)));

        public void Dispose()
        {
            foreach (var one in All) one.Dispose();
        }
    }
}

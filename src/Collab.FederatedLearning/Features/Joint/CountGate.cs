using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>From shares modulo t of the bads of every bin: which bins have too few of a label, and the bads of all bins of columns that have no such bin; to the owner of bins alone.</summary>
internal static class CountGate
{
    private const int SumBits = 35;   // of a sum of two residues modulo t, which has 34 bits
    private const int CountBits = 27; // of counts, at most 2^26, and of the bound

    /// <summary>Steps 4 and 5.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="binOwner">Who has the bins, and is told.</param>
    /// <param name="layout">The columns and their bins.</param>
    /// <param name="share">This party's shares of the bads, modulo t.</param>
    /// <param name="sizes">Rows of each bin, at their owner; ignored at the other.</param>
    /// <param name="least">Goods and bads that a bin with rows must have.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>At the owner of bins: for each bin whether it has too few, and the bads of columns without such a bin, 0 elsewhere. Null at the other.</returns>
    public static async Task<(bool[] TooFew, long[] Bads)?> OpenAsync(
        IVectorEngine engine, PartyId binOwner, HistogramLayout layout, ReadOnlyMemory<ulong> share, ReadOnlyMemory<ulong> sizes, int least, CancellationToken cancellation)
    {
        var (bins, modulus, owns) = (layout.Bins, GradientPacking.Parameters.PlaintextModulus, engine.Parties[engine.Index] == binOwner);
        var labelOwner = engine.Parties.Single(party => party != binOwner);

        // 4: c = u + v − t·[u + v ≥ t], words modulo 2^64.
        using var u = await engine.InputAsync(binOwner, share, bins, cancellation).ConfigureAwait(false);
        using var v = await engine.InputAsync(labelOwner, share, bins, cancellation).ConfigureAwait(false);
        using var sum = SharedVectors.Add(u, v);
        using var t = engine.Constant(Enumerable.Repeat(modulus, bins).ToArray());
        using var below = await VectorComparisons.LessThanAsync(engine, sum, t, SumBits, cancellation).ConfigureAwait(false);
        using var above = engine.Not(below);
        using var wraps = await engine.ToWordsAsync(above, cancellation).ConfigureAwait(false);
        using var excess = SharedVectors.MultiplyPublic(wraps, Enumerable.Repeat(modulus, bins).ToArray());
        using var bads = SharedVectors.Subtract(sum, excess);

        // 5: too few iff bads < least or size − bads < least, and there are rows.
        using var size = await engine.InputAsync(binOwner, sizes, bins, cancellation).ConfigureAwait(false);
        using var goods = SharedVectors.Subtract(size, bads);
        using var both = SharedVectors.Concatenate(bads, goods);
        using var bound = engine.Constant(Enumerable.Repeat((ulong)least, 2 * bins).ToArray());
        using var low = await VectorComparisons.LessThanAsync(engine, both, bound, CountBits, cancellation).ConfigureAwait(false);
        using var enough = engine.Not(low);
        using SharedBitVector enoughBads = SharedVectors.Pick(enough, Range(0, bins)), enoughGoods = SharedVectors.Pick(enough, Range(bins, bins));
        using var nobody = await engine.InputBitsAsync(binOwner, owns ? sizes.ToArray().Select(s => s == 0 ? 1UL : 0).ToArray() : default, bins, 1, cancellation).ConfigureAwait(false);
        using var filled = engine.Not(nobody);
        var enoughOfBoth = await engine.AndAsync([(enoughBads, enoughGoods)], cancellation).ConfigureAwait(false);
        using var notBoth = engine.Not(enoughOfBoth[0]);
        enoughOfBoth[0].Dispose();
        var fewBits = await engine.AndAsync([(notBoth, filled)], cancellation).ConfigureAwait(false);
        using var tooFew = fewBits[0];

        // A column passes iff the number of its bins with too few is 0.
        using var fewWords = await engine.ToWordsAsync(tooFew, cancellation).ConfigureAwait(false);
        using var fewOfColumn = OfColumns(fewWords, layout);
        using var ones = engine.Constant(Enumerable.Repeat(1UL, layout.Features.Count).ToArray());
        using var passes = await VectorComparisons.LessThanAsync(engine, fewOfColumn, ones, 9, cancellation).ConfigureAwait(false);
        using var passWords = await engine.ToWordsAsync(passes, cancellation).ConfigureAwait(false);
        using var passOfBin = SharedVectors.Pick(passWords, [.. layout.Features.SelectMany((f, column) => Enumerable.Repeat(column, f.Count))]);
        var told = await engine.MultiplyAsync([(bads, passOfBin)], cancellation).ConfigureAwait(false);
        using var toldBads = told[0];

        var openedFew = await engine.OpenBitsAsync(tooFew, [binOwner], cancellation).ConfigureAwait(false);
        var openedBads = await engine.OpenAsync(toldBads, [binOwner], cancellation).ConfigureAwait(false);
        return openedFew is null || openedBads is null ? null : ([.. openedFew.Select(bit => bit != 0)], [.. openedBads.Select(word => unchecked((long)word))]);
    }

    private static SharedVector OfColumns(SharedVector words, HistogramLayout layout)
    {
        var totals = new SharedVector[layout.Features.Count];
        try
        {
            for (var column = 0; column < totals.Length; column++)
            {
                using var slice = SharedVectors.Slice(words, layout.StartOf(column), layout.Features[column].Count);
                totals[column] = SharedVectors.Total(slice);
            }

            return SharedVectors.Concatenate(totals);
        }
        finally
        {
            foreach (var total in totals) total?.Dispose();
        }
    }

    private static int[] Range(int start, int count) => [.. Enumerable.Range(start, count)];
}

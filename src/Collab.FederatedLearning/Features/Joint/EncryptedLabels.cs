using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>Labels of 0 and 1 that the owner of bins cannot read, and sums by its bins, of which both parties get shares modulo t.</summary>
/// <remarks>As the sums of training by columns (specs/train-trees.md, "Why one product sums s bins"), of one number for each row, and masked in every coefficient.</remarks>
internal sealed class EncryptedLabels(GradientPacking packing, PublicKey key, ParallelOptions threads, RandomSource random) : IDisposable
{
    private const int Together = 64; // plaintexts made ready at a time, 192 KiB each

    private readonly Ciphertext _zero = Constant(0, plaintext => key.Encrypt(plaintext, random));
    private readonly PlainFactor _one = Constant(1, plaintext => plaintext.Prepare(GradientPacking.Parameters.Levels));
    private readonly List<Ciphertext> _labels = [];

    /// <summary>Takes the next block of labels.</summary>
    /// <exception cref="MalformedException">It is no fresh ciphertext of the parameters.</exception>
    public bool Add(byte[] block)
    {
        using var seeded = SeededCiphertext.Decode(GradientPacking.Parameters, block);
        _labels.Add(seeded.Expand());
        return true;
    }

    /// <summary>The encrypted sums of all groups of bins, masked, and this party's shares of them.</summary>
    /// <param name="columns">The bins of every row.</param>
    /// <param name="layout">Where which bin is.</param>
    /// <param name="share">Receives for each bin what is to be added, modulo t, to what the label owner decrypts.</param>
    public byte[][] Sum(IReadOnlyList<BinnedColumn> columns, HistogramLayout layout, ulong[] share)
    {
        var answers = new byte[(layout.Bins + packing.Stride - 1) / packing.Stride][];
        Parallel.For(0, answers.Length, threads, group => answers[group] = SumGroup(columns, layout, group, share));
        return answers;
    }

    private byte[] SumGroup(IReadOnlyList<BinnedColumn> columns, HistogramLayout layout, int group, ulong[] share)
    {
        var sum = _zero;
        try
        {
            for (var block = 0; block < _labels.Count; block += Together)
            {
                var blocks = Math.Min(Together, _labels.Count - block);
                var indicators = new PlainFactor[blocks];
                try
                {
                    for (var i = 0; i < blocks; i++) indicators[i] = Indicator(columns, layout, group, block + i);
                    var added = Evaluator.InnerProduct([.. _labels[block..(block + blocks)], sum], [.. indicators, _one]);
                    if (sum != _zero) sum.Dispose();
                    sum = added;
                }
                finally
                {
                    foreach (var indicator in indicators) indicator?.Dispose();
                }
            }

            var start = group * packing.Stride;
            var masks = new ulong[Math.Min(packing.Stride, layout.Bins - start)];
            using var mask = packing.Mask(random, masks);
            for (var j = 0; j < masks.Length; j++) share[start + j] = masks[j] == 0 ? 0 : GradientPacking.Parameters.PlaintextModulus - masks[j];
            using var masked = Evaluator.Add(sum, mask);
            using var flooded = Evaluator.Flood(masked, key, random);
            using var shortened = Evaluator.SwitchModulus(flooded, 1);
            return shortened.Encode();
        }
        finally
        {
            if (sum != _zero) sum.Dispose();
        }
    }

    // Which rows of a block are in which bin of a group.
    private PlainFactor Indicator(IReadOnlyList<BinnedColumn> columns, HistogramLayout layout, int group, int block)
    {
        var coefficients = new ulong[GradientPacking.Parameters.RingDegree];
        var (begin, firstRow) = (group * packing.Stride, block * packing.RowsInBlock);
        for (var feature = 0; feature < columns.Count; feature++)
        {
            var start = layout.StartOf(feature) - begin;
            if (start >= packing.Stride || start + layout.Features[feature].Count <= 0) continue;
            var bins = columns[feature].Rows[firstRow..];
            for (var i = 0; i < bins.Length && i < packing.RowsInBlock; i++)
            {
                var place = start + bins[i];
                if (place >= 0 && place < packing.Stride) packing.Mark(coefficients, i, place);
            }
        }

        using var plaintext = Plaintext.FromCoefficients(GradientPacking.Parameters, coefficients);
        return plaintext.Prepare(GradientPacking.Parameters.Levels);
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        foreach (var ciphertext in _labels) ciphertext.Dispose();
        _labels.Clear();
        _zero.Dispose();
        _one.Dispose();
    }

    private static T Constant<T>(ulong number, Func<Plaintext, T> made)
    {
        using var plaintext = Plaintext.FromCoefficients(GradientPacking.Parameters, [number]);
        return made(plaintext);
    }
}

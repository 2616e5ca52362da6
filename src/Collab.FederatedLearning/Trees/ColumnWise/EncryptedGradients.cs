using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>An owner of features' hold on gradients that it cannot read: it sums them by its own bins.</summary>
internal sealed class EncryptedGradients(
    GradientPacking packing, PublicKey key, IReadOnlyList<BinnedColumn> columns, HistogramLayout layout, ParallelOptions threads, RandomSource random) : IDisposable
{
    // Plaintexts made ready at a time, 192 KiB each, for every thread.
    private const int Together = 64;

    private readonly Ciphertext?[] _first = new Ciphertext?[packing.Blocks];
    private readonly Ciphertext?[] _second = new Ciphertext?[packing.Blocks];

    /// <summary>Where rows and bins stand.</summary>
    public GradientPacking Packing => packing;

    /// <summary>Takes a block of a new tree.</summary>
    /// <exception cref="MalformedException">They are no fresh ciphertexts of the parameters.</exception>
    public bool Set(int block, CiphertextPair pair)
    {
        using var first = SeededCiphertext.Decode(GradientPacking.Parameters, pair.First);
        using var second = SeededCiphertext.Decode(GradientPacking.Parameters, pair.Second);
        _first[block]?.Dispose();
        _second[block]?.Dispose();
        (_first[block], _second[block]) = (first.Expand(), second.Expand());
        return true;
    }

    /// <summary>How many pairs of ciphertexts answer for so many nodes.</summary>
    public int GroupsOf(int nodes) => ((nodes * layout.Bins) + packing.Stride - 1) / packing.Stride;

    /// <summary>Some groups' answers: sums in the first coefficients, random numbers in all others, and noise that tells nothing.</summary>
    /// <param name="rows">Which rows are in which node.</param>
    /// <param name="nodes">The nodes in question.</param>
    /// <param name="from">The first group.</param>
    /// <param name="most">How many at most.</param>
    public CiphertextPair[] Sum(NodeRows rows, uint[] nodes, int from, int most)
    {
        var answers = new CiphertextPair[Math.Min(most, GroupsOf(nodes.Length) - from)];
        var ofNodes = nodes.Select(node => rows.Of((int)node).ToArray()).ToArray();
        Parallel.For(0, answers.Length, threads, i => answers[i] = SumGroup(ofNodes, from + i));
        return answers;
    }

    private CiphertextPair SumGroup(int[][] nodes, int group)
    {
        using var one = Plaintext.FromCoefficients(GradientPacking.Parameters, [1]);
        using var unit = one.Prepare(GradientPacking.Parameters.Levels);
        // The masks: with them no sum is transparent, even of bins that no row is in.
        using var firstMask = EncryptedMask();
        using var secondMask = EncryptedMask();
        var (first, second) = (firstMask, secondMask);
        try
        {
            for (var block = 0; block < packing.Blocks; block += Together)
            {
                var blocks = Math.Min(Together, packing.Blocks - block);
                var indicators = new PlainFactor[blocks];
                try
                {
                    for (var i = 0; i < blocks; i++) indicators[i] = Indicator(nodes, group, block + i);
                    first = Added(first, firstMask, _first, block, indicators, unit);
                    second = Added(second, secondMask, _second, block, indicators, unit);
                }
                finally
                {
                    foreach (var indicator in indicators) indicator?.Dispose();
                }
            }

            return new(Finish(first), Finish(second));
        }
        finally
        {
            if (!ReferenceEquals(first, firstMask)) first.Dispose();
            if (!ReferenceEquals(second, secondMask)) second.Dispose();
        }
    }

    private static Ciphertext Added(Ciphertext sum, Ciphertext mask, Ciphertext?[] gradients, int block, PlainFactor[] indicators, PlainFactor unit)
    {
        var result = Evaluator.InnerProduct([.. gradients.Skip(block).Take(indicators.Length).OfType<Ciphertext>(), sum], [.. indicators, unit]);
        if (!ReferenceEquals(sum, mask)) sum.Dispose();
        return result;
    }

    private Ciphertext EncryptedMask()
    {
        using var mask = packing.Mask(random);
        return key.Encrypt(mask, random);
    }

    private byte[] Finish(Ciphertext sum)
    {
        using var flooded = Evaluator.Flood(sum, key, random);
        using var shortened = Evaluator.SwitchModulus(flooded, 1);
        return shortened.Encode();
    }

    // Which rows of a block are in which bin of a group. Bins stand node after node, feature after feature.
    private PlainFactor Indicator(int[][] nodes, int group, int block)
    {
        var coefficients = new ulong[GradientPacking.Parameters.RingDegree];
        var (begin, end, firstRow) = (group * packing.Stride, (group + 1) * packing.Stride, block * packing.RowsInBlock);
        for (var node = begin / layout.Bins; node < nodes.Length && node * layout.Bins < end; node++)
        {
            ReadOnlySpan<int> rows = nodes[node];
            rows = rows[LowerBound(rows, firstRow)..LowerBound(rows, firstRow + packing.RowsInBlock)];
            for (var feature = 0; feature < columns.Count; feature++)
            {
                var start = (node * layout.Bins) + layout.StartOf(feature) - begin;
                if (start >= packing.Stride || start + layout.Features[feature].Count <= 0) continue;
                var bins = columns[feature].Rows;
                foreach (var row in rows)
                {
                    var place = start + bins[row];
                    if (place >= 0 && place < packing.Stride) packing.Mark(coefficients, row - firstRow, place);
                }
            }
        }

        using var plaintext = Plaintext.FromCoefficients(GradientPacking.Parameters, coefficients);
        return plaintext.Prepare(GradientPacking.Parameters.Levels);
    }

    private static int LowerBound(ReadOnlySpan<int> rows, int row)
    {
        var found = rows.BinarySearch(row);
        return found >= 0 ? found : ~found;
    }

    public void Dispose()
    {
        foreach (var ciphertext in _first) ciphertext?.Dispose();
        foreach (var ciphertext in _second) ciphertext?.Dispose();
    }
}

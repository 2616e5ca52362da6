using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>An owner of features' hold on gradients that it cannot read: it sums them by its own bins.</summary>
internal sealed class EncryptedGradients(
    GradientPacking packing, PublicKey key, IReadOnlyList<BinnedColumn> columns, HistogramLayout layout, bool hasSecond, ParallelOptions threads, RandomSource random) : IDisposable
{
    // Plaintexts made ready at a time, 192 KiB each, for every thread.
    private const int Together = 64;

    // Sums begin with an encryption of zero, so that none is transparent, not even of bins that no row is in; the flood makes each new.
    private readonly Ciphertext _zero = Constant(0, plaintext => key.Encrypt(plaintext, random));
    private readonly PlainFactor _one = Constant(1, plaintext => plaintext.Prepare(GradientPacking.Parameters.Levels));
    private readonly List<Ciphertext> _first = [];
    private readonly List<Ciphertext> _second = [];
    private int[][] _nodes = [];
    private int[] _starts = [];

    /// <summary>How many pairs of ciphertexts carry the rows of the nodes in question.</summary>
    public int Blocks { get; private set; }

    /// <summary>How many pairs of ciphertexts answer.</summary>
    public int Groups { get; private set; }

    /// <summary>Asks for the gradients of the rows of these nodes, node after node.</summary>
    /// <param name="nodes">The rows of each node.</param>
    public void Begin(int[][] nodes)
    {
        Forget();
        (_nodes, _starts) = (nodes, new int[nodes.Length + 1]);
        for (var i = 0; i < nodes.Length; i++) _starts[i + 1] = _starts[i] + nodes[i].Length;
        Blocks = packing.BlocksOf(_starts[^1]);
        Groups = ((nodes.Length * layout.Bins) + packing.Stride - 1) / packing.Stride;
    }

    /// <summary>How many of the rows of each node are in each bin, node after node.</summary>
    public uint[] Count()
    {
        var counts = new uint[_nodes.Length * layout.Bins];
        for (var node = 0; node < _nodes.Length; node++)
        {
            for (var feature = 0; feature < columns.Count; feature++)
            {
                var of = counts.AsSpan((node * layout.Bins) + layout.StartOf(feature), layout.Features[feature].Count);
                var bins = columns[feature].Rows;
                foreach (var row in _nodes[node]) of[bins[row]]++;
            }
        }

        return counts;
    }

    /// <summary>Takes a block; they come in order.</summary>
    /// <exception cref="MalformedException">They are no fresh ciphertexts of the parameters, or not as many as the loss has derivatives.</exception>
    public bool Set(int block, CiphertextPair pair)
    {
        if (pair.Second is null == hasSecond) throw new MalformedException("a ciphertext for each derivative");
        using var first = SeededCiphertext.Decode(GradientPacking.Parameters, pair.First);
        _first.Insert(block, first.Expand());
        if (pair.Second is null) return true;
        using var second = SeededCiphertext.Decode(GradientPacking.Parameters, pair.Second);
        _second.Insert(block, second.Expand());
        return true;
    }

    /// <summary>Some groups' answers: sums in the first coefficients, random numbers in all others, and noise that tells nothing.</summary>
    /// <param name="from">The first group.</param>
    /// <param name="most">How many at most.</param>
    public CiphertextPair[] Sum(int from, int most)
    {
        var answers = new CiphertextPair[Math.Min(most, Groups - from)];
        Parallel.For(0, answers.Length, threads, i => answers[i] = SumGroup(from + i));
        return answers;
    }

    private CiphertextPair SumGroup(int group)
    {
        var (first, second) = (_zero, _zero);
        try
        {
            // Of the rows of the group's nodes: which blocks these are follows from the numbers of rows alone.
            var (firstNode, lastNode) = (group * packing.Stride / layout.Bins, Math.Min(_nodes.Length, ((((group + 1) * packing.Stride) - 1) / layout.Bins) + 1));
            var end = packing.BlocksOf(_starts[lastNode]);
            for (var block = _starts[firstNode] / packing.RowsInBlock; block < end; block += Together)
            {
                var blocks = Math.Min(Together, end - block);
                var indicators = new PlainFactor[blocks];
                try
                {
                    for (var i = 0; i < blocks; i++) indicators[i] = Indicator(group, block + i);
                    first = Added(first, _first, block, indicators);
                    if (hasSecond) second = Added(second, _second, block, indicators);
                }
                finally
                {
                    foreach (var indicator in indicators) indicator?.Dispose();
                }
            }

            return new(Finish(first), hasSecond ? Finish(second) : null);
        }
        finally
        {
            if (first != _zero) first.Dispose();
            if (second != _zero) second.Dispose();
        }
    }

    private Ciphertext Added(Ciphertext sum, List<Ciphertext> gradients, int block, PlainFactor[] indicators)
    {
        var result = Evaluator.InnerProduct([.. gradients[block..(block + indicators.Length)], sum], [.. indicators, _one]);
        if (sum != _zero) sum.Dispose();
        return result;
    }

    private byte[] Finish(Ciphertext sum)
    {
        using var mask = packing.Mask(random);
        using var masked = Evaluator.Add(sum, mask);
        using var flooded = Evaluator.Flood(masked, key, random);
        using var shortened = Evaluator.SwitchModulus(flooded, 1);
        return shortened.Encode();
    }

    // Which rows of a block are in which bin of a group. Bins stand node after node, feature after feature.
    private PlainFactor Indicator(int group, int block)
    {
        var coefficients = new ulong[GradientPacking.Parameters.RingDegree];
        var (begin, end, firstRow) = (group * packing.Stride, (group + 1) * packing.Stride, block * packing.RowsInBlock);
        for (var node = begin / layout.Bins; node < _nodes.Length && node * layout.Bins < end; node++)
        {
            var (from, to) = (Math.Max(firstRow, _starts[node]), Math.Min(firstRow + packing.RowsInBlock, _starts[node + 1]));
            if (from >= to) continue;
            var rows = _nodes[node].AsSpan((from - _starts[node])..(to - _starts[node]));
            for (var feature = 0; feature < columns.Count; feature++)
            {
                var start = (node * layout.Bins) + layout.StartOf(feature) - begin;
                if (start >= packing.Stride || start + layout.Features[feature].Count <= 0) continue;
                var bins = columns[feature].Rows;
                for (var i = 0; i < rows.Length; i++)
                {
                    var place = start + bins[rows[i]];
                    if (place >= 0 && place < packing.Stride) packing.Mark(coefficients, from - firstRow + i, place);
                }
            }
        }

        using var plaintext = Plaintext.FromCoefficients(GradientPacking.Parameters, coefficients);
        return plaintext.Prepare(GradientPacking.Parameters.Levels);
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        Forget();
        _zero.Dispose();
        _one.Dispose();
    }

    private void Forget()
    {
        foreach (var ciphertext in _first.Concat(_second)) ciphertext.Dispose();
        _first.Clear();
        _second.Clear();
    }

    private static T Constant<T>(ulong number, Func<Plaintext, T> made)
    {
        using var plaintext = Plaintext.FromCoefficients(GradientPacking.Parameters, [number]);
        return made(plaintext);
    }
}

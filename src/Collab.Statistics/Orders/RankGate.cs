using System.Numerics;
using Collab.SecretSharing.Garbling;

namespace Collab.Statistics.Orders;

/// <summary>The circuit of one comparison: the owners' terms in two's complement, added; its one output is the sign of the sum.</summary>
/// <remarks>One AND gate for each bit below the sign and each owner after the first. Source: specs/rank-element.md.</remarks>
internal static class RankGate
{
    /// <summary>The circuit, run for so many comparisons at once; every output is proved to the owners.</summary>
    /// <param name="owners">All owners, at least two.</param>
    /// <param name="receiverOwns">Whether the last word is the receiver's, who evaluates.</param>
    /// <param name="width">Bits of a word, from <see cref="WidthFor"/>.</param>
    /// <param name="comparisons">How many.</param>
    public static JointCircuit For(int owners, bool receiverOwns, int width, int comparisons)
    {
        var builder = new CircuitBuilder();
        var garblers = receiverOwns ? owners - 1 : owners;
        var words = Enumerable.Range(0, garblers).Select(_ => builder.Input(width)).ToList();
        if (receiverOwns)
        {
            var (masked, mask) = (builder.Input(width), builder.Input(width));
            words.Add(builder.Xor(masked, mask));
        }

        var sum = words.Aggregate(Add);
        return new JointCircuit(
            builder.Build([sum[^1]]), [.. Enumerable.Repeat(width, garblers)], receiverOwns ? width : 0, returnedOutputs: 1, comparisons);

        // Modulo 2^width: the carry out of the sign is dropped.
        Wire[] Add(Wire[] a, Wire[] b)
        {
            var low = builder.Add(a[..^1], b[..^1]);
            return [.. low[..^1], builder.Xor(builder.Xor(a[^1], b[^1]), low[^1])];
        }
    }

    /// <summary>Bits that hold the sum of all terms whatever the data: |Σ| ≤ b·(n·2^40 + 1), and the sign.</summary>
    public static int WidthFor(IReadOnlyList<RankTarget> targets, int owners) =>
        1 + (int)(targets.Max(target => (BigInteger)target.Denominator) * (((BigInteger)owners << DisclosureGate.CountBits) + 1)).GetBitLength();

    /// <summary>A term as the circuit takes it: two's complement, lowest bit first.</summary>
    public static bool[] Word(Int128 term, int width)
    {
        var bits = new bool[width];
        for (var i = 0; i < width; i++) bits[i] = (term >> i & 1) != 0;
        return bits;
    }
}

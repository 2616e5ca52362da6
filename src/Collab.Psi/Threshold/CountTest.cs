using System.Numerics;
using Collab.Arithmetic.BinaryField;

namespace Collab.Psi.Threshold;

/// <summary>Whether at least so many of some shared bits are 1, as one shared bit, for many positions at once.</summary>
/// <remarks>Adders of three bits of one weight to a bit of it and a carry, one conjunction each, until a single bit of each weight is left; then the comparison with a public number from the lowest bit up. Source: specs/psi-threshold.md, steps 4 and 5.</remarks>
internal static class CountTest
{
    /// <summary>Shares of: at least so many of the columns have a 1 here.</summary>
    /// <param name="gates">This party's gates.</param>
    /// <param name="columns">This party's shares, shape [columns, positions]; at least one column.</param>
    /// <param name="threshold">Public, 1 to the number of columns.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<BitVector> AtLeastAsync(JointBits gates, IReadOnlyList<BitVector> columns, int threshold, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, columns.Count);
        var count = await CountAsync(gates, columns, cancellation).ConfigureAwait(false);                       // 4 ↔
        var lowest = BitOperations.TrailingZeroCount(threshold);
        var reaches = count[lowest];
        for (var weight = lowest + 1; weight < count.Count; weight++)                                           // 5 ↔
        {
            reaches = ((threshold >> weight) & 1) == 1
                ? await gates.AndAsync(count[weight], reaches, cancellation).ConfigureAwait(false)
                : await gates.OrAsync(count[weight], reaches, cancellation).ConfigureAwait(false);
        }

        return reaches;
    }

    /// <summary>Conjunctions of a test of so many columns.</summary>
    public static int Conjunctions(int columns, int threshold)
    {
        var (gates, width) = (0, 0);
        for (var left = columns; left > 0; width++)
        {
            gates += left / 2;                                       // a carry for each adder of three, and for one of two if a pair is left
            left /= 2;
        }

        return gates + width - 1 - BitOperations.TrailingZeroCount(threshold);
    }

    /// <summary>Step 4: the bits of the count, the lowest first.</summary>
    private static async Task<List<BitVector>> CountAsync(JointBits gates, IReadOnlyList<BitVector> columns, CancellationToken cancellation)
    {
        var count = new List<BitVector>();
        var bits = new Queue<BitVector>(columns);
        while (bits.Count > 0)
        {
            var carries = new Queue<BitVector>();
            while (bits.Count > 1)
            {
                var (a, b) = (bits.Dequeue(), bits.Dequeue());
                var sum = JointBits.Xor(a, b);
                if (!bits.TryDequeue(out var c))
                {
                    carries.Enqueue(await gates.AndAsync(a, b, cancellation).ConfigureAwait(false));
                    bits.Enqueue(sum);
                    break;
                }

                // The majority: c, unless a and b agree against it.
                var (ac, bc) = (JointBits.Xor(a, c), JointBits.Xor(b, c));
                var both = await gates.AndAsync(ac, bc, cancellation).ConfigureAwait(false);
                carries.Enqueue(JointBits.Xor(both, c));
                bits.Enqueue(JointBits.Xor(sum, c));
            }

            count.Add(bits.Dequeue());
            bits = carries;
        }

        return count;
    }
}

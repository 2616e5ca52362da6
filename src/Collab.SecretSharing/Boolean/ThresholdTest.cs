using Collab.Arithmetic.BinaryField;

namespace Collab.SecretSharing.Boolean;

/// <summary>Whether a shared count is at least a public threshold, as one shared bit.</summary>
/// <remarks>
/// The sign of count − threshold: the carry into the top bit of the sum of both shares, as a tree of generate and propagate bits,
/// ⌈log₂ (w − 1)⌉ + 1 rounds. Source: specs/boolean-sharing.md, "Threshold"; ABY (NDSS 2015), depth-optimised adder.
/// </remarks>
public static class ThresholdTest
{
    /// <summary>A shared bit: count ≥ threshold.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="count">One shared integer of 32 or 64 bits, below 2^(w − 1).</param>
    /// <param name="threshold">Public, 0 to 2^(w − 1) − 1, the same with both.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedBits> AtLeastAsync(BooleanEngine engine, SharedWords count, long threshold, CancellationToken cancellation = default)
    {
        if (count.Length != 1 || count.WordBits > 64) throw new ArgumentException("One count of at most 64 bits.", nameof(count));
        ArgumentOutOfRangeException.ThrowIfNegative(threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)threshold, (1UL << (count.WordBits - 1)) - 1, nameof(threshold));
        var first = engine.Party == BooleanParty.First;
        var own = unchecked((ulong)count.Share[0] - (first ? (ulong)threshold : 0));
        var width = count.WordBits - 1;
        using var bits = Low(own, width);
        var generate = await BooleanGates.AndAsync(                                 // g = x and y, p = x xor y of the two parties' bits
            engine, SharedBits.OfKnown(width, first ? bits.Share : null), SharedBits.OfKnown(width, first ? null : bits.Share), cancellation)
            .ConfigureAwait(false);
        var propagate = SharedBits.OfKnown(width, bits.Share);
        while (width > 1)
        {
            // Pairs from the lowest: (g, p) of both together is (g' xor p'·g, p'·p). An odd one at the top stays.
            var pairs = width / 2;
            BitVector high = new(2 * pairs), low = new(2 * pairs);
            for (var i = 0; i < pairs; i++)
            {
                high[i] = high[pairs + i] = propagate.Share[(2 * i) + 1];
                low[i] = generate.Share[2 * i];
                low[pairs + i] = propagate.Share[2 * i];
            }

            using SharedBits highs = new(high), lows = new(low);
            using var products = await BooleanGates.AndAsync(engine, highs, lows, cancellation).ConfigureAwait(false);
            BitVector nextGenerate = new(pairs + (width % 2)), nextPropagate = new(pairs + (width % 2));
            for (var i = 0; i < pairs; i++)
            {
                nextGenerate[i] = generate.Share[(2 * i) + 1] ^ products.Share[i];
                nextPropagate[i] = products.Share[pairs + i];
            }

            if (width % 2 == 1)
            {
                nextGenerate[pairs] = generate.Share[width - 1];
                nextPropagate[pairs] = propagate.Share[width - 1];
            }

            generate.Dispose();
            propagate.Dispose();
            (generate, propagate, width) = (new(nextGenerate), new(nextPropagate), pairs + (width % 2));
        }

        using (generate)
        using (propagate)
        {
            var negative = ((own >> (count.WordBits - 1)) & 1) ^ generate.Share.Bit(0);
            return new(new BitVector([(negative ^ (first ? 1UL : 0)) != 0]));
        }
    }

    private static SharedBits Low(ulong word, int width)
    {
        var bits = new BitVector(width);
        for (var i = 0; i < width; i++) bits[i] = ((word >> i) & 1) != 0;
        return new(bits);
    }
}

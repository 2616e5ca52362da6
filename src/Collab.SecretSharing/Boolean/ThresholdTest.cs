using Collab.Arithmetic.BinaryField;

namespace Collab.SecretSharing.Boolean;

/// <summary>Whether shared counts are at least a public threshold, a shared bit for each.</summary>
/// <remarks>
/// The sign of count − threshold: the carry into the top bit of the sum of both shares, as a tree of generate and propagate bits,
/// ⌈log₂ (w − 1)⌉ + 1 rounds for all counts together. Source: specs/boolean-sharing.md, "Threshold"; ABY (NDSS 2015), depth-optimised adder.
/// </remarks>
public static class ThresholdTest
{
    /// <summary>Shared bits: count ≥ threshold.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="counts">n shared integers of 32 or 64 bits, each below 2^(w − 1).</param>
    /// <param name="threshold">Public, 0 to 2^(w − 1) − 1, the same with both.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedBits> AtLeastAsync(BooleanEngine engine, SharedWords counts, long threshold, CancellationToken cancellation = default)
    {
        if (counts.WordBits > 64) throw new ArgumentException("Counts of at most 64 bits.", nameof(counts));
        ArgumentOutOfRangeException.ThrowIfNegative(threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)threshold, (1UL << (counts.WordBits - 1)) - 1, nameof(threshold));
        var first = engine.Party == BooleanParty.First;
        var own = new ulong[counts.Length];
        for (var i = 0; i < own.Length; i++) own[i] = unchecked((ulong)counts.Share[i] - (first ? (ulong)threshold : 0));
        var width = counts.WordBits - 1;
        using var bits = Planes(own, width);
        var generate = await BooleanGates.AndAsync(                                 // g = x and y, p = x xor y of the two parties' bits
            engine, SharedBits.OfKnown(bits.Length, first ? bits.Share : null), SharedBits.OfKnown(bits.Length, first ? null : bits.Share), cancellation)
            .ConfigureAwait(false);
        var propagate = SharedBits.OfKnown(bits.Length, bits.Share);
        while (width > 1)
        {
            // Pairs of planes from the lowest: (g, p) of both together is (g' xor p'·g, p'·p). An odd one at the top stays.
            var (pairs, n) = (width / 2, own.Length);
            BitVector high = new(2 * pairs * n), low = new(2 * pairs * n);
            for (var at = 0; at < pairs * n; at++)
            {
                var below = (2 * n * (at / n)) + (at % n);
                high[at] = high[(pairs * n) + at] = propagate.Share[below + n];
                low[at] = generate.Share[below];
                low[(pairs * n) + at] = propagate.Share[below];
            }

            using SharedBits highs = new(high), lows = new(low);
            using var products = await BooleanGates.AndAsync(engine, highs, lows, cancellation).ConfigureAwait(false);
            var odd = width % 2;
            BitVector nextGenerate = new((pairs + odd) * n), nextPropagate = new((pairs + odd) * n);
            for (var at = 0; at < pairs * n; at++)
            {
                nextGenerate[at] = generate.Share[(2 * n * (at / n)) + n + (at % n)] ^ products.Share[at];
                nextPropagate[at] = products.Share[(pairs * n) + at];
            }

            for (var i = 0; i < odd * n; i++)
            {
                nextGenerate[(pairs * n) + i] = generate.Share[((width - 1) * n) + i];
                nextPropagate[(pairs * n) + i] = propagate.Share[((width - 1) * n) + i];
            }

            generate.Dispose();
            propagate.Dispose();
            (generate, propagate, width) = (new(nextGenerate), new(nextPropagate), pairs + odd);
        }

        using (generate)
        using (propagate)
        {
            var atLeast = new BitVector(own.Length);
            for (var i = 0; i < own.Length; i++) atLeast[i] = (((own[i] >> (counts.WordBits - 1)) & 1) ^ generate.Share.Bit(i) ^ (first ? 1UL : 0)) != 0;
            return new(atLeast);
        }
    }

    /// <summary>Bit k of word i at k·n + i.</summary>
    private static SharedBits Planes(ulong[] words, int width)
    {
        var bits = new BitVector(words.Length * width);
        for (var at = 0; at < bits.Length; at++) bits[at] = ((words[at % words.Length] >> (at / words.Length)) & 1) != 0;
        return new(bits);
    }
}

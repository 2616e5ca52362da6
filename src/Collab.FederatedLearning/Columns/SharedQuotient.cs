using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Columns;

/// <summary>Exact quotients ⌊G / W⌋ of shared whole numbers.</summary>
/// <remarks>
/// With v ≈ 2^37/W, q₀ = ⌊G·v/2^37⌋ is off by at most 2^-14·|G/W| + 1, and q₁ = q₀ + ⌊(G − q₀·W)·v/2^37⌋ by 1: what is left over, below 0 or not below W, says which way. Derivation: specs/cluster.md, section Parameters.
/// </remarks>
internal static class SharedQuotient
{
    private const int Fraction = 37;

    /// <summary>The quotients; anything where W is 0.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="numerators">G: n signed words, |G| ≤ 2^23 · W.</param>
    /// <param name="weights">W: n words in [0, 2^bits).</param>
    /// <param name="bits">At most 21.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> FloorAsync(IVectorEngine engine, SharedVector numerators, SharedVector weights, int bits, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 21);
        var ones = new ulong[weights.Length];
        Array.Fill(ones, 1UL);
        using SharedVector one = engine.Constant(ones), inverse = await FixedPoint.DivideAsync(engine, one, weights, 1, bits, Fraction, cancellation).ConfigureAwait(false);
        using var first = await FixedPoint.MultiplyAsync(engine, numerators, inverse, Fraction, cancellation).ConfigureAwait(false);
        using var left = await LeftAsync(engine, numerators, first, weights, cancellation).ConfigureAwait(false);
        using var more = await FixedPoint.MultiplyAsync(engine, left, inverse, Fraction, cancellation).ConfigureAwait(false);
        using var second = SharedVectors.Add(first, more);

        // One less where what is left is below 0, one more where it is not below W.
        using var rest = await LeftAsync(engine, numerators, second, weights, cancellation).ConfigureAwait(false);
        using SharedVector room = SharedVectors.Subtract(weights, rest), beyond = engine.Affine(room, 1, ulong.MaxValue), both = SharedVectors.Concatenate(rest, beyond);
        using var negative = await VectorComparisons.BitAsync(engine, both, 63, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false);
        using SharedVector less = SharedVectors.Slice(words, 0, weights.Length), greater = SharedVectors.Slice(words, weights.Length, weights.Length), step = SharedVectors.Subtract(greater, less);
        return SharedVectors.Add(second, step);
    }

    /// <summary>G − q·W.</summary>
    private static async Task<SharedVector> LeftAsync(IVectorEngine engine, SharedVector numerators, SharedVector quotients, SharedVector weights, CancellationToken cancellation)
    {
        using var product = (await engine.MultiplyAsync([(quotients, weights)], cancellation).ConfigureAwait(false))[0];
        return SharedVectors.Subtract(numerators, product);
    }
}

using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>Quotients G / W with 24 fraction bits, by the same integers on shares and in clear; 0 where W is 0.</summary>
/// <remarks>
/// |q − 2^24·G/W| ≤ 2^-15·|2^24·G/W| + 2 for |G| ≤ 2^8·W. W is brought into [1/2, 1) with 20 bits; y = 2.82 − 1.875·W is the reciprocal but for e = 1 − W·y, |e| ≤ 0.0603, and
/// y·(1 + e)·(1 + e²) but for e⁴: Goldschmidt's series. Every rounding is ⌊·⌋.
/// </remarks>
internal static class SharedRatio
{
    private const int Normal = 20;                                      // fraction bits of W in [1/2, 1)
    private const int Guard = 8;                                        // more of them for G
    private const int First = 24;                                       // of the first reciprocal
    private const int Second = 22;                                      // of the better ones
    private const long Start = 47_311_749;                              // 2.82 · 2^24
    private const long Slope = 30;                                      // 1.875 · 2^(24 − 20)

    /// <summary>The quotients of shared words.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="numerators">G: n signed words.</param>
    /// <param name="weights">W: n words in [0, 2^bits).</param>
    /// <param name="bits">21 to 33.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> DivideAsync(IVectorEngine engine, SharedVector numerators, SharedVector weights, int bits, CancellationToken cancellation)
    {
        var n = weights.Length;
        using var scale = await FixedPoint.NormalizingScaleAsync(engine, weights, bits, cancellation).ConfigureAwait(false);
        using var lifted = engine.Affine(numerators, 1UL << Guard, 0);
        using var scaled = await TogetherAsync(engine, [(weights, scale), (lifted, scale)], cancellation).ConfigureAwait(false);
        using var normal = await engine.ShiftRightAsync(scaled, bits - Normal, cancellation).ConfigureAwait(false);
        using SharedVector c = SharedVectors.Slice(normal, 0, n), a = SharedVectors.Slice(normal, n, n);

        using var y = engine.Affine(c, unchecked((ulong)-Slope), (ulong)Start);
        using var product = (await engine.MultiplyAsync([(c, y)], cancellation).ConfigureAwait(false))[0];
        using var exact = engine.Affine(product, ulong.MaxValue, 1UL << (Normal + First));
        using var e = await engine.ShiftRightAsync(exact, First, cancellation).ConfigureAwait(false);

        using SharedVector more = engine.Affine(e, 1, 1UL << Normal), shifted = engine.Affine(e, 1UL << (First - Normal), 0);
        using var terms = await TogetherAsync(engine, [(y, more), (e, shifted)], cancellation).ConfigureAwait(false);
        using var rounded = await engine.ShiftRightAsync(terms, Normal + First - Second, cancellation).ConfigureAwait(false);
        using SharedVector t = SharedVectors.Slice(rounded, 0, n), u = SharedVectors.Slice(rounded, n, n), last = engine.Affine(u, 1, 1UL << Second);

        using var reciprocal = await FixedPoint.MultiplyAsync(engine, t, last, Second, cancellation).ConfigureAwait(false);
        return await FixedPoint.MultiplyAsync(engine, a, reciprocal, Normal + Guard + Second - SecretTreeScale.Ratio, cancellation).ConfigureAwait(false);
    }

    /// <summary>The same in clear.</summary>
    public static long Divide(long numerator, long weight, int bits)
    {
        if (weight == 0) return 0;
        var scale = 1L << (bits - 1 - (int)long.Log2(weight));
        long c = (weight * scale) >> (bits - Normal), a = ((numerator << Guard) * scale) >> (bits - Normal);
        var y = Start - (Slope * c);
        var e = ((1L << (Normal + First)) - (c * y)) >> First;
        long t = (y * ((1L << Normal) + e)) >> (Normal + First - Second), u = (e * (e << (First - Normal))) >> (Normal + First - Second);
        var reciprocal = (t * ((1L << Second) + u)) >> Second;
        return (a * reciprocal) >> (Normal + Guard + Second - SecretTreeScale.Ratio);
    }

    private static async Task<SharedVector> TogetherAsync(IVectorEngine engine, (SharedVector X, SharedVector Y)[] pairs, CancellationToken cancellation)
    {
        using SharedVector x = SharedVectors.Concatenate([.. pairs.Select(pair => pair.X)]), y = SharedVectors.Concatenate([.. pairs.Select(pair => pair.Y)]);
        return (await engine.MultiplyAsync([(x, y)], cancellation).ConfigureAwait(false))[0];
    }
}

namespace Collab.SecretSharing.Vectors;

/// <summary>Rounding and clamping by what every engine has: exact shifts and comparisons. Engines with cheaper ways have their own.</summary>
internal static class VectorRounding
{
    /// <summary>The integer nearest to x/2^bits.</summary>
    public static async Task<SharedVector> ExactAsync(IVectorEngine engine, SharedVector x, int bits, CancellationToken cancellation)
    {
        using var lifted = engine.Affine(x, 1, 1UL << (bits - 1));
        return await engine.ShiftRightAsync(lifted, bits, cancellation).ConfigureAwait(false);
    }

    /// <summary>min(max(m, 0), limit) with m nearest to x/2^bits: with a = [m &lt; 0] and c = [m &lt; limit] it is (1 − c)·limit + (c − a)·m.</summary>
    public static async Task<SharedVector> ClampByComparisonAsync(IVectorEngine engine, SharedVector x, int bits, ulong limit, CancellationToken cancellation)
    {
        using var m = await ExactAsync(engine, x, bits, cancellation).ConfigureAwait(false);
        using SharedVector less = engine.Affine(m, 1, unchecked(0 - limit)), both = SharedVectors.Concatenate(m, less);
        using var negative = await VectorComparisons.BitAsync(engine, both, 63 - bits, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false);
        using SharedVector a = SharedVectors.Slice(words, 0, x.Length), c = SharedVectors.Slice(words, x.Length, x.Length), between = SharedVectors.Subtract(c, a);
        using var inside = (await engine.MultiplyAsync([(between, m)], cancellation).ConfigureAwait(false))[0];
        using var upper = engine.Affine(c, unchecked(0 - limit), limit);
        return SharedVectors.Add(inside, upper);
    }

    /// <summary>1 to 62 bits.</summary>
    public static void RequireShift(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 62);
    }

    /// <summary>1 to 60 bits, and a limit of at most 2^(62 − bits).</summary>
    public static void RequireLimit(int bits, ulong limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 60);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1UL);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1UL << (62 - bits));
    }
}

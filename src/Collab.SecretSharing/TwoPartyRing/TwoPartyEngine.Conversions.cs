using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>Between words and bits.</content>
public sealed partial class TwoPartyEngine
{
    /// <inheritdoc/>
    /// <remarks>Step 5: local. The integers are the two shares, and each party knows the bits of its own.</remarks>
    public Task<(SharedBitVector A, SharedBitVector B)> SplitAsync(SharedVector x, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 64);
        return Task.FromResult((KnownBits(x, 0, bits), KnownBits(x, 1, bits)));
    }

    /// <inheritdoc/>
    /// <remarks>Step 6: b = b₀ + b₁ − 2·b₀·b₁, one transfer for each bit.</remarks>
    public async Task<SharedVector> ToWordsAsync(SharedBitVector bits, CancellationToken cancellation = default)
    {
        using var own = SpreadOf(bits);
        using var product = await _products.MultiplyKnownAsync(own, 1, chooses: Index == 1, cancellation).ConfigureAwait(false);
        var words = SharedVector.Allocate(own.Length, 1);
        for (var i = 0; i < own.Length; i++) words.Component(0)[i] = unchecked(own.Span[i] - (2 * product.Span[i]));
        return words;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Step 7. With x + 2^62 non-negative: ⌊x/2^f⌋ = ⌊x₀/2^f⌋ + ⌊x₁/2^f⌋ + (what the low f bits carry) − 2^(64−f) · (what all 64 bits carry),
    /// and as the top bit of the sum is 0, all bits carry iff either share has its top bit.
    /// </remarks>
    public async Task<SharedVector> ShiftRightAsync(SharedVector x, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 62);
        using var positive = this.Affine(x, 1, 1UL << 62);
        using SharedBitVector a = KnownBits(positive, 0, 64), b = KnownBits(positive, 1, 64);
        using SharedBitVector lowA = SharedVectors.Planes(a, 0, bits), lowB = SharedVectors.Planes(b, 0, bits);
        using var low = await VectorComparisons.CarryAsync(this, lowA, lowB, cancellation).ConfigureAwait(false);
        using SharedBitVector topA = SharedVectors.Planes(a, 63, 1), topB = SharedVectors.Planes(b, 63, 1);
        var both = await AndAsync([(topA, topB)], cancellation).ConfigureAwait(false);
        using var bothTops = both[0];
        using var either = SharedVectors.Xor(topA, topB);
        using var wrap = SharedVectors.Xor(either, bothTops);
        using var carries = SharedVectors.Stack(low, wrap);
        using var words = await ToWordsAsync(carries, cancellation).ConfigureAwait(false);
        return Assemble(positive, words, bits);
    }

    private unsafe SharedVector Assemble(SharedVector positive, SharedVector carries, int bits)
    {
        var n = positive.Length;
        var result = SharedVector.Allocate(n, 1);
        ulong* from = positive.Pointer(0), carry = carries.Pointer(0), to = result.Pointer(0);
        var offset = Index == 0 ? 1UL << (62 - bits) : 0;
        var weight = 1UL << (64 - bits);
        for (nint i = 0; i < n; i = unchecked(i + 1)) to[i] = unchecked((from[i] >> bits) + carry[i] - (weight * carry[n + i]) - offset);
        return result;
    }

    /// <summary>The bits of one party's share, as that party's share of them; the other's is 0.</summary>
    private unsafe SharedBitVector KnownBits(SharedVector x, int party, int bits)
    {
        var result = SharedBitVector.Allocate(x.Length, bits, 1, zeroed: true);
        if (Index == party) BitPlanes.FromWords(WordKernels.Best, x.Pointer(0), x.Length, bits, result.Pointer(0));
        return result;
    }

    private static unsafe NativeBuffer<ulong> SpreadOf(SharedBitVector bits)
    {
        var words = NativeBuffer<ulong>.Allocate(checked(bits.Planes * bits.Length));
        for (var j = 0; j < bits.Planes; j++) BitPlanes.Spread(bits.Plane(0, j), bits.Length, words.Pointer + ((nint)j * bits.Length));
        return words;
    }
}

using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>Between words and bits.</content>
public sealed partial class ReplicatedEngine
{
    /// <inheritdoc/>
    public async Task<(SharedBitVector A, SharedBitVector B)> SplitAsync(SharedVector x, int bits, CancellationToken cancellation = default)
    {
        if (IsChecked)
        {
            // A full adder on the components, whose bits are shared as they are: s and twice the majority.
            var (s, carried) = await AddUpAsync(x, bits, cancellation).ConfigureAwait(false);
            using (carried) return (s, ShiftUp(carried));
        }

        // Party 0 knows a = x₀ + x₁ and gives its bits; b = x₂ is known to parties 1 and 2, so its bits are shared already.
        var b = KnownBits(x, 2, bits);
        var (own, next) = await InputAsync<Bits64>(0, Index == 0 ? SumPlanes(x, bits) : null, checked(bits * BitPlanes.Stride(x.Length)), cancellation).ConfigureAwait(false);           // 6a
        return (new SharedBitVector(x.Length, bits, own, next), b);
    }

    /// <inheritdoc/>
    public async Task<SharedVector> ToWordsAsync(SharedBitVector bits, CancellationToken cancellation = default)
    {
        if (IsChecked)
        {
            using SharedVector w0 = KnownWords(bits, 0), w1 = KnownWords(bits, 1), w2 = KnownWords(bits, 2);
            using var firstTwo = await ExclusiveOrAsync(w0, w1, cancellation).ConfigureAwait(false);
            return await ExclusiveOrAsync(firstTwo, w2, cancellation).ConfigureAwait(false);
        }

        // b = u ⊕ v with u = b₀ ⊕ b₁ known to party 0 and v = b₂ known to parties 1 and 2; as words u + v − 2uv.
        var count = checked(bits.Planes * bits.Length);
        var (own, next) = await InputAsync<Integers64>(0, Index == 0 ? SumWords(bits) : null, count, cancellation).ConfigureAwait(false);        // 6b
        using var u = new SharedVector(count, own, next);
        using var v = KnownWords(bits, 2);
        return await ExclusiveOrAsync(u, v, cancellation).ConfigureAwait(false);                                      // 6c
    }

    /// <inheritdoc/>
    public async Task<SharedVector> ShiftRightAsync(SharedVector x, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 62);

        // Made non-negative by 2^62, so that the top bit of the sum is 0. With s + 2c' the sum of the three components:
        // ⌊x/2^f⌋ = Σ ⌊x_j/2^f⌋ + (what the low f bits carry) − 2^(64−f) · (what all 64 bits carry).
        using var positive = this.Affine(x, 1, 1UL << 62);
        var (sum, carries) = await AddUpAsync(positive, 64, cancellation).ConfigureAwait(false);                      // 6d
        using SharedBitVector s = sum, carried = carries;
        using var shifted = ShiftUp(carried);
        using SharedBitVector lowS = SharedVectors.Planes(s, 0, bits), lowC = SharedVectors.Planes(shifted, 0, bits);
        using var low = await VectorComparisons.CarryAsync(this, lowS, lowC, cancellation).ConfigureAwait(false);

        // The top bit of the sum is 0, so the carry out of 64 bits is (s₆₃ or c'₆₃).
        using SharedBitVector topS = SharedVectors.Planes(s, 63, 1), topC = SharedVectors.Planes(shifted, 63, 1);
        var both = await AndAsync([(topS, topC)], cancellation).ConfigureAwait(false);
        using var either = SharedVectors.Xor(topS, topC);
        using var wrap = SharedVectors.Xor(either, both[0]);
        both[0].Dispose();
        using SharedBitVector lowMajority = SharedVectors.Planes(carried, bits - 1, 1), topMajority = SharedVectors.Planes(carried, 63, 1);
        using var four = SharedVectors.Stack(low, lowMajority, wrap, topMajority);
        using var words = await ToWordsAsync(four, cancellation).ConfigureAwait(false);
        return Assemble(positive, words, bits);
    }

    private static unsafe NativeBuffer<ulong> SumPlanes(SharedVector x, int bits)
    {
        using var sum = NativeBuffer<ulong>.Allocate(x.Length);
        WordKernels.Add<Integers64>(WordKernels.Best, x.Pointer(0), x.Pointer(1), sum.Pointer, x.Length);
        return PlanesOf(sum, bits);
    }

    private static unsafe NativeBuffer<ulong> SumWords(SharedBitVector bits)
    {
        using var sum = NativeBuffer<ulong>.Allocate(bits.WordCount);
        WordKernels.Add<Bits64>(WordKernels.Best, bits.Pointer(0), bits.Pointer(1), sum.Pointer, bits.WordCount);
        var words = NativeBuffer<ulong>.Allocate(checked(bits.Planes * bits.Length));
        for (var j = 0; j < bits.Planes; j++) BitPlanes.Spread(sum.Pointer + ((nint)j * bits.Stride), bits.Length, words.Pointer + ((nint)j * bits.Length));
        return words;
    }

    /// <summary>Component j of bits as words, which its two holders share without a message.</summary>
    private unsafe SharedVector KnownWords(SharedBitVector bits, int j)
    {
        var words = SharedVector.Allocate(checked(bits.Planes * bits.Length), 2, zeroed: true);
        var component = (j - Index + 3) % 3;
        if (component == 2) return words;
        for (var plane = 0; plane < bits.Planes; plane++)
            BitPlanes.Spread(bits.Plane(component, plane), bits.Length, words.Pointer(component) + ((nint)plane * bits.Length));
        return words;
    }

    /// <summary>The bits s and c with s + 2c = Σ x_j, of the lowest bits of the components; the carries of bit j have the weight j + 1.</summary>
    private async Task<(SharedBitVector Sum, SharedBitVector Carries)> AddUpAsync(SharedVector x, int bits, CancellationToken cancellation)
    {
        using SharedBitVector b0 = KnownBits(x, 0, bits), b1 = KnownBits(x, 1, bits), b2 = KnownBits(x, 2, bits);
        using SharedBitVector d0 = SharedVectors.Xor(b0, b1), d2 = SharedVectors.Xor(b2, b1);
        var product = await AndAsync([(d0, d2)], cancellation).ConfigureAwait(false);
        using (product[0]) return (SharedVectors.Xor(d0, b2), SharedVectors.Xor(product[0], b1));
    }

    private unsafe SharedVector Assemble(SharedVector positive, SharedVector carries, int bits)
    {
        var n = positive.Length;
        var weight = 1UL << (64 - bits);
        var result = SharedVector.Allocate(n, 2);
        for (var c = 0; c < 2; c++)
        {
            ulong* from = positive.Pointer(c), carry = carries.Pointer(c), to = result.Pointer(c);
            var offset = c == ConstantComponent ? 1UL << (62 - bits) : 0;
            for (nint i = 0; i < n; i = unchecked(i + 1))
            {
                unchecked
                {
                    to[i] = (from[i] >> bits) + carry[i] + carry[n + i] - (weight * (carry[(2 * n) + i] + carry[(3 * n) + i])) - offset;
                }
            }
        }

        return result;
    }

    private static unsafe SharedBitVector ShiftUp(SharedBitVector x)
    {
        var result = SharedBitVector.Allocate(x.Length, x.Planes, 2, zeroed: true);
        for (var c = 0; c < 2; c++)
            new Span<ulong>(x.Pointer(c), x.WordCount - x.Stride).CopyTo(new Span<ulong>(result.Pointer(c) + x.Stride, x.WordCount - x.Stride));
        return result;
    }

    /// <summary>x + y − 2xy.</summary>
    private async Task<SharedVector> ExclusiveOrAsync(SharedVector x, SharedVector y, CancellationToken cancellation)
    {
        var product = await MultiplyAsync([(x, y)], cancellation).ConfigureAwait(false);
        using var sum = SharedVectors.Add(x, y);
        using var twice = this.Affine(product[0], 2, 0);
        product[0].Dispose();
        return SharedVectors.Subtract(sum, twice);
    }

    /// <summary>The bits of component j, which its two holders share without a message: as component j, the others 0.</summary>
    private unsafe SharedBitVector KnownBits(SharedVector x, int j, int bits)
    {
        var result = SharedBitVector.Allocate(x.Length, bits, 2, zeroed: true);
        var component = (j - Index + 3) % 3;
        if (component < 2) BitPlanes.FromWords(WordKernels.Best, x.Pointer(component), x.Length, bits, result.Pointer(component));
        return result;
    }
}

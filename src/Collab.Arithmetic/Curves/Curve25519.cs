using Collab.Primitives;

namespace Collab.Arithmetic.Curves;

/// <summary>Curve25519 on x-coordinates: many points, one secret scalar. Security about 126 bits (order ℓ ≈ 2^252).</summary>
/// <remarks>
/// A point is 32 bytes, little-endian, the value of x below p = 2^255 − 19. P and −P share an x, which is all that Diffie-Hellman
/// and intersection need. Timing is independent of scalars and points unless a name ends in <c>VariableTime</c>.
/// Source: RFC 7748; decisions/0003-psi-curve.md says why this curve and this form.
/// </remarks>
public static partial class Curve25519
{
    /// <summary>The size of a point, in bytes.</summary>
    public const int PointSize = 32;

    /// <summary>The size of a scalar, in bytes.</summary>
    public const int ScalarSize = 32;

    /// <summary>The size of an element of GF(p), in bytes.</summary>
    public const int FieldElementSize = Field25519.Size;

    /// <summary>The size of what <see cref="ReduceWide"/> takes, in bytes: 255 bits of the field and 128 against bias.</summary>
    public const int WideSize = 48;

    /// <summary>Fills a scalar <c>8·k</c> with k uniform in [1, ℓ), ℓ the prime order of the subgroup.</summary>
    /// <param name="scalar">Receives 32 bytes, little-endian.</param>
    /// <param name="random">Where k comes from; about two draws of 32 bytes.</param>
    /// <remarks>
    /// 8·k runs over every non-zero residue modulo ℓ exactly once and is 0 modulo the cofactor, so a peer's point of small order
    /// becomes 0 and a small-order part of a point becomes nothing: neither tells anything of k. This is not the clamping of
    /// X25519, which fixes bit 254 and so is not uniform modulo ℓ. Rejected draws are independent of the one that is kept.
    /// </remarks>
    public static void FillScalar(Span<byte> scalar, RandomSource random)
    {
        CheckSize(scalar.Length, ScalarSize, nameof(scalar));
        do
        {
            random.Fill(scalar);
            scalar[31] &= 0x1f;                                                         // 253 bits
        }
        while (!IsNonzeroBelowOrder(scalar));

        for (var i = ScalarSize - 1; i > 0; i--) scalar[i] = unchecked((byte)((scalar[i] << 3) | (scalar[i - 1] >> 5)));
        scalar[0] = unchecked((byte)(scalar[0] << 3));
    }

    /// <summary>Multiplies every point by one scalar: x(sP) from x(P); 32 zero bytes where sP is the neutral element.</summary>
    /// <param name="points">x-coordinates, shape [n, 32]. Not checked: bit 255 is ignored and values are taken modulo p.</param>
    /// <param name="scalar">32 bytes, little-endian; all 256 bits count and nothing is clamped.</param>
    /// <param name="products">Receives canonical x-coordinates, shape [n, 32]; may be <paramref name="points"/> itself.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the spans overlap without being the same.</exception>
    public static void Multiply(
        ReadOnlySpan<byte> points, ReadOnlySpan<byte> scalar, Span<byte> products, int parallelism = 1)
    {
        CheckSize(scalar.Length, ScalarSize, nameof(scalar));
        CheckShape(points, PointSize, products, PointSize, parallelism);
        for (var at = 0; at < points.Length; at += PointSize)
        {
            MontgomeryLadder.Multiply(Field25519.Decode(points[at..]), scalar).Encode(products[at..]);
        }
    }

    /// <summary>The first point that must not be taken from a peer, or −1: not canonical, on the twist, or of small order on sight.</summary>
    /// <param name="points">Public x-coordinates as received, shape [n, 32].</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <returns>The index, in points, of the first with value ≥ p or with x³ + Ax² + x no non-zero square; else −1.</returns>
    /// <remarks>
    /// x = 0 is refused here. The other points of small order have order 4 or 8: they lie on the curve, and multiplication by a
    /// scalar of <see cref="FillScalar"/> turns exactly these to 0, so the product shows them. The result is public.
    /// </remarks>
    public static int IndexOfInvalidVariableTime(ReadOnlySpan<byte> points, int parallelism = 1)
    {
        CheckSize(points.Length % PointSize, 0, nameof(points));
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        for (var at = 0; at < points.Length; at += PointSize)
        {
            var point = points.Slice(at, PointSize);
            if (!Field25519.IsCanonical(point)) return at / PointSize;
            var symbol = MontgomeryLadder.RightSide(Field25519.Decode(point)).Legendre();
            if (Field25519.AreEqual(symbol, Field25519.One) == 0) return at / PointSize;
        }

        return -1;
    }

    /// <summary>The index of the first product that is the neutral element (32 zero bytes), or −1.</summary>
    /// <param name="products">Shape [n, 32], as <see cref="Multiply"/> returns them.</param>
    /// <remarks>Timing tells the index and nothing else.</remarks>
    public static int IndexOfNeutral(ReadOnlySpan<byte> products)
    {
        CheckSize(products.Length % PointSize, 0, nameof(products));
        for (var at = 0; at < products.Length; at += PointSize)
        {
            if (!products.Slice(at, PointSize).ContainsAnyExcept((byte)0)) return at / PointSize;
        }

        return -1;
    }

    /// <summary>Takes 48 bytes, big-endian, modulo p: the last step of <c>hash_to_field</c>.</summary>
    /// <param name="wide">Uniform bytes, shape [n, 48].</param>
    /// <param name="elements">Receives canonical elements, little-endian, shape [n, 32].</param>
    /// <exception cref="ArgumentException">A length is wrong, or the spans overlap.</exception>
    /// <remarks>Source: RFC 9380, section 5.2.</remarks>
    public static void ReduceWide(ReadOnlySpan<byte> wide, Span<byte> elements)
    {
        CheckSize(wide.Length % WideSize, 0, nameof(wide));
        CheckSize(elements.Length, wide.Length / WideSize * FieldElementSize, nameof(elements));
        if (elements.Overlaps(wide)) throw new ArgumentException("The spans must not overlap.", nameof(elements));
        for (int from = 0, to = 0; from < wide.Length; from += WideSize, to += FieldElementSize)
        {
            Field25519.ReduceWide(wide[from..]).Encode(elements[to..]);
        }
    }

    /// <summary>Maps pairs of field elements into the prime-order subgroup: x(8·(Map(u0) + Map(u1))).</summary>
    /// <param name="elements">Pairs of canonical field elements, shape [n, 2, 32].</param>
    /// <param name="points">Receives x-coordinates, shape [n, 32]; must not overlap.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the spans overlap.</exception>
    /// <remarks>Elligator 2, sum and cofactor of RFC 9380, sections 3 and 6.7.1. Constant time.</remarks>
    public static void MapPairsToSubgroup(ReadOnlySpan<byte> elements, Span<byte> points, int parallelism = 1)
    {
        CheckShape(elements, 2 * FieldElementSize, points, PointSize, parallelism);
        if (points.Overlaps(elements)) throw new ArgumentException("The spans must not overlap.", nameof(points));
        for (int from = 0, to = 0; to < points.Length; from += 2 * FieldElementSize, to += PointSize)
        {
            var (x, z) = Elligator2.SumInSubgroup(
                Elligator2.Map(Field25519.Decode(elements[from..])),
                Elligator2.Map(Field25519.Decode(elements[(from + FieldElementSize)..])));
            (x * z.Invert()).Encode(points[to..]);
        }
    }

    /// <summary>ℓ = 2^252 + 27742317777372353535851937790883648493, little-endian.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    /// <summary>Whether 0 &lt; k &lt; ℓ, by the borrow of k − ℓ; which bytes decide does not show in the timing.</summary>
    private static bool IsNonzeroBelowOrder(ReadOnlySpan<byte> k)
    {
        int borrow = 0, any = 0;
        for (var i = 0; i < ScalarSize; i++)
        {
            borrow = (k[i] - Order[i] + borrow) >> 8;                                   // 0 or −1
            any |= k[i];
        }

        return borrow < 0 & any != 0;
    }

    private static void CheckShape(
        ReadOnlySpan<byte> source, int sourceSize, ReadOnlySpan<byte> destination, int destinationSize, int parallelism)
    {
        CheckSize(source.Length % sourceSize, 0, nameof(source));
        CheckSize(destination.Length, source.Length / sourceSize * destinationSize, nameof(destination));
        if (source.Overlaps(destination, out var offset) && offset != 0)
        {
            throw new ArgumentException("The spans overlap without being the same.", nameof(destination));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
    }

    private static void CheckSize(int size, int expected, string name)
    {
        if (size != expected) throw new ArgumentException("The length does not fit the shape.", name);
    }
}

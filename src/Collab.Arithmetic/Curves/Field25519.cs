using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Curves;

/// <summary>An element of GF(p), p = 2^255 − 19, as five limbs: value = Σ limb[i] · 2^(51·i) mod p.</summary>
/// <remarks>
/// This scalar form is the specification of the lanes (<c>FieldLanes</c>). Every operation returns limbs
/// below 2^52 and accepts limbs below 2^54; timing is independent of the values. Source: RFC 7748, section 4.1.
/// </remarks>
internal readonly partial struct Field25519(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4)
{
    /// <summary>The size of an encoded element, in bytes.</summary>
    public const int Size = 32;

    /// <summary>Bits of one limb.</summary>
    public const int LimbBits = 51;

    /// <summary>2^51 − 1.</summary>
    public const ulong LimbMask = (1UL << LimbBits) - 1;

    public readonly ulong Limb0 = limb0, Limb1 = limb1, Limb2 = limb2, Limb3 = limb3, Limb4 = limb4;

    /// <summary>The element 0.</summary>
    public static Field25519 Zero => default;

    /// <summary>The element 1.</summary>
    public static Field25519 One => new(1, 0, 0, 0, 0);

    /// <summary>The element of a small number.</summary>
    public static Field25519 From(ulong value) => new(value & LimbMask, value >> LimbBits, 0, 0, 0);

    /// <summary>Reads 32 bytes, little-endian, and takes them modulo p; bit 255 is ignored as RFC 7748 demands of X25519.</summary>
    public static Field25519 Decode(ReadOnlySpan<byte> bytes)
    {
        var word0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var word1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var word2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var word3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return FromWords(word0, word1, word2, word3);
    }

    /// <summary>Reads 48 bytes, <b>big-endian</b>, and takes them modulo p: the OS2IP of RFC 9380, section 5.2.</summary>
    public static Field25519 ReduceWide(ReadOnlySpan<byte> bytes)
    {
        var low = FromWords(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]));
        var bit255 = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]) >> 63;           // 2^255 = 19
        var high = FromWords(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes), 0, 0);
        return low + From(19 * bit255) + high * From(38);                               // 2^256 = 38
    }

    /// <summary>Whether 32 bytes are the one encoding of an element: their value is below p. Timing is independent of them.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> bytes)
    {
        Span<byte> again = stackalloc byte[Size];
        Decode(bytes).Encode(again);
        return Primitives.ConstantTime.Equal(bytes, again);
    }

    /// <summary>Writes the one encoding: 32 bytes, little-endian, value below p.</summary>
    public void Encode(Span<byte> destination)
    {
        var (a0, a1, a2, a3, a4) = Canonical();
        unchecked
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, a0 | (a1 << 51));
            BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (a1 >> 13) | (a2 << 38));
            BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], (a2 >> 26) | (a3 << 25));
            BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], (a3 >> 39) | (a4 << 12));
        }
    }

    /// <summary>1 if the value is 0 modulo p, else 0.</summary>
    public ulong IsZero()
    {
        var (a0, a1, a2, a3, a4) = Canonical();
        var any = a0 | a1 | a2 | a3 | a4;
        return unchecked(((any | (0 - any)) >> 63) ^ 1);                                // the sign bit is set iff any is not 0
    }

    /// <summary>1 if both values are the same modulo p, else 0.</summary>
    public static ulong AreEqual(in Field25519 a, in Field25519 b) => (a - b).IsZero();

    /// <summary>The parity of the canonical value: <c>sgn0</c> of RFC 9380, section 4.1.</summary>
    public ulong Sign() => Canonical().Limb0 & 1;

    /// <summary><paramref name="ifOne"/> when bit is 1, <paramref name="ifZero"/> when bit is 0.</summary>
    public static Field25519 Select(ulong bit, in Field25519 ifOne, in Field25519 ifZero)
    {
        var mask = unchecked(0 - bit);
        return new(
            ifZero.Limb0 ^ (mask & (ifOne.Limb0 ^ ifZero.Limb0)),
            ifZero.Limb1 ^ (mask & (ifOne.Limb1 ^ ifZero.Limb1)),
            ifZero.Limb2 ^ (mask & (ifOne.Limb2 ^ ifZero.Limb2)),
            ifZero.Limb3 ^ (mask & (ifOne.Limb3 ^ ifZero.Limb3)),
            ifZero.Limb4 ^ (mask & (ifOne.Limb4 ^ ifZero.Limb4)));
    }

    /// <summary>Exchanges the two when bit is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Swap(ulong bit, ref Field25519 a, ref Field25519 b)
    {
        var first = Select(bit, b, a);
        b = Select(bit, a, b);
        a = first;
    }

    public static Field25519 operator +(in Field25519 a, in Field25519 b) => unchecked(Carry(
        a.Limb0 + b.Limb0, a.Limb1 + b.Limb1, a.Limb2 + b.Limb2, a.Limb3 + b.Limb3, a.Limb4 + b.Limb4));

    /// <remarks>8p is added limb by limb first, so no limb can fall below 0 for inputs below 2^53.</remarks>
    public static Field25519 operator -(in Field25519 a, in Field25519 b)
    {
        const ulong eightTimesFirst = 8 * (LimbMask - 18), eightTimesOther = 8 * LimbMask;
        return unchecked(Carry(
            a.Limb0 + eightTimesFirst - b.Limb0,
            a.Limb1 + eightTimesOther - b.Limb1,
            a.Limb2 + eightTimesOther - b.Limb2,
            a.Limb3 + eightTimesOther - b.Limb3,
            a.Limb4 + eightTimesOther - b.Limb4));
    }

    public static Field25519 operator -(in Field25519 a) => Zero - a;

    /// <summary>a + b without a carry, as a factor of a product only: limbs below 2^53 for limbs below 2^52.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field25519 AddLazily(in Field25519 a, in Field25519 b) => unchecked(new(
        a.Limb0 + b.Limb0, a.Limb1 + b.Limb1, a.Limb2 + b.Limb2, a.Limb3 + b.Limb3, a.Limb4 + b.Limb4));

    /// <summary>a − b without a carry, as a factor of a product only: for limbs of b up to 2^52 − 38; adds less than 2^52 to the limbs of a.</summary>
    /// <remarks>2p is added limb by limb first. Products, differences and sums with a carry have limbs below 2^51 + 19·2^13.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field25519 SubtractLazily(in Field25519 a, in Field25519 b)
    {
        const ulong twiceFirst = 2 * (LimbMask - 18), twiceOther = 2 * LimbMask;
        return unchecked(new(
            a.Limb0 + (twiceFirst - b.Limb0),
            a.Limb1 + (twiceOther - b.Limb1),
            a.Limb2 + (twiceOther - b.Limb2),
            a.Limb3 + (twiceOther - b.Limb3),
            a.Limb4 + (twiceOther - b.Limb4)));
    }

    private static Field25519 FromWords(ulong word0, ulong word1, ulong word2, ulong word3) => unchecked(new(
        word0 & LimbMask,
        ((word0 >> 51) | (word1 << 13)) & LimbMask,
        ((word1 >> 38) | (word2 << 26)) & LimbMask,
        ((word2 >> 25) | (word3 << 39)) & LimbMask,
        (word3 >> 12) & LimbMask));

    /// <summary>One parallel carry: limbs below 2^64 become limbs below 2^51 + 19·2^13.</summary>
    private static Field25519 Carry(ulong a0, ulong a1, ulong a2, ulong a3, ulong a4) => unchecked(new(
        (a0 & LimbMask) + 19 * (a4 >> LimbBits),
        (a1 & LimbMask) + (a0 >> LimbBits),
        (a2 & LimbMask) + (a1 >> LimbBits),
        (a3 & LimbMask) + (a2 >> LimbBits),
        (a4 & LimbMask) + (a3 >> LimbBits)));

    /// <summary>The limbs of the value in [0, p).</summary>
    private (ulong Limb0, ulong Limb1, ulong Limb2, ulong Limb3, ulong Limb4) Canonical()
    {
        unchecked
        {
            var a = Carry(Limb0, Limb1, Limb2, Limb3, Limb4);
            a = Carry(a.Limb0, a.Limb1, a.Limb2, a.Limb3, a.Limb4);                     // below 2^255 + a little, so below 2p

            // value ≥ p iff value + 19 ≥ 2^255; then 19 is added and bit 255 dropped, which subtracts p.
            var above = (a.Limb0 + 19) >> LimbBits;
            above = (a.Limb1 + above) >> LimbBits;
            above = (a.Limb2 + above) >> LimbBits;
            above = (a.Limb3 + above) >> LimbBits;
            above = (a.Limb4 + above) >> LimbBits;

            var a0 = a.Limb0 + 19 * above;
            var a1 = a.Limb1 + (a0 >> LimbBits);
            var a2 = a.Limb2 + (a1 >> LimbBits);
            var a3 = a.Limb3 + (a2 >> LimbBits);
            var a4 = a.Limb4 + (a3 >> LimbBits);
            return (a0 & LimbMask, a1 & LimbMask, a2 & LimbMask, a3 & LimbMask, a4 & LimbMask);
        }
    }
}

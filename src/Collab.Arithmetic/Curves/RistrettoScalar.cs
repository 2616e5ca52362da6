using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Arithmetic.Curves;

/// <summary>An integer modulo ℓ = 2^252 + 27742317777372353535851937790883648493, the order of ristretto255.</summary>
/// <remarks>Four words of the value in [0, ℓ). Timing is independent of values. Source: RFC 9496, section 4.4; products by P. Montgomery, 1985.</remarks>
public readonly struct RistrettoScalar : IEquatable<RistrettoScalar>
{
    /// <summary>The size of an encoded scalar, in bytes.</summary>
    public const int Size = 32;

    /// <summary>The size of what <see cref="ReduceWide"/> takes, in bytes.</summary>
    public const int WideSize = 64;

    // ℓ from its lowest word; the third word is 0.
    private const ulong Order0 = 0x5812631a5cf5d3ed, Order1 = 0x14def9dea2f79cd6, Order3 = 0x1000000000000000;

    // −1/ℓ modulo 2^64.
    private const ulong NegatedInverse = 0xd2b51da312547e1b;

    private readonly ulong _word0, _word1, _word2, _word3;

    private RistrettoScalar(ulong word0, ulong word1, ulong word2, ulong word3) =>
        (_word0, _word1, _word2, _word3) = (word0, word1, word2, word3);

    /// <summary>0.</summary>
    public static RistrettoScalar Zero => default;

    /// <summary>1.</summary>
    public static RistrettoScalar One => new(1, 0, 0, 0);

    // R = 2^256, R² modulo ℓ.
    private static RistrettoScalar R => new(0xd6ec31748d98951d, 0xc6ef5bf4737dcf70, 0xfffffffffffffffe, 0x0fffffffffffffff);

    private static RistrettoScalar RSquared => new(0xa40611e3449c0f01, 0xd00e1ba768859347, 0xceec73d217f5be65, 0x0399411b7c309a3d);

    /// <summary>The scalar of a small number.</summary>
    public static RistrettoScalar From(ulong value) => new(value, 0, 0, 0);

    /// <summary>Reads 32 bytes, little-endian; false unless their value is below ℓ. Only the verdict shows in the timing.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RistrettoScalar scalar)
    {
        scalar = default;
        if (bytes.Length != Size) return false;
        var read = Read(bytes);
        var (_, borrow) = SubtractOrder(read);
        scalar = Masked(borrow, read);
        return borrow != 0;
    }

    /// <summary>Takes 64 bytes, little-endian, modulo ℓ: uniform bytes give a scalar uniform up to 2^-259.</summary>
    public static RistrettoScalar ReduceWide(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != WideSize) throw new ArgumentException($"{WideSize} bytes are needed.", nameof(bytes));
        return MontgomeryMultiply(Read(bytes), R) + MontgomeryMultiply(Read(bytes[Size..]), RSquared); // low + 2^256·high
    }

    /// <summary>A uniform scalar other than 0.</summary>
    /// <remarks>64 bytes modulo ℓ; a draw of 0, which no one will see, is drawn again.</remarks>
    public static RistrettoScalar Random(RandomSource random)
    {
        Span<byte> wide = stackalloc byte[WideSize];
        RistrettoScalar scalar;
        do
        {
            random.Fill(wide);
            scalar = ReduceWide(wide);
        }
        while (scalar.IsZero() != 0);

        CryptographicOperations.ZeroMemory(wide);
        return scalar;
    }

    /// <summary>Writes 32 bytes, little-endian, value below ℓ.</summary>
    public void Encode(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _word0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _word1);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _word2);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _word3);
    }

    /// <summary>1 if the value is 0, else 0.</summary>
    public ulong IsZero()
    {
        var any = _word0 | _word1 | _word2 | _word3;
        return unchecked(((any | (0 - any)) >> 63) ^ 1);
    }

    /// <summary>1/a as a^(ℓ−2); 0 for 0.</summary>
    public RistrettoScalar Invert()
    {
        ReadOnlySpan<ulong> exponent = [Order0 - 2, Order1, 0, Order3];                 // public
        var power = R;                                                                  // 1 in Montgomery's form
        var factor = MontgomeryMultiply(this, RSquared);
        for (var position = 252; position >= 0; position--)
        {
            power = MontgomeryMultiply(power, power);
            if (((exponent[position >> 6] >> (position & 63)) & 1) == 1) power = MontgomeryMultiply(power, factor);
        }

        return MontgomeryMultiply(power, One);
    }

    /// <summary>a + b.</summary>
    public static RistrettoScalar operator +(in RistrettoScalar a, in RistrettoScalar b)
    {
        unchecked
        {
            UInt128 sum = (UInt128)a._word0 + b._word0;
            var w0 = (ulong)sum;
            sum = (sum >> 64) + a._word1 + b._word1;
            var w1 = (ulong)sum;
            sum = (sum >> 64) + a._word2 + b._word2;
            var w2 = (ulong)sum;
            sum = (sum >> 64) + a._word3 + b._word3;                                    // below 2^253: no carry
            return Reduced(new(w0, w1, w2, (ulong)sum));
        }
    }

    /// <summary>−a.</summary>
    public static RistrettoScalar operator -(in RistrettoScalar a) => Zero - a;

    /// <summary>a − b.</summary>
    public static RistrettoScalar operator -(in RistrettoScalar a, in RistrettoScalar b)
    {
        var (difference, borrow) = Subtract(a, b);
        unchecked
        {
            var mask = 0 - borrow;                                                      // ℓ is added back below 0
            UInt128 sum = (UInt128)difference._word0 + (Order0 & mask);
            var w0 = (ulong)sum;
            sum = (sum >> 64) + difference._word1 + (Order1 & mask);
            var w1 = (ulong)sum;
            sum = (sum >> 64) + difference._word2;
            var w2 = (ulong)sum;
            sum = (sum >> 64) + difference._word3 + (Order3 & mask);
            return new(w0, w1, w2, (ulong)sum);
        }
    }

    /// <summary>a · b.</summary>
    public static RistrettoScalar operator *(in RistrettoScalar a, in RistrettoScalar b) =>
        MontgomeryMultiply(MontgomeryMultiply(a, b), RSquared);

    /// <summary><paramref name="ifOne"/> when bit is 1, <paramref name="ifZero"/> when bit is 0.</summary>
    public static RistrettoScalar Select(ulong bit, in RistrettoScalar ifOne, in RistrettoScalar ifZero) => new(
        ConstantTime.Select(bit, ifOne._word0, ifZero._word0),
        ConstantTime.Select(bit, ifOne._word1, ifZero._word1),
        ConstantTime.Select(bit, ifOne._word2, ifZero._word2),
        ConstantTime.Select(bit, ifOne._word3, ifZero._word3));

    /// <summary>Whether both are the same; only the verdict shows in the timing.</summary>
    public bool Equals(RistrettoScalar other) =>
        ((_word0 ^ other._word0) | (_word1 ^ other._word1) | (_word2 ^ other._word2) | (_word3 ^ other._word3)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RistrettoScalar other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => throw new NotSupportedException("A scalar is mostly a secret and no key of a table.");

    /// <inheritdoc/>
    public override string ToString() => nameof(RistrettoScalar);

    /// <summary>64 digits d[i] in [−8, 8) with value = Σ d[i]·16^i; the last is 0 or 1 and takes no carry out.</summary>
    internal void ToSignedDigits(Span<sbyte> digits)
    {
        unchecked
        {
            ReadOnlySpan<ulong> words = [_word0, _word1, _word2, _word3];
            var carry = 0;
            for (var i = 0; i < 64; i++)
            {
                var digit = (int)((words[i >> 4] >> (4 * (i & 15))) & 15) + carry;      // 0 to 16
                carry = (digit + 8) >> 4;
                digits[i] = (sbyte)(digit - (carry << 4));
            }
        }
    }

    /// <summary>a·b/2^256 modulo ℓ for a·b &lt; ℓ·2^256; the result is below ℓ.</summary>
    private static RistrettoScalar MontgomeryMultiply(in RistrettoScalar a, in RistrettoScalar b)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        Step(a._word0, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a._word1, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a._word2, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a._word3, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        return Reduced(new(t0, t1, t2, t3));
    }

    /// <summary>t becomes (t + word·b + m·ℓ)/2^64, m the one word that makes it whole.</summary>
    private static void Step(
        ulong word, in RistrettoScalar b, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        unchecked
        {
            var sum = Math.BigMul(word, b._word0) + (UInt128)t0;
            var s0 = (ulong)sum;
            sum = Math.BigMul(word, b._word1) + (UInt128)t1 + (sum >> 64);
            var s1 = (ulong)sum;
            sum = Math.BigMul(word, b._word2) + (UInt128)t2 + (sum >> 64);
            var s2 = (ulong)sum;
            sum = Math.BigMul(word, b._word3) + (UInt128)t3 + (sum >> 64);
            var s3 = (ulong)sum;
            sum = (UInt128)t4 + (sum >> 64);
            var s4 = (ulong)sum;
            var s5 = (ulong)(sum >> 64);

            var m = s0 * NegatedInverse;
            sum = Math.BigMul(m, Order0) + (UInt128)s0;
            sum = Math.BigMul(m, Order1) + (UInt128)s1 + (sum >> 64);
            t0 = (ulong)sum;
            sum = (UInt128)s2 + (sum >> 64);
            t1 = (ulong)sum;
            sum = Math.BigMul(m, Order3) + (UInt128)s3 + (sum >> 64);
            t2 = (ulong)sum;
            sum = (UInt128)s4 + (sum >> 64);
            t3 = (ulong)sum;
            t4 = s5 + (ulong)(sum >> 64);
        }
    }

    private static RistrettoScalar Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    /// <summary>The value in [0, ℓ) of one below 2ℓ.</summary>
    private static RistrettoScalar Reduced(in RistrettoScalar a)
    {
        var (difference, borrow) = SubtractOrder(a);
        return Select(borrow, a, difference);
    }

    private static RistrettoScalar Masked(ulong bit, in RistrettoScalar a) => Select(bit, a, Zero);

    private static (RistrettoScalar Difference, ulong Borrow) SubtractOrder(in RistrettoScalar a) =>
        Subtract(a, new(Order0, Order1, 0, Order3));

    private static (RistrettoScalar Difference, ulong Borrow) Subtract(in RistrettoScalar a, in RistrettoScalar b)
    {
        unchecked
        {
            var difference = (UInt128)a._word0 - b._word0;
            var w0 = (ulong)difference;
            difference = (UInt128)a._word1 - b._word1 - ((ulong)(difference >> 64) & 1);
            var w1 = (ulong)difference;
            difference = (UInt128)a._word2 - b._word2 - ((ulong)(difference >> 64) & 1);
            var w2 = (ulong)difference;
            difference = (UInt128)a._word3 - b._word3 - ((ulong)(difference >> 64) & 1);
            return (new(w0, w1, w2, (ulong)difference), (ulong)(difference >> 64) & 1);
        }
    }
}

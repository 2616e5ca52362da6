using System.Buffers.Binary;
using Collab.Primitives;

namespace Collab.Arithmetic.Curves;

/// <summary>Arithmetic modulo an odd number n with 2^255 &lt; n &lt; 2^256, on values held as a·2^256 mod n (Montgomery's form).</summary>
/// <remarks>For the field and the scalars of P-256. Timing is independent of values. Source: P. Montgomery, Math. Comp. 44, 1985.</remarks>
internal sealed class Modulus256
{
    /// <summary>The size of an encoded value, in bytes.</summary>
    public const int Size = 32;

    /// <summary>The size of what <see cref="ReduceWide"/> takes, in bytes.</summary>
    public const int WideSize = 48;

    private readonly Words256 _modulus;
    private readonly ulong _negatedInverse;
    private readonly Words256 _rSquared;

    /// <summary>The modulus of 32 bytes, big-endian.</summary>
    public Modulus256(ReadOnlySpan<byte> modulus)
    {
        _modulus = ReadBigEndian(modulus);
        var inverse = _modulus.Word0;                                                   // right to 3 bits, doubled five times
        for (var i = 0; i < 5; i++) inverse = unchecked(inverse * (2 - _modulus.Word0 * inverse));
        _negatedInverse = unchecked(0 - inverse);
        One = Subtract(default, _modulus).Difference;                                   // 2^256 − n, which is below n
        _rSquared = One;
        for (var i = 0; i < 256; i++) _rSquared = Add(_rSquared, _rSquared);
    }

    /// <summary>1.</summary>
    public Words256 One { get; }

    /// <summary>n itself, not in Montgomery's form.</summary>
    public Words256 Value => _modulus;

    /// <summary>The element of a small number.</summary>
    public Words256 From(ulong value) => Multiply(new(value, 0, 0, 0), _rSquared);

    /// <summary>Reads 32 bytes, big-endian; false unless their value is below n.</summary>
    public bool TryDecode(ReadOnlySpan<byte> bytes, out Words256 value)
    {
        value = default;
        if (bytes.Length != Size) return false;
        var read = ReadBigEndian(bytes);
        if (Subtract(read, _modulus).Borrow == 0) return false;
        value = Multiply(read, _rSquared);
        return true;
    }

    /// <summary>Writes 32 bytes, big-endian, value below n.</summary>
    public void Encode(in Words256 value, Span<byte> destination)
    {
        var plain = Multiply(value, new(1, 0, 0, 0));
        BinaryPrimitives.WriteUInt64BigEndian(destination, plain.Word3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], plain.Word2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], plain.Word1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], plain.Word0);
    }

    /// <summary>Takes 48 bytes, big-endian, modulo n: hash_to_field of RFC 9380, section 5.2.</summary>
    public Words256 ReduceWide(ReadOnlySpan<byte> bytes)
    {
        Span<byte> high = stackalloc byte[Size];
        high.Clear();
        bytes[..16].CopyTo(high[16..]);
        var low = Multiply(ReadBigEndian(bytes[16..]), _rSquared);
        return Add(low, Multiply(Multiply(ReadBigEndian(high), _rSquared), _rSquared)); // high·2^256
    }

    /// <summary>a + b.</summary>
    public Words256 Add(in Words256 a, in Words256 b)
    {
        unchecked
        {
            UInt128 sum = (UInt128)a.Word0 + b.Word0;
            var w0 = (ulong)sum;
            sum = (sum >> 64) + a.Word1 + b.Word1;
            var w1 = (ulong)sum;
            sum = (sum >> 64) + a.Word2 + b.Word2;
            var w2 = (ulong)sum;
            sum = (sum >> 64) + a.Word3 + b.Word3;
            return Reduced(new(w0, w1, w2, (ulong)sum), (ulong)(sum >> 64));
        }
    }

    /// <summary>a − b.</summary>
    public Words256 Subtract256(in Words256 a, in Words256 b)
    {
        var (difference, borrow) = Subtract(a, b);
        var (corrected, _) = Subtract(difference, Negated(borrow));                      // − (−n) below 0
        return corrected;
    }

    /// <summary>−a.</summary>
    public Words256 Negate(in Words256 a) => Subtract256(default, a);

    /// <summary>a · b.</summary>
    public Words256 Multiply(in Words256 a, in Words256 b)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        Step(a.Word0, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a.Word1, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a.Word2, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a.Word3, b, ref t0, ref t1, ref t2, ref t3, ref t4);
        return Reduced(new(t0, t1, t2, t3), t4);
    }

    /// <summary>a^e; e is public, four words from the lowest.</summary>
    public Words256 Power(in Words256 a, ReadOnlySpan<ulong> exponent)
    {
        var power = One;
        for (var position = 255; position >= 0; position--)
        {
            power = Multiply(power, power);
            if (((exponent[position >> 6] >> (position & 63)) & 1) == 1) power = Multiply(power, a);
        }

        return power;
    }

    /// <summary>1/a for prime n, as a^(n−2); 0 for 0.</summary>
    public Words256 Invert(in Words256 a) => Power(a, [_modulus.Word0 - 2, _modulus.Word1, _modulus.Word2, _modulus.Word3]);

    private void Step(ulong word, in Words256 b, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        unchecked
        {
            var sum = Math.BigMul(word, b.Word0) + (UInt128)t0;
            var s0 = (ulong)sum;
            sum = Math.BigMul(word, b.Word1) + (UInt128)t1 + (sum >> 64);
            var s1 = (ulong)sum;
            sum = Math.BigMul(word, b.Word2) + (UInt128)t2 + (sum >> 64);
            var s2 = (ulong)sum;
            sum = Math.BigMul(word, b.Word3) + (UInt128)t3 + (sum >> 64);
            var s3 = (ulong)sum;
            sum = (UInt128)t4 + (sum >> 64);
            var s4 = (ulong)sum;
            var s5 = (ulong)(sum >> 64);

            var m = s0 * _negatedInverse;
            sum = Math.BigMul(m, _modulus.Word0) + (UInt128)s0;
            sum = Math.BigMul(m, _modulus.Word1) + (UInt128)s1 + (sum >> 64);
            t0 = (ulong)sum;
            sum = Math.BigMul(m, _modulus.Word2) + (UInt128)s2 + (sum >> 64);
            t1 = (ulong)sum;
            sum = Math.BigMul(m, _modulus.Word3) + (UInt128)s3 + (sum >> 64);
            t2 = (ulong)sum;
            sum = (UInt128)s4 + (sum >> 64);
            t3 = (ulong)sum;
            t4 = s5 + (ulong)(sum >> 64);
        }
    }

    /// <summary>The value in [0, n) of carry·2^256 + a below 2n.</summary>
    private Words256 Reduced(in Words256 a, ulong carry)
    {
        var (difference, borrow) = Subtract(a, _modulus);
        return Words256.Select(borrow & (carry ^ 1), a, difference);
    }

    /// <summary>2^256 − n if the bit is 1, else 0: to subtract it is to add n modulo 2^256.</summary>
    private Words256 Negated(ulong bit) => Words256.Select(bit, One, default);

    private static Words256 ReadBigEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes));

    private static (Words256 Difference, ulong Borrow) Subtract(in Words256 a, in Words256 b)
    {
        unchecked
        {
            var difference = (UInt128)a.Word0 - b.Word0;
            var w0 = (ulong)difference;
            difference = (UInt128)a.Word1 - b.Word1 - ((ulong)(difference >> 64) & 1);
            var w1 = (ulong)difference;
            difference = (UInt128)a.Word2 - b.Word2 - ((ulong)(difference >> 64) & 1);
            var w2 = (ulong)difference;
            difference = (UInt128)a.Word3 - b.Word3 - ((ulong)(difference >> 64) & 1);
            return (new(w0, w1, w2, (ulong)difference), (ulong)(difference >> 64) & 1);
        }
    }
}

/// <summary>A number of 256 bits, from its lowest word.</summary>
internal readonly struct Words256(ulong word0, ulong word1, ulong word2, ulong word3)
{
    public readonly ulong Word0 = word0, Word1 = word1, Word2 = word2, Word3 = word3;

    /// <summary>1 if the value is 0, else 0.</summary>
    public ulong IsZero()
    {
        var any = Word0 | Word1 | Word2 | Word3;
        return unchecked(((any | (0 - any)) >> 63) ^ 1);
    }

    /// <summary>1 if both are the same, else 0.</summary>
    public static ulong AreEqual(in Words256 a, in Words256 b) =>
        new Words256(a.Word0 ^ b.Word0, a.Word1 ^ b.Word1, a.Word2 ^ b.Word2, a.Word3 ^ b.Word3).IsZero();

    public static Words256 Select(ulong bit, in Words256 ifOne, in Words256 ifZero) => new(
        ConstantTime.Select(bit, ifOne.Word0, ifZero.Word0),
        ConstantTime.Select(bit, ifOne.Word1, ifZero.Word1),
        ConstantTime.Select(bit, ifOne.Word2, ifZero.Word2),
        ConstantTime.Select(bit, ifOne.Word3, ifZero.Word3));
}

using System.Buffers.Binary;
using System.Numerics;
using Collab.Primitives;

namespace Collab.Arithmetic.WideIntegers;

/// <summary>An element of Z_{2^256} in four 64-bit words, least significant first; as a number, signed two's complement.</summary>
/// <remarks>
/// Additions wrap: a sum is right as a number whenever the true total lies in [−2^255, 2^255).
/// Timing is independent of the values.
/// </remarks>
public readonly record struct Integer256(ulong Word0, ulong Word1, ulong Word2, ulong Word3)
{
    /// <summary>The length of the encoding, in bytes.</summary>
    public const int Size = 32;

    /// <summary>Reads 32 bytes, little-endian.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer bytes.</exception>
    public static Integer256 Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    /// <summary>Extends the sign of a 128-bit number.</summary>
    public static implicit operator Integer256(Int128 value)
    {
        var sign = unchecked((ulong)(long)(value >> 127)); // 0 or all ones
        return new Integer256(unchecked((ulong)value), unchecked((ulong)(value >> 64)), sign, sign);
    }

    /// <summary>a + b mod 2^256.</summary>
    public static Integer256 operator +(Integer256 a, Integer256 b)
    {
        unchecked
        {
            var word0 = a.Word0 + b.Word0;
            var carry = ConstantTime.LessThan(word0, a.Word0);
            var word1 = Add(a.Word1, b.Word1, ref carry);
            var word2 = Add(a.Word2, b.Word2, ref carry);
            return new Integer256(word0, word1, word2, a.Word3 + b.Word3 + carry);
        }
    }

    /// <summary>−a mod 2^256.</summary>
    public static Integer256 operator -(Integer256 a) =>
        new Integer256(~a.Word0, ~a.Word1, ~a.Word2, ~a.Word3) + new Integer256(1, 0, 0, 0);

    /// <summary>a − b mod 2^256.</summary>
    public static Integer256 operator -(Integer256 a, Integer256 b) => a + -b;

    /// <summary>Writes 32 bytes, little-endian.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter.</exception>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Word0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Word1);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Word2);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Word3);
    }

    /// <summary>The signed number in [−2^255, 2^255). For public values: timing depends on the number.</summary>
    public BigInteger ToBigIntegerVariableTime()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return new BigInteger(bytes, isUnsigned: false, isBigEndian: false);
    }

    /// <summary>Nothing of the number: totals before disclosure control are not for logs.</summary>
    public override string ToString() => "a 256-bit integer";

    private static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        unchecked
        {
            var partial = a + b;
            var sum = partial + carry;
            carry = ConstantTime.LessThan(partial, a) | ConstantTime.LessThan(sum, partial); // at most one of the two wraps
            return sum;
        }
    }
}

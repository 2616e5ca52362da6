using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.BinaryField;

/// <summary>An element of GF(2^128) = GF(2)[X] / (X^128 + X^7 + X^2 + X + 1), or simply a block of 128 bits.</summary>
/// <param name="Low">Bit i is the coefficient of X^i.</param>
/// <param name="High">Bit i is the coefficient of X^(64 + i).</param>
/// <remarks>16 bytes, little-endian in memory, so that a span of elements and its bytes are the same memory. Timing is independent of values.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public readonly record struct Gf128(ulong Low, ulong High)
{
    /// <summary>The size of an element, in bytes.</summary>
    public const int Size = 16;

    // X^128 = X^7 + X^2 + X + 1.
    internal const ulong Reduction = 0x87;

    /// <summary>0.</summary>
    public static Gf128 Zero => default;

    /// <summary>1.</summary>
    public static Gf128 One => new(1, 0);

    /// <summary>Reads 16 bytes, little-endian.</summary>
    public static Gf128 Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..Size]));

    /// <summary>Writes 16 bytes, little-endian.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..Size], High);
    }

    /// <summary>The same 128 bits as a vector.</summary>
    public Vector128<ulong> ToVector() => Vector128.Create(Low, High);

    /// <summary>The element of these 128 bits.</summary>
    public static Gf128 From(Vector128<ulong> vector) => new(vector[0], vector[1]);

    /// <summary>Addition, which is exclusive or; every element is its own negative.</summary>
    public static Gf128 operator +(Gf128 a, Gf128 b) => new(a.Low ^ b.Low, a.High ^ b.High);

    /// <summary>Multiplication in the field.</summary>
    public static Gf128 operator *(Gf128 a, Gf128 b)
    {
        var (lowLow, lowHigh) = CarrylessMultiply(a.Low, b.Low);
        var (highLow, highHigh) = CarrylessMultiply(a.High, b.High);
        var (crossLow, crossHigh) = CarrylessMultiply(a.Low ^ a.High, b.Low ^ b.High); // Karatsuba
        crossLow ^= lowLow ^ highLow;
        crossHigh ^= lowHigh ^ highHigh;
        return Reduce(lowLow, lowHigh ^ crossLow, highLow ^ crossHigh, highHigh);
    }

    /// <summary>1/x, and 0 for 0: x to the power of 2^128 - 2, so that timing is independent of x.</summary>
    public Gf128 Inverse()
    {
        var (power, square) = (One, this);
        for (var i = 1; i < 128; i++)
        {
            square *= square;                                                           // x^(2^i)
            power *= square;
        }

        return power;
    }

    /// <summary>The element of a polynomial of degree below 256, given as four words from the lowest.</summary>
    internal static Gf128 Reduce(ulong w0, ulong w1, ulong w2, ulong w3)
    {
        var (foldLow, foldHigh) = CarrylessMultiply(w3, Reduction);                     // w3·X^192 = w3·0x87·X^64
        w1 ^= foldLow;
        w2 ^= foldHigh;
        (foldLow, foldHigh) = CarrylessMultiply(w2, Reduction);
        return new(w0 ^ foldLow, w1 ^ foldHigh);
    }

    private static (ulong Low, ulong High) CarrylessMultiply(ulong a, ulong b)
    {
        if (Pclmulqdq.IsSupported)
        {
            var product = Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(a), Vector128.CreateScalar(b), 0);
            return (product[0], product[1]);
        }

        return CarrylessMultiplyScalar(a, b);
    }

    /// <summary>The specification of the carry-less product: shift and add, without a branch on a secret bit.</summary>
    internal static (ulong Low, ulong High) CarrylessMultiplyScalar(ulong a, ulong b)
    {
        ulong low = 0, high = 0;
        for (var i = 0; i < 64; i++)
        {
            var mask = unchecked(0 - ((b >> i) & 1));
            low ^= (a << i) & mask;
            high ^= i == 0 ? 0 : (a >> (64 - i)) & mask;
        }

        return (low, high);
    }
}

namespace Collab.Arithmetic.Curves;

/// <summary>The map from bytes to points and the scalars of P-256 (secp256r1); group operations are the system library's.</summary>
/// <remarks>Timing is independent of values. Source: RFC 9380, sections 5.2, 6.6.2 and 8.2; NIST SP 800-186 for the constants.</remarks>
public static class P256
{
    /// <summary>The size of a scalar or a coordinate, in bytes.</summary>
    public const int ScalarSize = Modulus256.Size;

    /// <summary>The size of uniform bytes for one field element or scalar, in bytes: 256 bits and 128 against bias.</summary>
    public const int WideSize = Modulus256.WideSize;

    private static readonly Modulus256 Field = new(
        Convert.FromHexString("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"));

    private static readonly Modulus256 Order = new(
        Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"));

    private static readonly Words256 A = Field.Negate(Field.From(3));
    private static readonly Words256 B = Constant("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    private static readonly Words256 Z = Field.Negate(Field.From(10));
    private static readonly Words256 MinusBOverA = Field.Negate(Field.Multiply(B, Field.Invert(A)));
    private static readonly Words256 BOverZA = Field.Multiply(B, Field.Invert(Field.Multiply(Z, A)));

    /// <summary>Maps 48 uniform bytes to a point, not uniform by itself: the sum of two is.</summary>
    /// <param name="wide">Big-endian, taken modulo p.</param>
    /// <param name="point">Receives 65 bytes: 4, x, y, big-endian (SEC 1, uncompressed).</param>
    /// <remarks>Simplified SWU. Source: RFC 9380, section 6.6.2, whose line numbers stand in the comments.</remarks>
    public static void MapToCurve(ReadOnlySpan<byte> wide, Span<byte> point)
    {
        var u = Field.ReduceWide(wide);
        var zuu = Field.Multiply(Z, Field.Multiply(u, u));
        var tv1 = Field.Invert(Field.Add(Field.Multiply(zuu, zuu), zuu));               // 1
        var x1 = Field.Multiply(MinusBOverA, Field.Add(Field.One, tv1));                // 2
        x1 = Words256.Select(tv1.IsZero(), BOverZA, x1);                                // 3
        var gx1 = RightSide(x1);                                                        // 4
        var x2 = Field.Multiply(zuu, x1);                                               // 5
        var gx2 = RightSide(x2);                                                        // 6
        var y1 = SquareRoot(gx1);
        var isSquare = Words256.AreEqual(Field.Multiply(y1, y1), gx1);
        var x = Words256.Select(isSquare, x1, x2);                                      // 7, 8
        var y = Words256.Select(isSquare, y1, SquareRoot(gx2));
        y = Words256.Select(Parity(u) ^ Parity(y), Field.Negate(y), y);                 // 9
        point[0] = 4;
        Field.Encode(x, point[1..]);
        Field.Encode(y, point[33..]);
    }

    /// <summary>Takes 48 bytes, big-endian, modulo the order; 32 bytes big-endian.</summary>
    public static void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar) => Order.Encode(Order.ReduceWide(wide), scalar);

    /// <summary>Whether 32 bytes, big-endian, are a scalar below the order; 0 is one.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> bytes) => Order.TryDecode(bytes, out _);

    /// <summary>1/s modulo the order; 0 for 0.</summary>
    /// <exception cref="ArgumentException">No scalar.</exception>
    public static void InvertScalar(ReadOnlySpan<byte> scalar, Span<byte> inverse) => Order.Encode(Order.Invert(Scalar(scalar)), inverse);

    /// <summary>r − c·k modulo the order.</summary>
    /// <exception cref="ArgumentException">One is no scalar.</exception>
    public static void MultiplySubtract(ReadOnlySpan<byte> r, ReadOnlySpan<byte> c, ReadOnlySpan<byte> k, Span<byte> result) =>
        Order.Encode(Order.Subtract256(Scalar(r), Order.Multiply(Scalar(c), Scalar(k))), result);

    private static Words256 Scalar(ReadOnlySpan<byte> bytes) =>
        Order.TryDecode(bytes, out var value) ? value : throw new ArgumentException("No scalar below the order.", nameof(bytes));

    /// <summary>x³ + A·x + B.</summary>
    private static Words256 RightSide(in Words256 x) =>
        Field.Add(Field.Multiply(Field.Add(Field.Multiply(x, x), A), x), B);

    /// <summary>a^((p+1)/4), a root if there is one; p = 3 modulo 4.</summary>
    private static Words256 SquareRoot(in Words256 a) =>
        Field.Power(a, [0, 0x0000000040000000, 0x4000000000000000, 0x3fffffffc0000000]);

    private static ulong Parity(in Words256 a)
    {
        Span<byte> bytes = stackalloc byte[Modulus256.Size];
        Field.Encode(a, bytes);
        return (ulong)bytes[31] & 1;
    }

    private static Words256 Constant(string hexadecimal)
    {
        _ = Field.TryDecode(Convert.FromHexString(hexadecimal), out var value);
        return value;
    }
}

using System.Numerics;

namespace Collab.Cryptography.Sm;

/// <summary>The recommended curve of GB/T 32918.5: y² = x³ + ax + b over a prime field of 256 bits, of prime order n and cofactor 1.</summary>
/// <remarks>Arithmetic here is of public values alone and takes variable time. The cofactor is 1: each point but the neutral one has order n.</remarks>
internal static class Sm2Curve
{
    /// <summary>The size of a coordinate and of a scalar, in bytes.</summary>
    public const int Size = 32;

    public const string PrimeText = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF";
    public const string AText = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC";
    public const string BText = "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93";
    public const string OrderText = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";
    public const string GeneratorXText = "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7";
    public const string GeneratorYText = "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";

    public static readonly BigInteger Prime = Number(PrimeText);
    public static readonly BigInteger A = Number(AText);
    public static readonly BigInteger B = Number(BText);
    public static readonly BigInteger Order = Number(OrderText);

    /// <summary>Whether 64 bytes are the coordinates, each below the prime, of a point of the curve.</summary>
    /// <remarks>The neutral element has no coordinates; (0, 0) is not on the curve because b is not 0.</remarks>
    public static bool IsPointVariableTime(ReadOnlySpan<byte> point)
    {
        if (point.Length != 2 * Size) return false;
        var (x, y) = (Number(point[..Size]), Number(point[Size..]));
        return x < Prime && y < Prime && (((x * x) + A) * x + B - (y * y)) % Prime == 0;
    }

    /// <summary>Whether 64 bytes are r ‖ s with r and s from 1 to n - 1 and r + s not n (GB/T 32918.2, section 7.1, B1, B2, B5).</summary>
    public static bool IsSignatureVariableTime(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * Size) return false;
        var (r, s) = (Number(signature[..Size]), Number(signature[Size..]));
        return !r.IsZero && !s.IsZero && r < Order && s < Order && r + s != Order;
    }

    /// <summary>Whether a scalar of 32 bytes is from 1 to n - 2, without a branch on its value.</summary>
    public static bool IsPrivate(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != Size) return false;
        var limit = Limit; // n - 1
        int borrow = 0, any = 0;
        for (var i = Size - 1; i >= 0; i--)
        {
            borrow = ((scalar[i] - limit[i] - borrow) >> 8) & 1;
            any |= scalar[i];
        }

        return (borrow & ((-any) >> 31) & 1) == 1;
    }

    private static ReadOnlySpan<byte> Limit =>
    [
        0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x72, 0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x22,
    ];

    private static BigInteger Number(string hex) => Number(Convert.FromHexString(hex));

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}

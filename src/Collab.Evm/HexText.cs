using System.Globalization;
using System.Numerics;
using Collab.Primitives;

namespace Collab.Evm;

/// <summary>The two ways in which JSON-RPC writes: bytes as <c>0x</c> and pairs of digits, numbers as <c>0x</c> and no leading zero.</summary>
/// <remarks>Source: Ethereum JSON-RPC specification, "Hex encoding". Reading is strict: what a node writes otherwise is refused.</remarks>
internal static class HexText
{
    private const int LongestNumber = 64;

    public static string Of(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    public static string Of(Digest digest) => Of(digest.ToArray());

    public static string Of(BigInteger number) => number.IsZero ? "0x0" : "0x" + number.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');

    public static byte[] Bytes(string? text, string rule)
    {
        if (text is null || text.Length % 2 != 0 || !text.StartsWith("0x", StringComparison.Ordinal)) throw new MalformedException(rule);
        try
        {
            return Convert.FromHexString(text.AsSpan(2));
        }
        catch (FormatException)
        {
            throw new MalformedException(rule);
        }
    }

    public static Digest Digest(string? text, string rule)
    {
        var bytes = Bytes(text, rule);
        return bytes.Length == Primitives.Digest.Size ? new Digest(bytes) : throw new MalformedException(rule);
    }

    public static BigInteger Number(string? text, string rule)
    {
        if (text is null || text.Length is < 3 or > LongestNumber + 2 || !text.StartsWith("0x", StringComparison.Ordinal)
            || (text[2] == '0' && text.Length > 3) || text.AsSpan(2).ContainsAnyExcept("0123456789abcdefABCDEF"))
            throw new MalformedException(rule);
        return BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    public static ulong UInt64(string? text, string rule)
    {
        var number = Number(text, rule);
        return number <= ulong.MaxValue ? (ulong)number : throw new MalformedException(rule);
    }
}

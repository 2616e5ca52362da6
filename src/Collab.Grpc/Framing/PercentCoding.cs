using System.Globalization;
using System.Text;

namespace Grpc.Framing;

/// <summary>The coding of <c>grpc-message</c>: UTF-8, with every byte outside printable ASCII, and the percent sign, as <c>%XX</c>.</summary>
internal static class PercentCoding
{
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%')) return text;

        var bytes = Encoding.UTF8.GetBytes(text);
        var coded = new StringBuilder(bytes.Length + 16);
        foreach (var value in bytes)
        {
            if (value is >= (byte)' ' and <= (byte)'~' and not (byte)'%') coded.Append((char)value);
            else coded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return coded.ToString();
    }

    /// <summary>Decodes; what is not a valid escape stays as it is, as the protocol asks.</summary>
    public static string Decode(string coded)
    {
        if (!coded.Contains('%')) return coded;

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(coded.Length)];
        var count = 0;
        for (var i = 0; i < coded.Length; i++)
        {
            if (coded[i] == '%' && i + 2 < coded.Length && char.IsAsciiHexDigit(coded[i + 1]) && char.IsAsciiHexDigit(coded[i + 2]))
            {
                bytes[count++] = byte.Parse(coded.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                count += Encoding.UTF8.GetBytes(coded.AsSpan(i, 1), bytes.AsSpan(count));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}

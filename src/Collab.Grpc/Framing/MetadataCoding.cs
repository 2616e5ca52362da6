using Grpc.Core;

namespace Grpc.Framing;

/// <summary>Metadata to and from header values.</summary>
internal static class MetadataCoding
{
    /// <summary>The header value of an entry; false when its text has characters that a header cannot hold.</summary>
    public static bool TryFormat(Metadata.Entry entry, out string value)
    {
        value = entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value;
        return IsText(value);
    }

    /// <summary>Adds what a header holds; false when it is malformed. A header whose name is no metadata key is left out.</summary>
    public static bool TryAdd(Metadata metadata, string name, string value)
    {
        if (GrpcHeaderNames.IsReserved(name) || !Metadata.Entry.IsKey(name)) return true;

        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            if (!IsText(value)) return false;
            metadata.Add(name, value);
            return true;
        }

        // Values of equal keys may be joined with commas, which base64 does not use.
        foreach (var part in value.Split(','))
        {
            if (!TryDecode(part.Trim(' '), out var bytes)) return false;
            metadata.Add(name, bytes);
        }

        return true;
    }

    private static bool IsText(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Base64 with or without padding; nothing but its alphabet.</summary>
    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        var body = text.TrimEnd('=');
        if (text.Length - body.Length > 2 || body.Length % 4 == 1) return false;
        foreach (var c in body)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/')) return false;
        }

        bytes = Convert.FromBase64String(body.PadRight((body.Length + 3) / 4 * 4, '='));
        return true;
    }
}

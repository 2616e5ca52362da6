using System.Text;

namespace Collab.Data.Csv;

/// <summary>CSV as a stream of UTF-8, whatever it is written in and wherever it comes from.</summary>
/// <param name="Utf8">The text; owned by whoever asked for it.</param>
/// <param name="Encoding">What it is written in, for messages.</param>
/// <param name="UndecodableMark">What stands for bytes that are no text; empty when the bytes come through as they are.</param>
/// <param name="Translate">Makes a failure of the stream one of ours, or gives null to let it pass.</param>
internal sealed record CsvInput(
    Stream Utf8, string Encoding, ReadOnlyMemory<byte> UndecodableMark, Func<Exception, SourceException?> Translate)
{
    // U+FFFF is a noncharacter, which Unicode keeps out of text that is passed on; a file that holds it is refused as undecodable.
    private const string Mark = "\uFFFF";

    /// <summary>Looks at the first bytes and opens the file anew behind the right decoder.</summary>
    public static CsvInput Open(Func<Stream> open, string? declared)
    {
        Span<byte> first = stackalloc byte[4];
        using (var peek = open()) first = first[..peek.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];

        if (IsCompressed(first)) throw SourceException.At(SourceException.FileCompressed, "the file is compressed or an archive");
        var bigEndian = first is [0xFE, 0xFF, ..];
        var utf16 = bigEndian || first is [0xFF, 0xFE, ..];
        return declared switch
        {
            "utf-16" when !utf16 => throw SourceException.At(SourceException.Encoding, "the file is declared as utf-16 and has no byte order mark"),
            null or "utf-16" when utf16 => Decoded(open, "utf-16", new UnicodeEncoding(bigEndian, byteOrderMark: true)),
            null or "utf-8" => new CsvInput(open(), "utf-8", default, Unreadable),
            "gb18030" or "gbk" => Decoded(open, declared, CodePagesEncodingProvider.Instance.GetEncoding(declared)!),
            _ => throw new ArgumentException("Not the name of a checked location.", nameof(declared)),
        };
    }

    /// <summary>Opens a regular file for one reading from front to back.</summary>
    public static Stream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var rule = e is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist" : "the file cannot be opened";
            throw SourceException.At(SourceException.FileUnreadable, rule);
        }
    }

    private static bool IsCompressed(ReadOnlySpan<byte> first) =>
        first is [0x1F, 0x8B, ..] or [(byte)'P', (byte)'K', 3, 4] or [0x28, 0xB5, 0x2F, 0xFD] or [0xFD, (byte)'7', (byte)'z', (byte)'X'];

    private static CsvInput Decoded(Func<Stream> open, string name, Encoding encoding)
    {
        var marking = (Encoding)encoding.Clone();
        marking.DecoderFallback = new DecoderReplacementFallback(Mark);
        return new CsvInput(
            System.Text.Encoding.CreateTranscodingStream(open(), marking, new UTF8Encoding(false)), name, "\uFFFF"u8.ToArray(), Unreadable);
    }

    private static SourceException? Unreadable(Exception e) => e is IOException or UnauthorizedAccessException
        ? SourceException.At(SourceException.FileUnreadable, "the file cannot be read to its end")
        : null;
}

using System.Collections.Frozen;
using System.Text;

namespace Collab.Data.Csv;

/// <summary>Where a CSV file lies and how it is written, as a user says it; unchecked.</summary>
public sealed record CsvLocationLiteral
{
    /// <summary>The file; a relative path counts from the folder given to <see cref="CsvLocation.Create"/>.</summary>
    public required string Path { get; init; }

    /// <summary><c>utf-8</c>, <c>utf-16</c>, <c>gb18030</c> or <c>gbk</c>; null: UTF-8, or UTF-16 when its byte order mark stands first.</summary>
    public string? Encoding { get; init; }

    /// <summary><c>,</c> <c>;</c> <c>|</c> or a tab (also written <c>\t</c> or <c>tab</c>); null: found from the header.</summary>
    public string? Delimiter { get; init; }

    /// <summary>How a missing value is written, besides the empty field; for example <c>NA</c>.</summary>
    public IReadOnlyList<string>? Missing { get; init; }
}

/// <summary>A checked <see cref="CsvLocationLiteral"/>.</summary>
public sealed class CsvLocation
{
    private static readonly FrozenDictionary<string, string> EncodingNames = new Dictionary<string, string>
    {
        ["utf-8"] = "utf-8", ["utf8"] = "utf-8", ["utf-16"] = "utf-16", ["utf16"] = "utf-16", ["gb18030"] = "gb18030", ["gbk"] = "gbk",
        ["gb2312"] = "gbk",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private CsvLocation(string path, string? encoding, char? delimiter, IReadOnlyList<string> missing, CsvLimits limits) =>
        (Path, Encoding, Delimiter, Missing, Limits) = (path, encoding, delimiter, missing, limits);

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The declared encoding: <c>utf-8</c>, <c>utf-16</c>, <c>gb18030</c> or <c>gbk</c>; null when none is declared.</summary>
    public string? Encoding { get; }

    /// <summary>The declared delimiter, or null.</summary>
    public char? Delimiter { get; }

    /// <summary>How a missing value is written, the empty field included.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>What the file may hold at most.</summary>
    public CsvLimits Limits { get; }

    /// <summary>Checks what a user wrote. The file itself is not touched.</summary>
    /// <param name="literal">What the user wrote.</param>
    /// <param name="folder">The folder a relative path counts from; null: the current one.</param>
    /// <param name="limits">Other limits than <see cref="CsvLimits.Default"/>.</param>
    /// <exception cref="SourceException">An option has a value that is not known.</exception>
    public static CsvLocation Create(CsvLocationLiteral literal, string? folder = null, CsvLimits? limits = null)
    {
        if (string.IsNullOrWhiteSpace(literal.Path) || literal.Path.Contains('\0')) throw Invalid("path is the name of a file");
        var path = System.IO.Path.GetFullPath(literal.Path, System.IO.Path.GetFullPath(folder ?? "."));

        string? encoding = null;
        if (literal.Encoding is { } name && !EncodingNames.TryGetValue(name, out encoding))
            throw Invalid("encoding is one of utf-8, utf-16, gb18030, gbk");

        char? delimiter = literal.Delimiter switch
        {
            null => null,
            "," or ";" or "|" or "\t" => literal.Delimiter[0],
            "\\t" or "tab" => '\t',
            _ => throw Invalid("delimiter is one of , ; | tab"),
        };

        var missing = new List<string> { "" };
        foreach (var marker in literal.Missing ?? [])
        {
            if (marker.AsSpan().ContainsAny("\"\r\n\0,;|\t")) throw Invalid("a marker of missing values holds no quote, delimiter or line end");
            if (marker.Length > 64) throw Invalid("a marker of missing values has at most 64 characters");
            if (!missing.Contains(marker)) missing.Add(marker);
        }

        return new CsvLocation(path, encoding, delimiter, missing, limits ?? CsvLimits.Default);
    }

    private static SourceException Invalid(string rule) => SourceException.At(SourceException.LocationInvalid, rule);
}

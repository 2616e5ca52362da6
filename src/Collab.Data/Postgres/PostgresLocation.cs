namespace Collab.Data.Postgres;

/// <summary>A table or query of a PostgreSQL database, as a user says it; unchecked. It never holds a password.</summary>
public sealed record PostgresLocationLiteral
{
    /// <summary>The environment variable that holds the connection string; this or <see cref="ConnectionFile"/>.</summary>
    public string? ConnectionVariable { get; init; }

    /// <summary>A file with the connection string that only its owner may read; this or <see cref="ConnectionVariable"/>.</summary>
    public string? ConnectionFile { get; init; }

    /// <summary>A table or view, <c>name</c> or <c>schema.name</c>; this or <see cref="Query"/>.</summary>
    public string? Table { get; init; }

    /// <summary>One SELECT; this or <see cref="Table"/>.</summary>
    public string? Query { get; init; }

    /// <summary>The columns that order the rows, at least one.</summary>
    public IReadOnlyList<string>? OrderBy { get; init; }

    /// <summary>How long one reading may take, in seconds, 1 to 86,400; null: 600.</summary>
    public int? TimeoutSeconds { get; init; }
}

/// <summary>A checked <see cref="PostgresLocationLiteral"/>.</summary>
/// <remarks>
/// Rows of a query have no order of their own, and a snapshot is committed to in order. So the order columns are named here, and
/// the reader breaks ties by all columns it reads: rows that are still equal are interchangeable, and the sequence is one.
/// </remarks>
public sealed class PostgresLocation
{
    private PostgresLocation(string? variable, string? file, string rows, IReadOnlyList<string> orderBy, TimeSpan timeout) =>
        (ConnectionVariable, ConnectionFile, Rows, OrderBy, Timeout) = (variable, file, rows, orderBy, timeout);

    /// <summary>The environment variable that holds the connection string, or null.</summary>
    public string? ConnectionVariable { get; }

    /// <summary>The full path of the file that holds the connection string, or null.</summary>
    public string? ConnectionFile { get; }

    /// <summary>The columns that order the rows.</summary>
    public IReadOnlyList<string> OrderBy { get; }

    /// <summary>How long one reading may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The rows as a SELECT.</summary>
    internal string Rows { get; }

    /// <summary>Checks what a user wrote. Neither the credential nor the database is touched.</summary>
    /// <param name="literal">What the user wrote.</param>
    /// <param name="folder">The folder a relative <see cref="PostgresLocationLiteral.ConnectionFile"/> counts from; null: the current one.</param>
    /// <exception cref="SourceException">Something is missing, stands twice or has a value that is not allowed.</exception>
    public static PostgresLocation Create(PostgresLocationLiteral literal, string? folder = null)
    {
        Require((literal.ConnectionVariable is null) != (literal.ConnectionFile is null), "one of connectionVariable and connectionFile is given");
        Require(literal.ConnectionVariable is null || IsVariable(literal.ConnectionVariable), "connectionVariable is the name of an environment variable");
        Require(literal.ConnectionFile is null || IsText(literal.ConnectionFile), "connectionFile is the name of a file");
        Require((literal.Table is null) != (literal.Query is null), "one of table and query is given");
        Require(literal.OrderBy is { Count: > 0 } && literal.OrderBy.All(IsText), "orderBy names at least one column");
        Require(literal.TimeoutSeconds is null or (>= 1 and <= 86_400), "timeoutSeconds is 1 to 86400");

        var file = literal.ConnectionFile is null ? null : Path.GetFullPath(literal.ConnectionFile, Path.GetFullPath(folder ?? "."));
        var rows = literal.Query?.Trim().TrimEnd(';') ?? FromTable(literal.Table!);
        Require(IsText(rows), "query is a SELECT");
        return new PostgresLocation(
            literal.ConnectionVariable, file, rows, [.. literal.OrderBy!], TimeSpan.FromSeconds(literal.TimeoutSeconds ?? 600));
    }

    /// <summary>A name as PostgreSQL reads it letter by letter.</summary>
    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string FromTable(string table)
    {
        var parts = table.Split('.');
        Require(parts.Length <= 2 && parts.All(IsText), "table is written name or schema.name");
        return $"SELECT * FROM {string.Join('.', parts.Select(Quote))}";
    }

    /// <summary>Letters, digits and underscores: what holds a password, a host or a semicolon is no variable's name.</summary>
    private static bool IsVariable(string text) =>
        text.Length is > 0 and <= 128 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static bool IsText(string text) => !string.IsNullOrWhiteSpace(text) && !text.Contains('\0');

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw SourceException.At(SourceException.LocationInvalid, rule);
    }
}

using System.Runtime.CompilerServices;
using Collab.Jobs;

namespace Collab.Data.Csv;

/// <summary>Reads a CSV file with a header row as columnar batches. Format: protocols/specs/csv.md.</summary>
/// <remarks>
/// Strict RFC 4180 with the line ends CRLF, LF and CR. An unquoted empty field or a declared marker is a missing value; a quoted
/// empty field is an empty text (and a missing number). Memory is bounded by <see cref="CsvLimits"/> and the batch, never by
/// the file. A regular file is read; a compressed one is refused.
/// </remarks>
public sealed class CsvReader : IDataSource
{
    private readonly Func<Stream> _open;
    private readonly CsvLocation _location;

    /// <summary>A reader of the file; nothing is opened yet.</summary>
    /// <param name="location">Where the file lies and how it is written.</param>
    /// <param name="schema">The declared columns, found in the header by name.</param>
    public CsvReader(CsvLocation location, DatasetSchema schema)
        : this(() => CsvInput.OpenFile(location.Path), location, schema)
    {
    }

    /// <summary>A reader of any bytes; <paramref name="open"/> is called twice for a reading and each time begins at the first byte.</summary>
    internal CsvReader(Func<Stream> open, CsvLocation location, DatasetSchema schema) => (_open, _location, Schema) = (open, location, schema);

    /// <inheritdoc/>
    public DatasetSchema Schema { get; }

    /// <summary>How a file is written, as declared or as found: its encoding, and what stands between two fields.</summary>
    /// <exception cref="SourceException">As <see cref="ReadHeaderAsync"/>.</exception>
    public static async Task<(string Encoding, char Delimiter)> FormOfAsync(CsvLocation location, CancellationToken cancellationToken = default)
    {
        var input = CsvInput.Open(() => CsvInput.OpenFile(location.Path), location.Encoding);
        var rows = new CsvRows(input, location.Limits);
        await using var _ = rows.ConfigureAwait(false);
        await rows.ReadHeaderAsync(location.Delimiter, cancellationToken).ConfigureAwait(false);
        return (input.Encoding, rows.Delimiter);
    }

    /// <summary>Reads the names in the header.</summary>
    /// <exception cref="SourceException">The file cannot be opened, or the header is missing, too long, blank somewhere or not unique.</exception>
    public static async Task<IReadOnlyList<string>> ReadHeaderAsync(CsvLocation location, CancellationToken cancellationToken = default)
    {
        var rows = new CsvRows(CsvInput.Open(() => CsvInput.OpenFile(location.Path), location.Encoding), location.Limits);
        await using var _ = rows.ConfigureAwait(false);
        return await rows.ReadHeaderAsync(location.Delimiter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A reader with every column of the header declared as text, from which <see cref="SchemaInference"/> proposes a schema.</summary>
    /// <exception cref="SourceException">As <see cref="ReadHeaderAsync"/>.</exception>
    public static async Task<CsvReader> OpenAsTextAsync(CsvLocation location, CancellationToken cancellationToken = default)
    {
        var header = await ReadHeaderAsync(location, cancellationToken).ConfigureAwait(false);
        return new CsvReader(location, new DatasetSchema([.. header.Select(name => new ColumnSchema(name, ColumnType.Text, 0))]));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken = default) =>
        ScanAsync(columns, static problem => throw new SourceException(problem), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColumnBatch> ScanAsync(
        IReadOnlyList<string> columns, Action<SourceProblem> report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var chosen = ColumnChoice.Choose(Schema, columns);
        var rows = new CsvRows(CsvInput.Open(_open, _location.Encoding), _location.Limits);
        await using var _ = rows.ConfigureAwait(false);
        var header = await rows.ReadHeaderAsync(_location.Delimiter, cancellationToken).ConfigureAwait(false);
        var places = Places(header);
        var batches = rows.ReadBatchesAsync(
            chosen, Array.ConvertAll(chosen, column => places[column.Name]), _location.Missing, report, cancellationToken);
        await foreach (var batch in batches.ConfigureAwait(false)) yield return batch;
    }

    /// <summary>Where each declared column stands; all are looked up, so that a changed file is noticed by the first job that reads it.</summary>
    private Dictionary<string, int> Places(IReadOnlyList<string> header)
    {
        var places = header.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        foreach (var column in Schema.Columns)
            if (!places.ContainsKey(column.Name)) throw ColumnChoice.Missing(column.Name, header, "in the file's header");
        return places;
    }
}

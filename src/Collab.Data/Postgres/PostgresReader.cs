using System.Runtime.CompilerServices;
using Collab.Data.Csv;
using Collab.Jobs;

namespace Collab.Data.Postgres;

/// <summary>Reads a table or query of PostgreSQL as columnar batches.</summary>
/// <remarks>
/// The server writes each value as text and sends the rows as they come (COPY TO STDOUT), in one read-only repeatable-read
/// transaction; numbers are then read exactly as from a file, whatever the client library makes of a type. NULL is a missing
/// value. As text: booleans are <c>true</c> and <c>false</c>, dates and times ISO 8601 in UTC, floats the shortest digits that
/// give them back; NaN and Infinity are no numbers. A row number counts in the order of <see cref="PostgresLocation.OrderBy"/>.
/// The server sorts and so may need disk; this side holds one batch.
/// </remarks>
public sealed class PostgresReader : IDataSource
{
    private readonly PostgresLocation _location;

    /// <summary>A reader of the rows; nothing is opened yet.</summary>
    /// <param name="location">Where the rows are.</param>
    /// <param name="schema">The declared columns, found in the query by name.</param>
    public PostgresReader(PostgresLocation location, DatasetSchema schema) => (_location, Schema) = (location, schema);

    /// <inheritdoc/>
    public DatasetSchema Schema { get; }

    /// <summary>
    /// Proposes a schema: smallint, integer and bigint are whole numbers; numeric(p, s) with s up to 18 a decimal of that scale;
    /// for numeric without a scale and floats the rows are read once (<see cref="SchemaInference"/>); all else is text.
    /// </summary>
    /// <exception cref="SourceException">The database cannot be read, or two columns have one name.</exception>
    public static async Task<DatasetSchema> ProposeSchemaAsync(PostgresLocation location, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<PostgresColumn> columns;
        var connection = await PostgresConnection.OpenAsync(location, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            columns = await connection.DescribeAsync(location, cancellationToken).ConfigureAwait(false);

        var repeated = columns.CountBy(column => column.Name).FirstOrDefault(entry => entry.Value > 1).Key;
        if (repeated is not null) throw SourceException.At(SourceException.HeaderDuplicate, "two columns have this name", row: 0, column: repeated);

        var open = columns.Where(column => Declared(column) is null).Select(column => new ColumnSchema(column.Name, ColumnType.Text, 0)).ToArray();
        var seen = open.Length == 0
            ? new DatasetSchema([])
            : await SchemaInference.ProposeAsync(new PostgresReader(location, new DatasetSchema(open)), cancellationToken).ConfigureAwait(false);
        return new DatasetSchema([.. columns.Select(column => Declared(column) ?? seen.Find(column.Name)!)]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken = default) =>
        ScanAsync(columns, static problem => throw new SourceException(problem), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColumnBatch> ScanAsync(
        IReadOnlyList<string> columns, Action<SourceProblem> report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var chosen = ColumnChoice.Choose(Schema, columns);
        var connection = await PostgresConnection.OpenAsync(_location, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var known = await connection.DescribeAsync(_location, cancellationToken).ConfigureAwait(false);
        foreach (var name in Schema.Columns.Select(column => column.Name).Concat(_location.OrderBy))
            if (known.All(column => column.Name != name)) throw ColumnChoice.Missing(name, known.Select(column => column.Name), "in the database");

        var stream = await connection.CopyAsync(Select(chosen, known), cancellationToken).ConfigureAwait(false);
        var rows = new CsvRows(new CsvInput(stream, "utf-8", default, PostgresConnection.Translate), CsvLimits.Default);
        await using var __ = rows.ConfigureAwait(false);
        rows.SetHeader([.. chosen.Select(column => column.Name)]);
        var places = Enumerable.Range(0, chosen.Length).ToArray();
        var ended = false;
        try
        {
            await foreach (var batch in rows.ReadBatchesAsync(chosen, places, [""], report, cancellationToken).ConfigureAwait(false))
                yield return batch;
            ended = true;
        }
        finally
        {
            if (!ended) await PostgresConnection.CancelAsync(stream).ConfigureAwait(false); // or closing it would read all rows that are still to come
        }
    }

    private static ColumnSchema? Declared(PostgresColumn column) => BaseType(column) switch
    {
        "smallint" or "integer" or "bigint" => new ColumnSchema(column.Name, ColumnType.Integer, 0),
        "numeric" when column.Scale is >= 0 and <= ColumnSchema.MaximumScale and var scale => new ColumnSchema(column.Name, ColumnType.Decimal, scale),
        "numeric" or "real" or "double precision" => null,
        _ => new ColumnSchema(column.Name, ColumnType.Text, 0),
    };

    private static string BaseType(PostgresColumn column) => column.Type.Split('(')[0];

    private string Select(ColumnSchema[] chosen, IReadOnlyList<PostgresColumn> known)
    {
        var cells = chosen.Select(column => $"source.{PostgresLocation.Quote(column.Name)}::text");
        var order = _location.OrderBy.Concat(chosen.Select(column => column.Name)).Distinct(StringComparer.Ordinal)
            .Select(name => OrderOf(known.First(column => column.Name == name)));
        return $"SELECT {string.Join(", ", cells)} FROM (\n{_location.Rows}\n) AS source ORDER BY {string.Join(", ", order)}";
    }

    /// <summary>Numbers, times and booleans in their own order, which may use an index; all else by the bytes of its text, whatever the locale.</summary>
    private static string OrderOf(PostgresColumn column)
    {
        var name = $"source.{PostgresLocation.Quote(column.Name)}";
        return BaseType(column) switch
        {
            "smallint" or "integer" or "bigint" or "boolean" or "date" or "uuid" or "timestamp without time zone" or "timestamp with time zone" =>
                name,
            "numeric" or "real" or "double precision" => $"{name}, {name}::text COLLATE \"C\"", // 1.0 and 1.00 are equal, and two texts
            _ => $"{name}::text COLLATE \"C\"",
        };
    }
}

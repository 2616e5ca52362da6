using System.Globalization;
using System.Text;
using Collab.Data.Csv;
using Collab.Data.Snapshot;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Data.Tests;

/// <summary>Short ways to a source and to what it yields, as plain values.</summary>
internal static class Reading
{
    public static ColumnSchema Text(string name) => new(name, ColumnType.Text, 0);

    public static ColumnSchema Integer(string name) => new(name, ColumnType.Integer, 0);

    public static ColumnSchema Decimal(string name, int scale) => new(name, ColumnType.Decimal, scale);

    public static CsvLocation Location(string? encoding = null, string? delimiter = null, string[]? missing = null, CsvLimits? limits = null) =>
        CsvLocation.Create(new CsvLocationLiteral { Path = "unused.csv", Encoding = encoding, Delimiter = delimiter, Missing = missing }, limits: limits);

    public static CsvReader FromCsv(string content, params ColumnSchema[] columns) => FromCsv(Encoding.UTF8.GetBytes(content), Location(), columns);

    public static CsvReader FromCsv(byte[] content, CsvLocation location, params ColumnSchema[] columns) =>
        new(() => new MemoryStream(content), location, new DatasetSchema(columns));

    /// <summary>All cells of all columns as text, row by row; null where missing.</summary>
    public static async Task<string?[][]> CellsAsync(IDataSource source, params string[] columns)
    {
        if (columns.Length == 0) columns = [.. source.Schema.Columns.Select(column => column.Name)];
        var rows = new List<string?[]>();
        await foreach (var batch in source.ReadAsync(columns))
        {
            Assert.Equal(rows.Count + 1, batch.FirstRow);
            rows.AddRange(Cells(batch));
        }

        return [.. rows];
    }

    /// <summary>The commitment to all declared columns and all rows.</summary>
    public static async Task<Digest> CommitAsync(IDataSource source, SecretBytes salt)
    {
        using var hash = new SnapshotHash(source.Schema.Columns, salt);
        await foreach (var batch in source.ReadAsync([.. source.Schema.Columns.Select(column => column.Name)])) hash.Append(batch);
        return hash.Finish().Value;
    }

    public static void AssertCells(IReadOnlyList<string?[]> expected, IReadOnlyList<string?[]> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var row = 0; row < expected.Count; row++) Assert.Equal(expected[row].AsEnumerable(), actual[row].AsEnumerable());
    }

    public static IEnumerable<string?[]> Cells(ColumnBatch batch) =>
        Enumerable.Range(0, batch.RowCount).Select(row => batch.Columns.Select(column => Cell(column, row)).ToArray());

    public static async Task<SourceException> FailureAsync(IDataSource source, params string[] columns) =>
        await Assert.ThrowsAsync<SourceException>(() => CellsAsync(source, columns));

    public static async Task AssertFailsAsync(IDataSource source, string code, long? row, string? column)
    {
        var failure = await FailureAsync(source);
        Assert.Equal((code, row, column), (failure.Code.Name, failure.Problem.Row, failure.Problem.Column));
    }

    private static string? Cell(Column column, int row) => column switch
    {
        TextColumn text => text.Values[row],
        NumberColumn number when number.Present.Span[row] => number.Values.Span[row].ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}

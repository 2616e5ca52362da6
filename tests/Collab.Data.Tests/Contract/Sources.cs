using System.Text;
using Collab.Data.Csv;
using Collab.Data.Postgres;
using Collab.Data.Tests.Postgres;
using Collab.Jobs;

namespace Collab.Data.Tests.Contract;

/// <summary>A table of text cells that a source is made of; null is a missing value.</summary>
public sealed record TestTable(IReadOnlyList<string> Names, IReadOnlyList<string?[]> Rows);

/// <summary>Makes a source that holds a table, in its rows' order.</summary>
public delegate Task<IDataSource> MakeSource(TestTable table, DatasetSchema schema);

/// <summary>Every implementation of <see cref="IDataSource"/>: one line each, and it meets every test of the contract.</summary>
public static class Sources
{
    private static readonly Dictionary<string, MakeSource> All = new()
    {
        ["csv"] = Csv,
        ["csv in UTF-16"] = CsvInUtf16,
        ["postgres"] = Postgres,
    };

    public static TheoryData<string> Names { get; } = [.. All.Keys];

    public static Task<IDataSource> MakeAsync(string name, TestTable table, DatasetSchema schema) => All[name](table, schema);

    private static Task<IDataSource> Csv(TestTable table, DatasetSchema schema) =>
        Task.FromResult<IDataSource>(Reading.FromCsv(Encoding.UTF8.GetBytes(Write(table)), Reading.Location(), [.. schema.Columns]));

    private static Task<IDataSource> CsvInUtf16(TestTable table, DatasetSchema schema) =>
        Task.FromResult<IDataSource>(Reading.FromCsv([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Write(table))], Reading.Location(), [.. schema.Columns]));

    private static async Task<IDataSource> Postgres(TestTable table, DatasetSchema schema)
    {
        var name = await TestDatabase.CreateTableAsync(table);
        var columns = string.Join(", ", table.Names.Select(PostgresLocation.Quote));
        return new PostgresReader(TestDatabase.Location($"SELECT {columns}, row_number_of_test FROM {name}", "row_number_of_test"), schema);
    }

    private static string Write(TestTable table)
    {
        var text = new StringBuilder().AppendJoin(',', table.Names.Select(Quoted)).Append('\n');
        foreach (var row in table.Rows) text.AppendJoin(',', row.Select(cell => cell is null ? "" : Quoted(cell))).Append('\n');
        return text.ToString();
    }

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

using System.Globalization;
using Collab.Cli.Sandbox;
using Collab.Data.Csv;
using Collab.Engine.Datasets;
using Collab.Jobs;

namespace Collab.Cli.NewJobs;

/// <summary>A party's CSV file as a new job is made from it: names, types, and the values of columns that have few.</summary>
/// <param name="Data">The party and its file, as given.</param>
/// <param name="Dataset">The name that a sandbox gives the file as a dataset.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns in the order of the file.</param>
internal sealed record SeenFile(PartyData Data, string Dataset, long Rows, IReadOnlyList<SeenColumn> Columns)
{
    /// <summary>With more different values than this a column names no groups.</summary>
    private const int MostLevels = 8;

    /// <summary>Values that are counted of a column, so that memory is bounded.</summary>
    private const int MostCounted = 100_000;

    public static async Task<SeenFile> LookAsync(PartyData data, string file, CancellationToken cancellation)
    {
        var description = new DatasetDescription(PartyData.NameOf(file), new CsvLocationLiteral { Path = file }, null, null);
        var schema = await description.ProposeSchemaAsync(cancellation);
        var seen = schema.Columns.Select(_ => new HashSet<string>(StringComparer.Ordinal)).ToArray();
        var rows = 0L;
        await foreach (var batch in description.Open(schema).ReadAsync([.. schema.Columns.Select(c => c.Name)], cancellation))
        {
            rows += batch.RowCount;
            for (var i = 0; i < seen.Length; i++) Count(batch.Columns[i], seen[i]);
        }

        return new(data, description.Name, rows, [.. schema.Columns.Select((column, i) => new SeenColumn(
            column, seen[i].Count, seen[i].Count <= MostLevels ? [.. seen[i].Order(StringComparer.Ordinal)] : []))]);
    }

    public SeenColumn? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);

    private static void Count(Column column, HashSet<string> seen)
    {
        for (var row = 0; seen.Count < MostCounted; row++)
        {
            switch (column)
            {
                case TextColumn text when row < text.Values.Count:
                    if (text.Values[row] is { } value) seen.Add(value);
                    break;
                case NumberColumn number when row < number.Values.Length:
                    if (number.Present.Span[row]) seen.Add(number.Values.Span[row].ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    return;
            }
        }
    }
}

using Collab.Jobs;

namespace Collab.Statistics.Tests;

/// <summary>Rows of tests as the batches a data source would yield.</summary>
internal static class Batches
{
    /// <summary>Rows of a level and the measures' values at the scale of the plan; null where missing.</summary>
    public static IEnumerable<ColumnBatch> Of(StatisticsQuestion question, IEnumerable<Row> rows, int size = 7)
    {
        long first = 1;
        foreach (var chunk in rows.Chunk(size))
        {
            List<Column> columns = [];
            if (question.GroupBy is { } by)
                columns.Add(new TextColumn(new ColumnSchema(by.Column, ColumnType.Text, 0), [.. chunk.Select(r => r.Level)]));
            for (var m = 0; m < question.Measures.Count; m++)
            {
                var (name, scale) = question.Measures[m];
                columns.Add(new NumberColumn(
                    new ColumnSchema(name, scale == 0 ? ColumnType.Integer : ColumnType.Decimal, scale),
                    chunk.Select(r => r.Values[m] ?? 0).ToArray(),
                    chunk.Select(r => r.Values[m] is not null).ToArray()));
            }

            yield return new ColumnBatch(first, chunk.Length, columns);
            first += chunk.Length;
        }
    }

    public static LocalSummary Summary(StatisticsPlan plan, IEnumerable<Row> rows)
    {
        var summary = new LocalSummary(plan);
        foreach (var batch in Of(plan.Question, rows)) summary.Add(batch);
        return summary;
    }

    internal sealed record Row(string? Level, params long?[] Values);
}

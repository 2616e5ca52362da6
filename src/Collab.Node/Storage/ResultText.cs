using System.Globalization;
using System.Text;
using Collab.Engine;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Results;

namespace Collab.Node.Storage;

/// <summary>A result as people and programs read it.</summary>
internal static class ResultText
{
    /// <summary>A document for JSON. Numbers are text, so that none is rounded on the way.</summary>
    public static ResultDocument ToDocument(Plan plan, Digest run, JobResult result) => result switch
    {
        JobResult.Intersection intersection => new(
            plan.Digest.ToString(), run.ToString(), "intersection", intersection.Matches.Count, intersection.Columns,
            [.. intersection.Matches.Select(m => m.Key)], [.. intersection.Matches.Select(m => m.Row)], null),
        JobResult.Statistics statistics => new(
            plan.Digest.ToString(), run.ToString(), "statistics", statistics.Table.Cells.Count, null, null, null, [.. statistics.Table.Rows()]),
        _ => throw new ArgumentException($"{result.GetType().Name} has no document.", nameof(result)),
    };

    /// <summary>A table for CSV readers.</summary>
    public static string ToCsv(JobResult result)
    {
        var text = new StringBuilder();
        switch (result)
        {
            case JobResult.Intersection intersection:
                Line(text, intersection.Columns.Append("row"));
                foreach (var match in intersection.Matches) Line(text, match.Key.Append(match.Row.ToString(CultureInfo.InvariantCulture)));
                break;
            case JobResult.Statistics statistics:
                Line(text, ["level", "measure", "statistic", "value", "fraction", "exactness"]);
                foreach (var row in statistics.Table.Rows())
                    Line(text, [row.Level, row.Measure, row.Statistic ?? "", row.Value ?? "", row.Fraction ?? "", row.Exactness]);
                break;
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(Field)).Append('\n');

    // A cell that a spreadsheet would run as a formula is made text; a negative number is left alone.
    private static string Field(string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '@' or '\t' or '\r' || (value.StartsWith('-') && !IsNumber(value))) value = $"'{value}";
        return value.AsSpan().ContainsAny(",\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }

    private static bool IsNumber(string value) => value.Skip(1).All(c => char.IsAsciiDigit(c) || c is '.' or '/' or 'E' or '-' or '+');
}

/// <summary>A released result.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="Run">The run.</param>
/// <param name="Kind">The kind of job.</param>
/// <param name="Count">Matches, or cells.</param>
/// <param name="KeyColumns">Of an intersection: the key columns.</param>
/// <param name="Keys">Of an intersection: the matching keys as they were compared.</param>
/// <param name="Rows">Of an intersection: for each key, the receiver's own row in which it first stands.</param>
/// <param name="Statistics">Of statistics: one line per cell and statistic.</param>
internal sealed record ResultDocument(
    string Job, string Run, string Kind, int Count,
    IReadOnlyList<string>? KeyColumns, IReadOnlyList<IReadOnlyList<string>>? Keys, IReadOnlyList<long>? Rows,
    IReadOnlyList<StatisticsRow>? Statistics);

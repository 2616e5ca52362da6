using System.Globalization;
using Collab.Cli.Commands;
using Collab.Node.Storage;
using Collab.Statistics.Results;
using Spectre.Console;

namespace Collab.Cli.Results;

/// <summary>A result as tables for people, with six digits of a number; the rest is in the JSON and the CSV.</summary>
internal static class ResultTable
{
    private static readonly string[] Counted = ["cardinality", "aggregates", "statistics", "analysis", "computation", "model", "evaluation", "trace", "attested", "delivered"];

    /// <summary>Whether a result of that kind is numbers, which a table shows.</summary>
    public static bool Shows(string kind) => Counted.Contains(kind);

    public static void Show(IAnsiConsole console, ReleasedResult result)
    {
        if (!Shows(result.Kind)) throw Shared.Usage($"A table shows numbers, and the result is of kind '{result.Kind}': ask for json or csv.");
        if (result.Kind == "cardinality") console.WriteLine(result.Count.ToString(CultureInfo.InvariantCulture));
        if (result.Statistics is { } rows) Show(console, rows);
        foreach (var value in result.Values ?? []) console.WriteLine($"{value.Name} = {value.Value ?? string.Join(", ", value.Values!)}");
        foreach (var analysis in result.Analyses ?? []) Show(console, analysis);
        if (result.Model is { } model) Show(console, model);
        if (result.Evaluation is { } evaluation) Show(console, evaluation);
        if (result.Trace is { } trace) Show(console, trace);
        if (result.Attestation is { } attestation) console.WriteLine($"{result.Count} records attested under {attestation[..12]}");
        if (result.Delivered is { } lines)
        {
            var table = new Table().AddColumns([.. lines[0].Select(Markup.Escape)]);
            foreach (var line in lines.Skip(1)) table.AddRow([.. line.Select(Markup.Escape)]);
            console.Write(table);
        }
    }

    private static void Show(IAnsiConsole console, ModelDocument model)
    {
        console.WriteLine($"trained on {model.Rows} rows, {model.TestRows} kept from training");
        var parts = new Table().AddColumns(["part", "columns", "commitment"]);
        foreach (var part in model.Parts) parts.AddRow(Markup.Escape(part.Of), part.Columns.ToString(CultureInfo.InvariantCulture), part.Commitment[..12]);
        console.Write(parts);
        if (model.Losses.Count > 0) console.WriteLine($"loss: {Rounded(model.Losses[0])} after the first epoch, {Rounded(model.Losses[^1])} after the last of {model.Losses.Count}");
    }

    /// <summary>For each loan a line for each hop, one place further in than the hop that it goes on from.</summary>
    private static void Show(IAnsiConsole console, TraceDocument trace)
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"asked to follow {trace.Asked} hops, found {trace.Found}, asked for {trace.Sent} more; own loans traced: {trace.Loans.Count}"));
        foreach (var bank in trace.Strayed) console.WriteLine($"{bank} sealed something that nobody asked for");
        foreach (var loan in trace.Loans)
        {
            var table = new Table().AddColumns(["from", "to", "reference", "day", "traced", "of", "end", "stayed", "holder", "alerts"]);
            foreach (var column in new[] { 4, 5, 7 }) table.Columns[column].RightAligned();
            var depths = new Dictionary<int, int>();
            foreach (var hop in loan.Hops)
            {
                var depth = depths[hop.Hop] = hop.Parent is { } parent ? depths[parent] + 1 : 0;
                table.AddRow([.. new[]
                {
                    new string(' ', 2 * depth) + hop.From, hop.To ?? "outside", hop.Reference, hop.Day, hop.Traced, hop.Amount, hop.End, hop.Left, hop.Name ?? hop.Account ?? "", string.Join(' ', hop.Alerts),
                }.Select(Markup.Escape)]);
            }

            console.Write(table);
        }
    }

    /// <summary>Figures over all rows in lines; a line for each boundary, with a column for each figure above it.</summary>
    private static void Show(IAnsiConsole console, EvaluationDocument evaluation)
    {
        foreach (var (name, value) in evaluation.Figures) console.WriteLine($"{name} = {Rounded(value)}");
        string[] names = [.. evaluation.Boundaries.SelectMany(boundary => boundary.Figures?.Keys ?? []).Distinct()];
        if (names.Length == 0) return;
        var table = new Table().AddColumns(["above", .. names]);
        foreach (var column in table.Columns.Skip(1)) column.RightAligned();
        foreach (var boundary in evaluation.Boundaries)
        {
            var head = boundary.CutOff ?? $"group {boundary.Group}";
            table.AddRow([.. names.Select((name, i) => boundary.Figures is { } figures ? Rounded(figures[name]) : i == 0 ? "withheld" : "").Prepend(head).Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    /// <summary>A line for each cell, a column for each statistic.</summary>
    private static void Show(IAnsiConsole console, IReadOnlyList<StatisticsRow> rows)
    {
        string[] statistics = [.. rows.Select(row => row.Statistic).OfType<string>().Distinct()];
        var table = new Table().AddColumns(["column", "level", .. statistics]);
        foreach (var column in table.Columns.Skip(2)) column.RightAligned();
        foreach (var cell in rows.GroupBy(row => (row.Measure, row.Level)))
        {
            var withheld = cell.FirstOrDefault(row => row.Statistic is null)?.Exactness;
            table.AddRow([.. new[] { cell.Key.Measure, cell.Key.Level }
                .Concat(statistics.Select((name, i) => withheld is not null ? i == 0 ? withheld : "" : Rounded(cell.FirstOrDefault(row => row.Statistic == name)?.Value)))
                .Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    private static void Show(IAnsiConsole console, AnalysisDocument analysis)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{analysis.Analysis}. {(analysis.Asked is { } asked ? Output.Text(asked) : "analysis")}[/]");
        if (analysis.Reason is { } reason) console.MarkupLineInterpolated($"  {reason}");
        foreach (var finding in analysis.Findings) Show(console, finding);
    }

    /// <summary>Numbers about the whole in a line; those about terms in a table with a line for each term.</summary>
    private static void Show(IAnsiConsole console, FindingDocument finding)
    {
        console.MarkupLineInterpolated($"  {finding.Method}");
        string[] whole = [.. finding.Quantities.Where(q => q.Term.Length == 0).Select(q => $"{q.Name} = {Rounded(q.Value)}")];
        if (whole.Length > 0) console.MarkupLineInterpolated($"    {string.Join(", ", whole)}");
        var terms = finding.Quantities.Where(q => q.Term.Length > 0).ToList();
        if (terms.Count == 0) return;
        string[] names = [.. terms.Select(q => q.Name).Distinct()];
        var table = new Table().AddColumns(["term", .. names]);
        foreach (var column in table.Columns.Skip(1)) column.RightAligned();
        foreach (var term in terms.GroupBy(q => q.Term))
            table.AddRow([.. names.Select(name => Rounded(term.FirstOrDefault(q => q.Name == name)?.Value)).Prepend(term.Key).Select(Markup.Escape)]);
        console.Write(new Padder(table, new Padding(4, 0, 0, 0)));
    }

    /// <summary>Whole numbers as they are, others to six digits.</summary>
    private static string Rounded(string? value) =>
        value is null ? ""
        : value.Contains('.', StringComparison.Ordinal) || value.Contains('E', StringComparison.Ordinal)
            ? double.Parse(value, CultureInfo.InvariantCulture).ToString("G6", CultureInfo.InvariantCulture)
            : value;
}

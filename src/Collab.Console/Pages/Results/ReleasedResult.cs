using System.Globalization;
using System.Text.Json;
using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;
using Collab.Plots;
using Collab.Plots.Figures;
using Collab.Plots.Models;
using Collab.Statistics.Inference;
using Collab.Wire.Operator;

namespace Collab.Console.Pages.Results;

/// <summary>A part of a result as its page shows it: a heading, then what is said, pictures, and tables.</summary>
/// <param name="Heading">Its heading.</param>
internal sealed record ResultSection(TextView Heading)
{
    /// <summary>What is said of it.</summary>
    public IReadOnlyList<TextView> Notes { get; init; } = [];

    /// <summary>Its pictures, each with its numbers.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>Its tables.</summary>
    public IReadOnlyList<ResultTable> Tables { get; init; } = [];
}

/// <summary>A table; its cells are text from data and never markup.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Columns">The names of its columns.</param>
/// <param name="Rows">Its rows, as many cells each as there are columns.</param>
internal sealed record ResultTable(TextView Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A released result, read from the JSON that the node keeps of it.</summary>
/// <param name="Kind">The kind of result.</param>
/// <param name="Count">Matches, rows told, cells or analyses.</param>
/// <param name="Sections">Its parts.</param>
internal sealed record ReleasedResult(string Kind, long Count, IReadOnlyList<ResultSection> Sections)
{
    /// <summary>Reads a result.</summary>
    /// <param name="json">The document.</param>
    /// <param name="language">The language of figures; what stands in sections is in both.</param>
    public static ReleasedResult Read(ReadOnlyMemory<byte> json, PlotLanguage language)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var kind = root.GetProperty("kind").GetString()!;
        return new(kind, root.GetProperty("count").GetInt64(), [.. SectionsOf(root, kind, language)]);
    }

    private static IEnumerable<ResultSection> SectionsOf(JsonElement root, string kind, PlotLanguage language)
    {
        switch (kind)
        {
            case "cardinality":
                yield return new(Say("How many records are in both sets", "双方共有的记录数"))
                {
                    Tables = [new(Say("Count", "数量"), ["count"], [[root.GetProperty("count").GetRawText()]])],
                };
                break;
            case "statistics" or "aggregates":
                yield return Cells(Items(root, "statistics"));
                break;
            case "analysis":
                foreach (var analysis in Items(root, "analyses")) yield return Analysis(analysis, language);
                break;
            case "computation":
                yield return new(Say("What the program opened", "程序公布的值"))
                {
                    Tables = [new(Say("Values", "值"), ["name", "value"], [.. Items(root, "values").Select(of => new[] { Text(of, "name"), Text(of, "value") is { Length: > 0 } one ? one : string.Join(", ", Texts(of, "values")) })])],
                };
                break;
            case "model":
                yield return Model(root.GetProperty("model"));
                break;
            case "evaluation":
                yield return Evaluation(root.GetProperty("evaluation"), language);
                break;
            case "clusters":
                yield return Clusters([.. Items(root, "clusters")]);
                break;
            case "trace":
                foreach (var section in TraceSections.Of(root.GetProperty("trace"), language)) yield return section;
                break;
            case "pipeline":
                foreach (var step in Items(root, "steps"))
                {
                    foreach (var section in SectionsOf(step, Text(step, "kind"), language))
                        yield return section with { Heading = Say($"Step {Text(step, "step")}: {section.Heading.En}", $"第 {Text(step, "step")} 步：{section.Heading.Zh}") };
                }

                break;
            default:
                yield return Rows(root, kind);
                break;
        }
    }

    // A line for each cell, a column for each statistic.
    private static ResultSection Cells(IEnumerable<JsonElement> lines)
    {
        var rows = lines.Select(of => (Measure: Text(of, "measure"), Level: Text(of, "level"), Statistic: Text(of, "statistic"), Value: Text(of, "value"), Exactness: Text(of, "exactness"))).ToList();
        string[] statistics = [.. rows.Select(row => row.Statistic).Where(name => name.Length > 0).Distinct()];
        var cells = rows.GroupBy(row => (row.Measure, row.Level)).Select(cell => (string[])
        [
            cell.Key.Measure, cell.Key.Level,
            .. statistics.Select((name, i) => cell.Any(row => row.Statistic.Length == 0) ? i == 0 ? cell.First(row => row.Statistic.Length == 0).Exactness : "" : cell.FirstOrDefault(row => row.Statistic == name).Value ?? ""),
        ]);
        return new(Say("Joint statistics", "联合统计")) { Tables = [new(Say("A line for each group", "每组一行"), ["column", "level", .. statistics], [.. cells])] };
    }

    private static ResultSection Analysis(JsonElement analysis, PlotLanguage language)
    {
        var asked = analysis.TryGetProperty("asked", out var said) ? Say(Text(said, "en"), Text(said, "zh")) : Say("Analysis", "分析");
        Finding[] findings = [.. Items(analysis, "findings").Select(finding => new Finding(
            Text(finding, "method"), [.. Items(finding, "quantities").Select(q => new Quantity(Text(q, "term"), Text(q, "name"), Number(Text(q, "value")), q.GetProperty("bits").GetInt32()))]))];
        var figure = Figure.Of(new PlotSubject(language == PlotLanguage.Chinese ? asked.Zh : asked.En, [.. Texts(analysis, "columns")], findings), language);
        return new(asked)
        {
            Notes = Text(analysis, "reason") is { Length: > 0 } reason ? [Say(reason, reason)] : [],
            Figures = figure is null ? [] : [figure],
            Tables = [.. Items(analysis, "findings").Select(TableOf)],
        };
    }

    // Numbers about the whole have an empty term.
    private static ResultTable TableOf(JsonElement finding)
    {
        var quantities = Items(finding, "quantities").Select(q => (Term: Text(q, "term"), Name: Text(q, "name"), Value: Text(q, "name") == "suppressed" ? "yes" : Text(q, "value"))).ToList(); // of what is suppressed there is no number
        string[] names = [.. quantities.Select(q => q.Name).Distinct()];
        var method = Text(finding, "method");
        return new(Say(method, method), ["term", .. names], [.. quantities.GroupBy(q => q.Term).Select(term =>
            (string[])[term.Key, .. names.Select(name => term.FirstOrDefault(q => q.Name == name).Value ?? "")])]);
    }

    private static ResultSection Model(JsonElement model)
    {
        var losses = Texts(model, "losses").Select(Number).ToList();
        return new(Say("The model's card", "模型卡片"))
        {
            Notes = [Say($"Trained on {Text(model, "rows")} rows; {Text(model, "testRows")} were kept from training.", $"训练 {Text(model, "rows")} 行；留出 {Text(model, "testRows")} 行。")],
            Figures = losses.Count < 2 ? [] : [new Figure(FigureShape.Points, "", $"{losses.Count}: {Short(losses[0])} … {Short(losses[^1])}")
            {
                Across = "epoch", Up = "loss", Series = [new("", [.. losses.Index().Select(of => new FigurePoint($"{of.Index + 1}: {Short(of.Item)}") { X = of.Index + 1, Y = FigurePoint.Number(of.Item) })])],
                Table = [["epoch", "loss"], .. losses.Index().Select(of => new[] { $"{of.Index + 1}", Short(of.Item) })],
            }],
            Tables = [new(Say("Parts", "各方部分"), ["part", "columns", "commitment"], [.. Items(model, "parts").Select(part => new[] { Text(part, "of"), Text(part, "columns"), Text(part, "commitment") })])],
        };
    }

    private static ResultSection Evaluation(JsonElement evaluation, PlotLanguage language)
    {
        var subject = new ModelSubject(
            Text(evaluation, "model")[..8], EvaluationResult.Decode(Convert.FromHexString(Text(evaluation, "canonical"))), Enum.Parse<ScoreMeaning>(Text(evaluation, "scores"), ignoreCase: true));
        var boundaries = Items(evaluation, "boundaries").ToList();
        string[] names = [.. boundaries.SelectMany(of => of.TryGetProperty("figures", out var figures) ? figures.EnumerateObject().Select(f => f.Name) : []).Distinct()];
        return new(Say("How good the model is", "模型评估"))
        {
            Figures = [.. new[] { ModelPlotKind.Roc, ModelPlotKind.Distance, ModelPlotKind.Lift, ModelPlotKind.Calibration }.Select(kind => Figure.Of(kind, subject, language)).OfType<Figure>()],
            Tables =
            [
                new(Say("Over all rows", "全部行"), ["name", "value"], [.. evaluation.GetProperty("figures").EnumerateObject().Select(f => new[] { f.Name, f.Value.GetString()! })]),
                new(Say("Above each boundary", "各分界点以上"), ["above", .. names], [.. boundaries.Select(of => (string[])
                [
                    Text(of, "cutOff") is { Length: > 0 } cut ? cut : $"group {Text(of, "group")}",
                    .. names.Select((name, i) => of.TryGetProperty("figures", out var figures) ? Text(figures, name) : i == 0 ? "withheld" : ""),
                ])]),
            ],
        };
    }

    private static ResultSection Clusters(IReadOnlyList<JsonElement> clusters)
    {
        var centres = clusters.Where(of => of.TryGetProperty("centre", out _)).ToList();
        string[] columns = centres.Count == 0 ? [] : [.. Items(centres[0], "centre").Select(of => $"{Text(of, "of")}.{Text(of, "column")}")];
        string Tip(JsonElement cluster) => $"{Text(cluster, "cluster")}: {string.Join("; ", Items(cluster, "centre").Select((of, i) => $"{columns[i]} {Short(Number(Text(of, "value")))}"))}";
        return new(Say("Clusters", "聚类"))
        {
            Figures = columns.Length < 2 ? [] : [new Figure(FigureShape.Profiles, "", string.Join(" ", centres.Select(Tip)))
            {
                Series = [.. centres.Select(cluster => new FigureSeries(Text(cluster, "cluster"), [.. Items(cluster, "centre").Select((of, i) =>
                    new FigurePoint($"{Text(cluster, "cluster")}, {columns[i]}: {Short(Number(Text(of, "value")))}") { Name = columns[i], Y = FigurePoint.Number(Number(Text(of, "value"))) })]))],
            }],
            Tables = [new(Say("Centres", "聚类中心"), ["cluster", "size", .. columns], [.. clusters.Select(cluster => (string[])
                [Text(cluster, "cluster"), Text(cluster, "size"), .. Items(cluster, "centre").Select(of => Short(Number(Text(of, "value")))), .. cluster.TryGetProperty("centre", out _) ? [] : columns.Select(_ => "")])])],
        };
    }

    // Whatever tells rows has lists of one length: keys, and for each row more.
    private static ResultSection Rows(JsonElement root, string kind)
    {
        string[] keys = [.. Texts(root, "keyColumns")];
        string[] joined = [.. Texts(root, "joinedColumns").Select(column => $"{Text(root, "joinedFrom")}.{column}")];
        string[] more = [.. new[] { "breaks", "by", "heldBy", "changes", "released", "verdicts", "amounts", "predictions", "handles", "files", "rows" }.Where(name => root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)];
        List<List<string>> rows = [];
        void Add(string name, int width)
        {
            if (!root.TryGetProperty(name, out var list)) return;
            foreach (var (i, item) in list.EnumerateArray().Index())
            {
                if (i == rows.Count) rows.Add([]);
                var cells = item.ValueKind == JsonValueKind.Array && width > 1 ? item.EnumerateArray().Select(Cell).ToList() : [Cell(item)];
                rows[i].AddRange(cells.Concat(Enumerable.Repeat("", Math.Max(0, width - cells.Count))).Take(width));
            }
        }

        if (keys.Length > 0) Add("keys", keys.Length);
        if (joined.Length > 0) Add("joined", joined.Length);
        foreach (var name in more) Add(name, 1);
        return new(Say("Rows told", "公布的行")) { Tables = [new(Say($"{kind}: {rows.Count} rows", $"{kind}：{rows.Count} 行"), [.. keys, .. joined, .. more], rows)] };
    }

    private static string Cell(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.Array => string.Join(" ", item.EnumerateArray().Select(Cell)),
        JsonValueKind.String => item.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => item.GetRawText(),
    };

    internal static TextView Say(string english, string chinese) => new(english, chinese);

    internal static IEnumerable<JsonElement> Items(JsonElement of, string name) =>
        of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    internal static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? Cell(value) : "";

    private static IEnumerable<string> Texts(JsonElement of, string name) => Items(of, name).Select(Cell);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}

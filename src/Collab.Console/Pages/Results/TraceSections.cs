using System.Globalization;
using System.Text.Json;
using Collab.Plots;
using Collab.Plots.Figures;
using static Collab.Console.Pages.Results.ReleasedResult;

namespace Collab.Console.Pages.Results;

/// <summary>The ways of money of a trace: for each loan a picture of its streams and a line for each hop (protocols/specs/trace.md).</summary>
internal static class TraceSections
{
    private static readonly (string Name, string En, string Zh)[] Columns =
    [
        ("hop", "hop", "跳"), ("parent", "after", "上一跳"), ("from", "from", "转出"), ("to", "to", "转入"), ("alerts", "alerts", "警示"), ("reference", "reference", "流水号"), ("day", "day", "日期"), ("traced", "traced", "追踪金额"),
        ("amount", "amount", "金额"), ("end", "end", "去向"), ("left", "left", "余下"), ("account", "account", "账户"), ("name", "name", "名称"), ("industry", "industry", "行业"),
    ];

    public static IEnumerable<ResultSection> Of(JsonElement trace, PlotLanguage language)
    {
        yield return new(Say("Hops asked and found", "追踪请求与结果"))
        {
            Notes =
            [
                Say($"This bank was asked to follow {Text(trace, "asked")} hops, found {Text(trace, "found")}, and asked for {Text(trace, "sent")} more.", $"本行被请求追踪 {Text(trace, "asked")} 跳，找到 {Text(trace, "found")} 跳，又请求 {Text(trace, "sent")} 跳。"),
                .. Items(trace, "strayed").Select(bank => Say($"{bank.GetString()} sealed something that nobody asked for.", $"{bank.GetString()} 封装了无人请求的内容。")),
            ],
        };
        foreach (var (i, loan) in Items(trace, "loans").Index()) yield return Loan(i + 1, loan, language == PlotLanguage.Chinese);
    }

    private static ResultSection Loan(int number, JsonElement loan, bool isChinese)
    {
        var hops = Items(loan, "hops").ToList();
        var (figure, loops) = Streams(loan, isChinese);
        return new(Say($"Loan {number}: {hops.Count} hops", $"贷款 {number}：{hops.Count} 跳"))
        {
            Notes = loops == 0 ? [] : [Say($"{loops} transfers that lead back to an account on the way are in the table and not in the picture.", $"有 {loops} 笔转账回到途经账户，仅列于表中，未绘入图中。")],
            Figures = figure is null ? [] : [figure],
            Tables = [new(Say("A line for each hop", "每跳一行"), [.. Columns.Select(column => isChinese ? column.Zh : column.En)], [.. hops.Select(hop => Columns.Select(column => Text(hop, column.Name)).ToList())])],
        };
    }

    // Streams cannot go round: a transfer back to an account that it came from would have no place to end.
    private static (Figure? Figure, int Loops) Streams(JsonElement loan, bool isChinese)
    {
        var names = Items(loan, "nodes").Select(node => NameOf(node, isChinese)).ToList();
        Dictionary<int, HashSet<int>> reached = [];
        List<FigurePoint> streams = [];
        var loops = 0;
        foreach (var edge in Items(loan, "edges"))
        {
            var (from, to) = (edge.GetProperty("from").GetInt32(), edge.GetProperty("to").GetInt32());
            if (from == to || Reaches(to, from))
            {
                loops++;
                continue;
            }

            (reached.TryGetValue(from, out var next) ? next : reached[from] = []).Add(to);
            streams.Add(new($"{names[from]} → {names[to]}\n{Text(edge, "reference")}, {Text(edge, "day")}: {Text(edge, "traced")} / {Text(edge, "amount")}")
            {
                Name = names[from], To = names[to], Y = double.Parse(Text(edge, "traced"), CultureInfo.InvariantCulture),
            });
        }

        if (streams.Count == 0) return (null, loops);
        var description = string.Join("; ", streams.Select(stream => stream.Tip.Replace('\n', ' ')));
        return (new Figure(FigureShape.Flow, "", description)
        {
            Series = [new("", streams)],
            Table = [isChinese ? ["转出", "转入", "追踪金额"] : ["from", "to", "traced"], .. streams.Select(stream => new[] { stream.Name!, stream.To!, stream.Y!.Value.ToString(CultureInfo.InvariantCulture) })],
        }, loops);

        bool Reaches(int start, int end)
        {
            var (open, seen) = (new Stack<int>([start]), new HashSet<int>());
            while (open.TryPop(out var at))
            {
                if (at == end) return true;
                foreach (var next in reached.GetValueOrDefault(at) ?? []) if (seen.Add(next)) open.Push(next);
            }

            return false;
        }
    }

    // Each account its own place, whatever its holder is called: the number keeps equal names apart.
    private static string NameOf(JsonElement node, bool isChinese)
    {
        var number = node.GetProperty("node").GetInt32() + 1;
        var bank = Text(node, "bank") is { Length: > 0 } known ? known : isChinese ? "联盟外" : "outside";
        var who = new[] { Text(node, "name"), Text(node, "account") }.FirstOrDefault(text => text.Length > 0);
        return who is null ? $"{number} {bank}" : $"{number} {bank}: {who}";
    }
}

using System.Globalization;
using Collab.Engine;
using Collab.Tracing;

namespace Collab.Node.Storage;

/// <summary>The outcome of a trace as people and programs read it.</summary>
internal static class TraceText
{
    /// <summary>The names of the columns of <see cref="Lines"/>.</summary>
    public static readonly string[] Columns =
    [
        "loan", "hop", "parent", "from", "to", "reference", "day", "amount", "traced", "end", "account_tag", "account", "name", "industry", "alerts", "left", "small", "small_sum", "beyond", "beyond_sum",
    ];

    private static readonly string[] Ends = ["", "followed", "not-found", "not-watched", "last-hop", "outside", "no-room", "unanswered", "broken", "loop"];

    /// <summary>The document.</summary>
    public static TraceDocument DocumentOf(JobResult.Traced traced) => new(
        traced.Outcome.Asked, traced.Outcome.Found, traced.Outcome.Sent, [.. traced.Outcome.Strayed.Select(bank => bank.Name)],
        [.. traced.Outcome.Loans.Select(loan => LoanOf(loan, traced.Scale))]);

    /// <summary>A line for each hop.</summary>
    public static IEnumerable<string[]> Lines(JobResult.Traced traced)
    {
        foreach (var (i, loan) in DocumentOf(traced).Loans.Index())
        {
            foreach (var hop in loan.Hops)
            {
                yield return
                [
                    Number(i + 1), Number(hop.Hop), hop.Parent is { } parent ? Number(parent) : "", hop.From, hop.To ?? "", hop.Reference, hop.Day, hop.Amount, hop.Traced, hop.End, hop.AccountTag ?? "",
                    hop.Account ?? "", hop.Name ?? "", hop.Industry ?? "", string.Join(' ', hop.Alerts), hop.Left, Number(hop.Small), hop.SmallSum, Number(hop.Beyond), hop.BeyondSum,
                ];
            }
        }
    }

    private static LoanDocument LoanOf(TracedLoan loan, int scale)
    {
        var graph = TraceGraph.Of(loan);
        return new(
            loan.Depth,
            [
                .. loan.Hops.Select((hop, i) => new HopDocument(
                    i + 1, hop.Parent < 0 ? null : hop.Parent + 1, hop.From.Name, hop.To?.Name, hop.Reference, Day(hop.Day), Amount(hop.Amount, scale), Amount(hop.Traced, scale), Ends[(int)hop.End],
                    Tag(hop.Account), hop.Account.Account, hop.Account.Name, hop.Account.Industry, AlertsOf(hop.Alerts), Amount(hop.Left, scale), hop.Small.Count, Amount(hop.Small.Sum, scale), hop.Beyond.Count, Amount(hop.Beyond.Sum, scale))),
            ],
            [.. graph.Nodes.Select((node, i) => new TraceNodeDocument(i, node.Bank?.Name, Tag(node.Account), node.Account.Account, node.Account.Name, node.Account.Industry, AlertsOf(node.Alerts)))],
            [.. graph.Edges.Select(edge => new TraceEdgeDocument(edge.From, edge.To, edge.Reference, Day(edge.Day), Amount(edge.Amount, scale), Amount(edge.Traced, scale)))]);
    }

    private static string? Tag(ReachedAccount account) => account.Tag == 0 ? null : account.Tag.ToString("x16", CultureInfo.InvariantCulture);

    private static string[] AlertsOf(HopAlerts alerts) =>
        [.. new[] { (HopAlerts.SameName, "same-name"), (HopAlerts.Industry, "industry") }.Where(alert => alerts.HasFlag(alert.Item1)).Select(alert => alert.Item2)];

    // What a bank makes up may be no day of the calendar.
    private static string Day(int day) => day >= 0 && day <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Number(day);

    private static string Amount(long units, int scale)
    {
        var power = 1m;
        for (var i = 0; i < scale; i++) power *= 10;
        return (units / power).ToString($"F{scale}", CultureInfo.InvariantCulture);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Of a trace.</summary>
/// <param name="Asked">How many hops this bank was asked to follow.</param>
/// <param name="Found">How many of them it found.</param>
/// <param name="Sent">How many hops it asked to be followed on.</param>
/// <param name="Strayed">Banks that sealed something for this bank that belongs to none of its loans.</param>
/// <param name="Loans">The loans that this bank traces.</param>
public sealed record TraceDocument(long Asked, long Found, long Sent, IReadOnlyList<string> Strayed, IReadOnlyList<LoanDocument> Loans);

/// <summary>The way of a loan's money.</summary>
/// <param name="Depth">How many hops it was followed at most.</param>
/// <param name="Hops">Every hop.</param>
/// <param name="Nodes">The accounts; the first is the one that the loan was paid from.</param>
/// <param name="Edges">The transfers between them, those on several ways once.</param>
public sealed record LoanDocument(int Depth, IReadOnlyList<HopDocument> Hops, IReadOnlyList<TraceNodeDocument> Nodes, IReadOnlyList<TraceEdgeDocument> Edges);

/// <summary>A hop; amounts are decimals as text.</summary>
/// <param name="Hop">Its number, from 1.</param>
/// <param name="Parent">The hop that it goes on from; null of the first.</param>
/// <param name="From">The bank that the money left.</param>
/// <param name="To">The bank that it came to; null outside.</param>
/// <param name="Reference">The transfer.</param>
/// <param name="Day">When it left.</param>
/// <param name="Amount">Its amount.</param>
/// <param name="Traced">How much of it is traced money on this way.</param>
/// <param name="End">What became of it.</param>
/// <param name="AccountTag">The same for one account in a run; null where nothing is told.</param>
/// <param name="Account">The account, where the plan asks.</param>
/// <param name="Name">Its holder, where the plan asks.</param>
/// <param name="Industry">The holder's industry, where the plan asks.</param>
/// <param name="Alerts"><c>same-name</c>, <c>industry</c>.</param>
/// <param name="Left">What stayed in the account.</param>
/// <param name="Small">How many transfers out carry less than the minimum.</param>
/// <param name="SmallSum">What they carry.</param>
/// <param name="Beyond">How many transfers out are beyond the fan-out.</param>
/// <param name="BeyondSum">What they carry.</param>
public sealed record HopDocument(
    int Hop, int? Parent, string From, string? To, string Reference, string Day, string Amount, string Traced, string End, string? AccountTag, string? Account, string? Name, string? Industry,
    IReadOnlyList<string> Alerts, string Left, int Small, string SmallSum, int Beyond, string BeyondSum);

/// <summary>An account.</summary>
/// <param name="Node">Its number, from 0.</param>
/// <param name="Bank">Its bank; null outside.</param>
/// <param name="AccountTag">The same for one account in a run; null where nothing is told.</param>
/// <param name="Account">The account, where the plan asks.</param>
/// <param name="Name">Its holder, where the plan asks.</param>
/// <param name="Industry">The holder's industry, where the plan asks.</param>
/// <param name="Alerts">What is conspicuous.</param>
public sealed record TraceNodeDocument(int Node, string? Bank, string? AccountTag, string? Account, string? Name, string? Industry, IReadOnlyList<string> Alerts);

/// <summary>A transfer.</summary>
/// <param name="From">The number of the account that it left.</param>
/// <param name="To">The number of the account that it came to.</param>
/// <param name="Reference">Its reference.</param>
/// <param name="Day">When it left.</param>
/// <param name="Amount">Its amount.</param>
/// <param name="Traced">How much of it is traced money on all ways, at most its amount.</param>
public sealed record TraceEdgeDocument(int From, int To, string Reference, string Day, string Amount, string Traced);

using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>The ways of one loan as accounts and transfers between them: where ways meet they are one account, and a transfer on several ways is one edge.</summary>
/// <param name="Nodes">Accounts; the first is the one that the loan was paid from.</param>
/// <param name="Edges">Transfers, in the order in which they were come by.</param>
public sealed record TraceGraph(IReadOnlyList<TraceNode> Nodes, IReadOnlyList<TraceEdge> Edges)
{
    /// <summary>Puts the hops of a loan together. What several ways say of a transfer is added up, to its amount at most.</summary>
    public static TraceGraph Of(TracedLoan loan)
    {
        var nodes = new List<TraceNode> { new(loan.Hops[0].From, ReachedAccount.Untold, HopAlerts.None) };
        var places = new Dictionary<(PartyId? Bank, ulong Tag, string Reference), int>();
        var edges = new Dictionary<(int From, int To, string Reference), TraceEdge>();
        var reached = new int[loan.Hops.Count];
        foreach (var (i, hop) in loan.Hops.Index())
        {
            var (from, key) = (hop.Parent < 0 ? 0 : reached[hop.Parent], KeyOf(hop));
            if (hop.End == HopEnd.Loop && edges.Keys.FirstOrDefault(edge => edge.From == from && edge.Reference == hop.Reference) is { Reference: not null } known)
            {
                reached[i] = known.To; // the money is counted where it went that way first
                continue;
            }

            if (!places.TryGetValue(key, out reached[i]))
            {
                places.Add(key, reached[i] = nodes.Count);
                nodes.Add(new(hop.To, hop.Account, hop.Alerts));
            }

            var edge = edges.GetValueOrDefault((from, reached[i], hop.Reference)) ?? new(from, reached[i], hop.Reference, hop.Day, hop.Amount, 0);
            edges[(from, reached[i], hop.Reference)] = edge with { Traced = edge.Traced + Math.Min(hop.Traced, edge.Amount - edge.Traced) };
        }

        return new(nodes, [.. edges.Values]);
    }

    // An account of which nothing is told is known by the transfer alone; all that is outside is one place.
    private static (PartyId? Bank, ulong Tag, string Reference) KeyOf(TracedHop hop) =>
        hop.To is null ? (null, 0, "") : hop.Account.Tag != 0 ? (hop.To, hop.Account.Tag, "") : (hop.To, 0, hop.Reference);
}

/// <summary>An account that money came from or to.</summary>
/// <param name="Bank">Its bank; null outside the consortium.</param>
/// <param name="Account">What is told of it.</param>
/// <param name="Alerts">What is conspicuous.</param>
public sealed record TraceNode(PartyId? Bank, ReachedAccount Account, HopAlerts Alerts);

/// <summary>A transfer that carries traced money.</summary>
/// <param name="From">The place of the account that it left.</param>
/// <param name="To">The place of the account that it came to.</param>
/// <param name="Reference">Its reference.</param>
/// <param name="Day">When it left, as a number of days.</param>
/// <param name="Amount">Its amount.</param>
/// <param name="Traced">How much of it is traced money on all ways together, at most its amount.</param>
public sealed record TraceEdge(int From, int To, string Reference, int Day, long Amount, long Traced);

using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>Puts the details that a bank could open together to the ways of its loans, and checks that each goes on where the one before left off (specs/trace.md, step 7).</summary>
internal sealed class TraceReader(TraceTerms terms, TransferBook book)
{
    private readonly Dictionary<(int Bank, UInt128 Link), HopDetail?> _details = []; // null where a bank told two things of one hop
    private readonly HashSet<(int Bank, UInt128 Link)> _read = [];
    private readonly HashSet<int> _strayed = [];

    /// <summary>Takes what a bank sealed for this one.</summary>
    public void Add(int bank, byte[] opened)
    {
        try
        {
            var detail = HopDetail.Decode(opened, terms);
            if (!_details.TryAdd((bank, detail.Link), detail)) _details[(bank, detail.Link)] = null;
        }
        catch (MalformedException)
        {
            _strayed.Add(bank);
        }
    }

    /// <summary>The ways of the loans.</summary>
    public IReadOnlyList<TracedLoan> Read(IReadOnlyList<LoanStart> loans) => [.. loans.Select(loan =>
    {
        var hops = new List<TracedHop>();
        var (transfer, summary) = (loan.Transfer, loan.Summary);
        var first = new Outflow(transfer.Reference, transfer.Bank, transfer.Day, transfer.Amount, transfer.Traced)
        {
            State = transfer.Bank < 0 ? OutflowState.Outside : OutflowState.Asked,
            Link = summary.Link,
        };
        var depth = terms.Question.Hops - loan.Round + 1;
        Walk(hops, (transfer.Name, depth), -1, book.Self, first, []);
        return new TracedLoan(depth, hops);
    })];

    /// <summary>The banks that sealed something that no loan's way came by; asked for when all were read.</summary>
    public IReadOnlyList<PartyId> Strayed() =>
        [.. _strayed.Concat(_details.Keys.Where(key => !_read.Contains(key)).Select(key => key.Bank)).Distinct().Order().Select(bank => terms.Banks[bank])];

    private void Walk(List<TracedHop>? hops, (string Borrower, int Depth) loan, int parent, int from, Outflow flow, List<(int From, int To, string Reference)> way)
    {
        var (end, detail) = EndOf(from, flow, way, loan.Depth);
        var alerts = detail is null ? HopAlerts.None
            : (terms.Question.SameName && detail.NameTag != 0 && detail.NameTag == HopDesk.NameTag(flow.Link, loan.Borrower) ? HopAlerts.SameName : 0)
                | (detail.IsListed ? HopAlerts.Industry : 0);
        var isTold = detail is not null && end is HopEnd.Followed or HopEnd.LastHop or HopEnd.NotWatched;
        var place = hops?.Count ?? -1;
        hops?.Add(new(
            parent, terms.Banks[from], flow.Bank < 0 ? null : terms.Banks[flow.Bank], flow.Reference, flow.Day, flow.Amount, flow.Taken, end,
            isTold ? detail!.Account : ReachedAccount.Untold, isTold ? alerts : HopAlerts.None, isTold ? detail!.Left : 0, isTold ? detail!.Small : default, isTold ? detail!.Beyond : default));

        // Hops behind a loop or a broken one are known to this bank, and tell nothing.
        var shown = end == HopEnd.Followed ? hops : null;
        way.Add((from, flow.Bank, flow.Reference));
        foreach (var next in detail?.Outflows ?? []) Walk(shown, loan, place, flow.Bank, next, way);
        way.RemoveAt(way.Count - 1);
    }

    private (HopEnd End, HopDetail? Detail) EndOf(int from, Outflow flow, List<(int From, int To, string Reference)> way, int depth)
    {
        if (flow.State == OutflowState.Outside) return (HopEnd.Outside, null);
        if (flow.State == OutflowState.NoRoom) return (HopEnd.NoRoom, null);
        if (way.Count >= depth) return (HopEnd.Broken, null); // there is no such round
        if (!_details.TryGetValue((flow.Bank, flow.Link), out var detail)) return (HopEnd.Unanswered, null);
        if (!_read.Add((flow.Bank, flow.Link)) || detail is null) return (HopEnd.Broken, null); // a link that came before ends here, and so does every way
        return (!IsContiguous(flow, detail) ? HopEnd.Broken : way.Contains((from, flow.Bank, flow.Reference)) ? HopEnd.Loop : detail.End, detail);
    }

    /// <summary>Whether a bank tells the same of a transfer as the one that it left, and all of the money.</summary>
    private bool IsContiguous(Outflow flow, HopDetail detail)
    {
        var question = terms.Question;
        if (detail.Reference != flow.Reference) return false;
        if (detail.End == HopEnd.NotFound) return detail.Outflows.Count == 0;
        if (detail.Amount != flow.Amount || detail.Day < flow.Day || detail.Left < 0) return false;
        if (detail.End != HopEnd.Followed && (detail.Outflows.Count > 0 || detail.Small != default || detail.Beyond != default)) return false;
        Bundle[] bundles = [detail.Small, detail.Beyond];
        if (bundles.Any(bundle => bundle.Count < 0 || bundle.Sum < bundle.Count || (bundle.Count == 0 && bundle.Sum != 0))) return false;
        if (detail.Beyond.Count > 0 && detail.Outflows.Count < question.FanOut) return false;
        var day = detail.Day;
        Int128 told = (Int128)detail.Left + detail.Small.Sum + detail.Beyond.Sum;
        foreach (var next in detail.Outflows)
        {
            if (next.Day < day || next.Day - (long)detail.Day > question.Period || next.Taken < question.Minimum || next.Taken > next.Amount) return false;
            (day, told) = (next.Day, told + next.Taken);
        }

        return told == flow.Taken;
    }
}

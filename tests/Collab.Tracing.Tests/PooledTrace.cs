using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Tracing.Tests;

/// <summary>The plain answer: somebody who has the books of all banks follows the money by the rule of specs/trace.md, with no message and no round.</summary>
internal sealed class PooledTrace(TraceQuestion question, IReadOnlyList<PartyId> banks, IReadOnlyList<IReadOnlyList<Transfer>> books)
{
    /// <summary>The way of a loan that was followed so far, with the accounts' names in the place of their tags.</summary>
    public IReadOnlyList<string> Of(int bank, Transfer loan, int depth)
    {
        var told = new List<string>();
        Go(told, loan.Name, -1, bank, loan.Bank, loan.Reference, loan.Day, loan.Amount, loan.Traced, depth, []);
        return told;
    }

    /// <summary>A hop as <see cref="Of"/> writes it.</summary>
    public static string Line(TracedHop hop) =>
        Line(hop.Parent, hop.From.Name, hop.To?.Name, hop.Reference, hop.Day, hop.Amount, hop.Traced, hop.End, hop.Account.Account, hop.Account.Name, hop.Alerts, hop.Left, hop.Small, hop.Beyond);

    private static string Line(
        int parent, string from, string? to, string reference, int day, long amount, long traced, HopEnd end, string? account, string? name, HopAlerts alerts, long left, Bundle small, Bundle beyond) =>
        $"{parent}: {from} to {to ?? "-"} {reference} on {day}: {traced} of {amount}, {end} {account}/{name} {alerts}, {left} left, {small.Count} small {small.Sum}, {beyond.Count} beyond {beyond.Sum}";

    private void Go(List<string> told, string borrower, int parent, int from, int to, string reference, int day, long amount, long taken, int rounds, List<string> way)
    {
        var place = told.Count;
        void Tell(HopEnd end, Transfer? at = null, HopAlerts alerts = 0, long left = 0, Bundle small = default, Bundle beyond = default) => told.Add(Line(
            parent, banks[from].Name, to < 0 ? null : banks[to].Name, reference, day, amount, taken, end, at?.Account, at?.Name, alerts, left, small, beyond));

        if (to < 0)
        {
            Tell(HopEnd.Outside);
            return;
        }

        var edge = $"{from} {to} {reference}";
        if (books[to].FirstOrDefault(row => !row.IsOut && row.Bank == from && row.Reference == reference) is not { } arrival)
        {
            Tell(way.Contains(edge) ? HopEnd.Loop : HopEnd.NotFound);
            return;
        }

        if (way.Contains(edge))
        {
            Tell(HopEnd.Loop);
            return;
        }

        if (!arrival.IsWatched)
        {
            Tell(HopEnd.NotWatched, left: taken);
            return;
        }

        var alerts = (question.SameName && arrival.Name.Length > 0 && arrival.Name == borrower ? HopAlerts.SameName : 0)
            | (question.Industries.Contains(arrival.Industry) ? HopAlerts.Industry : 0);
        if (rounds == 1)
        {
            Tell(HopEnd.LastHop, arrival, alerts, taken);
            return;
        }

        var (left, small, beyond) = (taken, default(Bundle), default(Bundle));
        var next = new List<(Transfer Row, long Taken)>();
        foreach (var row in books[to]
            .Where(row => row.IsOut && row.Account == arrival.Account && row.Day >= arrival.Day && row.Day <= arrival.Day + question.Period && !(row.Bank == to && row.Reference == reference))
            .OrderBy(row => row.Day).ThenBy(row => row.Reference, StringComparer.Ordinal))
        {
            var part = Math.Min(left, row.Amount);
            if (part == 0) break;
            left -= part;
            if (part < question.Minimum) small = new(small.Count + 1, small.Sum + part);
            else if (next.Count < question.FanOut) next.Add((row, part));
            else beyond = new(beyond.Count + 1, beyond.Sum + part);
        }

        Tell(HopEnd.Followed, arrival, alerts, left, small, beyond);
        way.Add(edge);
        foreach (var (row, part) in next) Go(told, borrower, place, to, row.Bank, row.Reference, row.Day, row.Amount, part, rounds - 1, way);
        way.RemoveAt(way.Count - 1);
    }
}

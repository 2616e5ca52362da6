using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>One bank's transfers, so that one that came in is found by its reference, and those that left an account in their order.</summary>
/// <param name="terms">The terms of the run.</param>
/// <param name="self">Whose they are.</param>
public sealed class TransferBook(TraceTerms terms, PartyId self)
{
    private readonly Dictionary<(int Bank, string Reference), Transfer> _incoming = [];
    private readonly HashSet<(int Bank, string Reference)> _outgoing = [];
    private readonly Dictionary<string, List<Transfer>> _byAccount = [];
    private readonly List<Transfer> _traced = [];
    private bool _isSorted;

    /// <summary>The bank's place among all.</summary>
    public int Self { get; } = terms.PlaceOf(self.Name);

    /// <summary>The transfers that this bank traces.</summary>
    public IReadOnlyList<Transfer> Traced => _traced;

    /// <summary>Takes one more transfer.</summary>
    /// <exception cref="CollabException">One of <see cref="TraceErrors"/>; the message names the row and no value.</exception>
    public void Add(Transfer transfer, long row)
    {
        if (transfer.Amount < 1 || transfer.Traced < 0 || transfer.Traced > transfer.Amount || (transfer.Traced > 0 && !transfer.IsOut))
            throw Unsuited(row, "an amount above 0, of which at most all is traced, and only of a transfer out");
        if (transfer.Bank >= 0 && !(transfer.IsOut ? _outgoing.Add((transfer.Bank, transfer.Reference)) : _incoming.TryAdd((transfer.Bank, transfer.Reference), transfer)))
            throw new CollabException(TraceErrors.ReferenceRepeated, $"{self}'s row {row} repeats the reference of another transfer the same way with the same bank.", self);
        if (!transfer.IsOut) return;
        if (!_byAccount.TryGetValue(transfer.Account, out var outgoing)) _byAccount.Add(transfer.Account, outgoing = []);
        outgoing.Add(transfer);
        _isSorted = false;
        if (transfer.Traced == 0) return;
        _traced.Add(transfer);
        if (_traced.Count > terms.Question.Traces)
            throw new CollabException(TraceErrors.TooMany, $"{self} traces more than the {terms.Question.Traces} transfers that the plan allows a bank in one run.", self);
    }

    /// <summary>A value of a row that is not what its column holds.</summary>
    public CollabException Unsuited(long row, string rule) => new(TraceErrors.ValueUnsuited, $"{self}'s row {row} has no {rule}.", self);

    /// <summary>The transfer that came from that bank under that reference; null when there is none.</summary>
    internal Transfer? Find(int bank, string reference) => _incoming.GetValueOrDefault((bank, reference));

    /// <summary>What left an account on a day of the interval, by day and then by reference.</summary>
    internal IEnumerable<Transfer> Outgoing(string account, int from, int until)
    {
        if (!_isSorted)
        {
            foreach (var transfers in _byAccount.Values)
                transfers.Sort((a, b) => a.Day != b.Day ? a.Day.CompareTo(b.Day) : string.CompareOrdinal(a.Reference, b.Reference));
            _isSorted = true;
        }

        return _byAccount.TryGetValue(account, out var outgoing) ? outgoing.Where(transfer => transfer.Day >= from && transfer.Day <= until) : [];
    }
}

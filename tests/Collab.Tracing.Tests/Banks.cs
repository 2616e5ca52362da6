using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Tracing.Tests;

/// <summary>Books of some banks and runs over them.</summary>
internal sealed class Banks(int count)
{
    private readonly List<Transfer>[] _books = [.. Enumerable.Range(0, count).Select(_ => new List<Transfer>())];
    private int _serial;

    public static TraceQuestion Question { get; } = new(
        new TraceColumns("reference", "account", "bank", "direction", "amount", "day", "traced", "name", "industry", "watched"), 2,
        Hops: 4, Delay: 0, Period: 10, Traces: 2, FanOut: 3, Mailbox: 6, Minimum: 100, SameName: true, Industries: ["K70"], Details: TraceDetails.All);

    public PartyId[] Ids { get; } = Parties.Named(count);

    public IReadOnlyList<IReadOnlyList<Transfer>> Books => _books;

    /// <summary>A transfer from one account to another, in the books of both banks; an account is written <c>2/shop</c>, and <c>-</c> is outside. The holder's name is the account's up to a dot.</summary>
    public string Pay(string from, string to, long amount, int day, long traced = 0, string? reference = null)
    {
        reference ??= $"t{_serial++:d3}";
        var (sender, receiver) = (PlaceOf(from), PlaceOf(to));
        if (sender >= 0) _books[sender].Add(Row(reference, from, receiver, true, amount, day) with { Traced = traced });
        if (receiver >= 0) _books[receiver].Add(Row(reference, to, sender, false, amount, day));
        return reference;
    }

    /// <summary>Changes what one bank's book says of a transfer.</summary>
    public void Change(int bank, string reference, Func<Transfer, Transfer?> change)
    {
        for (var i = _books[bank].Count - 1; i >= 0; i--)
        {
            if (_books[bank][i].Reference != reference) continue;
            if (change(_books[bank][i]) is { } row) _books[bank][i] = row;
            else _books[bank].RemoveAt(i);
        }
    }

    public TraceTerms Terms(TraceQuestion question) => new(question, Ids, Parties.RunContext);

    public TransferBook BookOf(TraceTerms terms, int bank)
    {
        var book = new TransferBook(terms, Ids[bank]);
        foreach (var (i, row) in _books[bank].Index()) book.Add(row, i + 1);
        return book;
    }

    /// <summary>Every bank's outcome.</summary>
    public async Task<IReadOnlyList<PartyRun<TraceOutcome>>> RunAsync(
        TraceQuestion question, int seed = 1, Func<int, IReadOnlyDictionary<PartyId, IChannel>, IReadOnlyDictionary<PartyId, IChannel>>? around = null, ChannelFault? fault = null)
    {
        var terms = Terms(question);
        var runs = await Parties.RunAsync(
            Ids,
            (self, channels) =>
            {
                var bank = Array.IndexOf(Ids, self);
                return FundTrace.RunAsync(around?.Invoke(bank, channels) ?? channels, terms, BookOf(terms, bank), RandomSource.Seeded((100 * seed) + bank));
            },
            fault: fault);
        return [.. Ids.Select(id => runs[id])];
    }

    /// <summary>The way of the first loan of the first bank.</summary>
    public async Task<IReadOnlyList<TracedHop>> WayAsync(TraceQuestion? question = null) => (await RunAsync(question ?? Question))[0].Result.Loans[0].Hops;

    public PooledTrace Pooled(TraceQuestion question) => new(question, Ids, _books);

    private static int PlaceOf(string account) => account == "-" ? -1 : int.Parse(account.Split('/')[0], System.Globalization.CultureInfo.InvariantCulture) - 1;

    private static Transfer Row(string reference, string account, int other, bool isOut, long amount, int day)
    {
        var holder = account[(account.IndexOf('/', StringComparison.Ordinal) + 1)..].Split('.')[0];
        return new(reference, account, other, isOut, amount, day, 0, holder, holder == "estate" ? "K70" : "A01", !holder.StartsWith("private", StringComparison.Ordinal));
    }
}

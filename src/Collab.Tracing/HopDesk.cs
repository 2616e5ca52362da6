using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Collab.Cryptography.Sealing;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>One bank's local work in a run: it follows what it is asked by its own book, and keeps what it saw and what it asks next.</summary>
internal sealed class HopDesk(TraceTerms terms, TransferBook book, IReadOnlyList<LoanStart> loans, RandomSource random)
{
    private readonly byte[] _accountKey = random.Bytes(32);
    private readonly List<(IncomparableKey Key, HopDetail Detail)> _details = [];
    private readonly HashSet<(int From, UInt128 Link)> _seen = [];
    private List<(Outflow Outflow, IncomparableKey Key)> _next = [];

    /// <summary>What was seen, each with the key that it is sealed under.</summary>
    public IReadOnlyList<(IncomparableKey Key, HopDetail Detail)> Details => _details;

    /// <summary>How many summaries came.</summary>
    public long Asked => _details.Count;

    /// <summary>How many of them this bank found in its book.</summary>
    public long Found => _details.Count(entry => entry.Detail.End != HopEnd.NotFound);

    /// <summary>How many summaries went out for others.</summary>
    public long Sent { get; private set; }

    /// <summary>The summaries of a round for each bank: of loans that start in it, and of the hops before, the largest first while there is room.</summary>
    public IReadOnlyList<HopSummary>[] Letters(int round)
    {
        var letters = new List<HopSummary>[terms.Banks.Count];
        for (var bank = 0; bank < letters.Length; bank++)
        {
            letters[bank] = [.. loans.Where(loan => loan.Round == round && loan.Transfer.Bank == bank).Select(loan => loan.Summary)];
            foreach (var (outflow, key) in _next.Where(entry => entry.Outflow.Bank == bank)
                .OrderByDescending(entry => entry.Outflow.Taken).ThenBy(entry => entry.Outflow.Reference, StringComparer.Ordinal))
            {
                if (letters[bank].Count == terms.Question.Mailbox)
                {
                    outflow.State = OutflowState.NoRoom;
                    continue;
                }

                (outflow.State, outflow.Link) = (OutflowState.Asked, NewLink(random));
                letters[bank].Add(new(outflow.Link, outflow.Reference, outflow.Taken, key.Renewed(random)));
                Sent++;
            }
        }

        _next = [];
        return letters;
    }

    /// <summary>Whether a summary has not come from that bank before.</summary>
    public bool IsNew(int from, HopSummary summary) => _seen.Add((from, summary.Link));

    /// <summary>Follows one summary.</summary>
    public void Follow(int from, HopSummary summary, bool isLast)
    {
        var question = terms.Question;
        if (book.Find(from, summary.Reference) is not { } arrival)
        {
            Note(new(summary.Link, HopEnd.NotFound, summary.Reference, 0, 0, ReachedAccount.Untold, 0, false, 0, default, default, []));
            return;
        }

        var amount = Math.Min(summary.Amount, arrival.Amount);
        if (!arrival.IsWatched)
        {
            Note(new(summary.Link, HopEnd.NotWatched, summary.Reference, arrival.Amount, arrival.Day, ReachedAccount.Untold, 0, false, amount, default, default, []));
            return;
        }

        var found = new HopDetail(
            summary.Link, HopEnd.LastHop, summary.Reference, arrival.Amount, arrival.Day,
            new ReachedAccount(TagOf(arrival.Account), arrival.Account, arrival.Name, arrival.Industry),
            question.SameName ? NameTag(summary.Link, arrival.Name) : 0,
            question.Industries.Contains(arrival.Industry), amount, default, default, []);
        if (isLast)
        {
            Note(found);
            return;
        }

        var parts = Attribution.Of(
            amount, book.Outgoing(arrival.Account, arrival.Day, arrival.Day + question.Period).Where(transfer => transfer.Bank != book.Self || transfer.Reference != arrival.Reference),
            question.Minimum, question.FanOut);
        Outflow[] outflows = [.. parts.Carrying.Select(part => new Outflow(part.Transfer.Reference, part.Transfer.Bank, part.Transfer.Day, part.Transfer.Amount, part.Taken)
        {
            State = OutflowState.Outside,
        })];
        _next.AddRange(outflows.Where(outflow => outflow.Bank >= 0).Select(outflow => (outflow, summary.Key)));
        Note(found with { End = HopEnd.Followed, Left = parts.Left, Small = parts.Small, Beyond = parts.Beyond, Outflows = outflows });

        void Note(HopDetail detail) => _details.Add((summary.Key, detail));
    }

    /// <summary>A fresh link.</summary>
    public static UInt128 NewLink(RandomSource random) => BinaryPrimitives.ReadUInt128LittleEndian(random.Bytes(16));

    /// <summary>A tag of a name that can be compared with another of the same link alone; 0 of no name.</summary>
    public static UInt128 NameTag(UInt128 link, string name)
    {
        var plain = name.Normalize(NormalizationForm.FormKC).Trim().ToUpperInvariant();
        if (plain.Length == 0) return 0;
        var writer = new CanonicalWriter();
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, link);
        var tag = Digest.Of("collab.trace.name.v1", writer.Raw(bytes).Text(plain).Written).ToArray();
        return BinaryPrimitives.ReadUInt128LittleEndian(tag);
    }

    private ulong TagOf(string account) => BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(_accountKey, Encoding.UTF8.GetBytes(account)));
}

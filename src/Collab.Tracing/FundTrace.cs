using Collab.Channels;
using Collab.Cryptography.Sealing;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>Banks follow the money of loans hop by hop: each over its own accounts, told by the bank before it and telling the next, none knowing whose loan it is or where the money came from before.</summary>
/// <remarks>
/// Semi-honest; what deviates is a fault or shows in the result. Messages and their sizes depend on the plan alone. Steps, leakage and what is
/// ours: specs/trace.md. The caller closes the channels, which compares the transcripts.
/// </remarks>
public static class FundTrace
{
    private static readonly StepId Mailboxes = new("trace.2");
    private static readonly StepId Broadcast = new("trace.5");

    /// <summary>One bank's part; all have the same.</summary>
    /// <param name="channels">To every other bank; a fork <c>round-r</c> for each round and <c>details</c> are opened.</param>
    /// <param name="terms">What all banks know.</param>
    /// <param name="book">This bank's transfers.</param>
    /// <param name="random">Keys, links, rounds of the starts, dummies.</param>
    /// <param name="progress">Is told of each round, and of details sealed and opened; null for nobody.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <exception cref="PeerFaultException">A bank broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to a bank failed.</exception>
    /// <remarks>n banks, mailboxes of m, h hops: n²·m·h multiplications of points to open, twice n·m·h to seal. Memory: two broadcasts of each bank.</remarks>
    public static async Task<TraceOutcome> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, TraceTerms terms, TransferBook book, RandomSource random,
        Action<StepId, long, long>? progress = null, CancellationToken cancellation = default)
    {
        var (self, hops) = (book.Self, terms.Question.Hops);
        var peers = terms.Banks.Select((bank, place) => place == self ? null : channels[bank]).ToArray();
        using var secret = IncomparableSecret.Generate(random);                                             // 1   a secret of the run, and where each trace begins
        var loans = LoanStart.Of(book, terms, secret, random);
        var desk = new HopDesk(terms, book, loans, random);
        for (var round = 1; round <= hops; round++)
        {
            var letters = desk.Letters(round);
            var mailboxes = await ExchangeAsync(
                peers, $"round-{round}", bank => HopSummary.Encode(letters[bank], terms), Mailboxes, cancellation).ConfigureAwait(false); // 2 ↔ a mailbox to each bank
            for (var from = 0; from < terms.Banks.Count; from++)                                            // 3   each summary is followed by the own book
            {
                foreach (var summary in from == self ? letters[self] : Read(mailboxes[from], terms.Banks[from]))
                {
                    PeerFaultException.ThrowUnless(desk.IsNew(from, summary), terms.Banks[from], Mailboxes, "each summary once");
                    desk.Follow(from, summary, isLast: round == hops);
                }
            }

            progress?.Invoke(Mailboxes, round, hops);
        }

        var own = await Task.Run(() => Seal(desk, terms, self, random), cancellation).ConfigureAwait(false); // 4   what was seen, sealed and padded
        var broadcasts = await ExchangeAsync(peers, "details", _ => own, Broadcast, cancellation).ConfigureAwait(false); // 5 ↔ all of it to all
        broadcasts[self] = own;
        var reader = new TraceReader(terms, book);
        await Task.Run(() => Open(broadcasts, terms, secret, reader, progress, cancellation), cancellation).ConfigureAwait(false); // 6   tried with the secret, box by box
        var ways = reader.Read(loans);                                                                       // 7   the ways of the own loans
        return new(ways, reader.Strayed(), desk.Asked, desk.Found, desk.Sent);
    }

    private static async Task<byte[][]> ExchangeAsync(IReadOnlyList<IChannel?> peers, string label, Func<int, byte[]> boxOf, StepId step, CancellationToken cancellation)
    {
        IChannel?[] forks = [.. peers.Select(peer => peer?.Fork(label))];
        try
        {
            var boxes = Enumerable.Range(0, peers.Count).Select(bank => peers[bank] is null ? [] : boxOf(bank)).ToArray();
            return await PaddedBox.ExchangeAsync(forks, bank => boxes[bank], step, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var fork in forks.OfType<IChannel>()) await fork.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static IReadOnlyList<HopSummary> Read(byte[] mailbox, PartyId from)
    {
        try
        {
            return HopSummary.Decode(mailbox);
        }
        catch (MalformedException wrong)
        {
            throw new PeerFaultException(from, Mailboxes, wrong.Rule);
        }
    }

    // In the order of their bytes, which begin with random points: no place tells who it is for, nor whether it is for anybody.
    private static byte[] Seal(HopDesk desk, TraceTerms terms, int self, RandomSource random)
    {
        var (context, size) = (terms.BoundTo(self), HopDetail.SizeOf(terms.Question));
        byte[][] boxes =
        [
            .. desk.Details.Select(entry => entry.Key.Seal(entry.Detail.Encode(terms), context, random)),
            .. Enumerable.Range(0, terms.Details - desk.Details.Count).Select(_ => IncomparableKey.Dummy(size, random)),
        ];
        Array.Sort(boxes, (a, b) => a.AsSpan().SequenceCompareTo(b));
        var broadcast = new byte[terms.BroadcastSize];
        for (var i = 0; i < boxes.Length; i++) boxes[i].CopyTo(broadcast, i * terms.BoxSize);
        return broadcast;
    }

    private static void Open(byte[][] broadcasts, TraceTerms terms, IncomparableSecret secret, TraceReader reader, Action<StepId, long, long>? progress, CancellationToken cancellation)
    {
        for (var bank = 0; bank < broadcasts.Length; bank++)
        {
            var context = terms.BoundTo(bank);
            for (var i = 0; i < terms.Details; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (secret.Open(broadcasts[bank].AsSpan(i * terms.BoxSize, terms.BoxSize), context) is { } opened) reader.Add(bank, opened);
            }

            progress?.Invoke(Broadcast, bank + 1, broadcasts.Length);
        }
    }
}

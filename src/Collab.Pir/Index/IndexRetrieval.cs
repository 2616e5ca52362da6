using Collab.Channels;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>Private retrieval by index: the client gets records of the server's table, the server learns how many it asked for.</summary>
/// <remarks>
/// SimplePIR: Henzinger, Hong, Corrigan-Gibbs, Meiklejohn, Vaikuntanathan, USENIX Security 2023. Semi-honest server, learning with errors. The client may
/// learn the whole table: this hides the question, not the table. Steps and messages:
/// specs/retrieval-index.md. The result is not to be used before the channel has closed well.
/// </remarks>
public static class IndexRetrieval
{
    /// <summary>The most bytes of queries in a message, but for one query that is larger.</summary>
    private const int BatchBytes = 8 << 20;

    private static readonly StepId Known = new("retrieval-index.1");
    private static readonly StepId Header = new("retrieval-index.2");
    private static readonly StepId Parts = new("retrieval-index.3");
    private static readonly StepId Queries = new("retrieval-index.4");
    private static readonly StepId Answers = new("retrieval-index.5");

    /// <summary>The server's part of a whole run: brings the client's hint up to date and answers its queries.</summary>
    /// <param name="channel">To the client.</param>
    /// <param name="database">The table; it may change meanwhile.</param>
    /// <param name="options">Context and limits.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>How many queries were answered.</returns>
    /// <exception cref="PeerFaultException">The client broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the client failed.</exception>
    public static async Task<int> ServeAsync(
        IChannel channel, IndexDatabase database, IndexRetrievalOptions options, CancellationToken cancellation = default)
    {
        using var lease = database.Lease();
        await SendHintAsync(channel, lease, options, cancellation).ConfigureAwait(false);                       // 1 ← 2 → 3 →
        return await AnswerAsync(channel, lease, options, cancellation).ConfigureAwait(false);                  // 4 ← 5 →
    }

    /// <summary>The client's part of a whole run.</summary>
    /// <param name="channel">To the server.</param>
    /// <param name="known">The hint kept from an earlier run with this table, brought up to date here; or null.</param>
    /// <param name="records">Indices to ask for; their number shows. Indices beyond the table are an argument error.</param>
    /// <param name="random">Secrets and errors.</param>
    /// <param name="options">Context and limits.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The records in the order of the indices, and the hint to keep.</returns>
    /// <exception cref="PeerFaultException">The server broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the server failed.</exception>
    public static async Task<(byte[][] Records, IndexHint Hint)> RetrieveAsync(
        IChannel channel, IndexHint? known, IReadOnlyList<int> records, RandomSource random, IndexRetrievalOptions options,
        CancellationToken cancellation = default)
    {
        var hint = await ReceiveHintAsync(channel, known, options, cancellation).ConfigureAwait(false);         // 1 → 2 ← 3 ←
        var shape = hint.Shape;
        if (records.Any(record => record < 0 || record >= shape.Records)) throw new ArgumentOutOfRangeException(nameof(records), "Records of the table.");
        int[] columns = [.. records.Select(record => shape.PlaceOf(record).Column)];
        var found = new byte[records.Count][];
        await AskAsync(channel, hint, columns, random, options, (queries, batch, first, answers) =>             // 4 → 5 ←
        {
            for (var k = 0; k < batch; k++)
            {
                found[first + k] = new byte[shape.RecordSize];
                queries.Decode(k, answers.Span.Slice(k * shape.Rows, shape.Rows), shape.PlaceOf(records[first + k]).FirstRow, found[first + k]);
            }
        }, cancellation).ConfigureAwait(false);
        return (found, hint);
    }

    /// <summary>Steps 1 to 3 at the server.</summary>
    internal static async Task SendHintAsync(IChannel channel, IndexLease lease, IndexRetrievalOptions options, CancellationToken cancellation)
    {
        options.Check();
        var known = await channel.ReceiveAsync<KnownVersion>(Known, cancellation).ConfigureAwait(false);        // 1 ←
        PeerFaultException.ThrowUnless(known.Context == options.Context, channel.Peer, Known, "the context of this run");
        var updates = known.Version is { } version ? lease.Since(version) : null;
        var changed = updates?.Sum(update => update.Changes.Count) ?? 0;
        if (UpdatePart.Size(changed, lease.Shape.RecordSize) >= lease.Shape.HintBytes) updates = null;          // the hint is smaller
        await channel.SendAsync(new IndexHeader(lease.Shape, lease.Seed, lease.Version, updates?.Count ?? -1), cancellation).ConfigureAwait(false); // 2 →
        if (updates is null)
        {
            var words = lease.Words.AsMemory();
            for (var (number, start) = (0u, 0); start < words.Length; number++, start += HintPart.LargestCount)
            {
                var part = words.Slice(start, Math.Min(HintPart.LargestCount, words.Length - start));
                await channel.SendAsync(new HintPart(number, part), cancellation).ConfigureAwait(false);        // 3 →
            }
        }
        else
        {
            foreach (var update in updates)
            {
                foreach (var part in UpdatePart.Of(update, lease.Shape.RecordSize))
                    await channel.SendAsync(part, cancellation).ConfigureAwait(false);                          // 3 →
            }
        }
    }

    /// <summary>Steps 1 to 3 at the client.</summary>
    internal static async Task<IndexHint> ReceiveHintAsync(
        IChannel channel, IndexHint? known, IndexRetrievalOptions options, CancellationToken cancellation)
    {
        options.Check();
        await channel.SendAsync(new KnownVersion(options.Context, known?.Version), cancellation).ConfigureAwait(false); // 1 →
        var header = await channel.ReceiveAsync<IndexHeader>(Header, cancellation).ConfigureAwait(false);       // 2 ←
        PeerFaultException.ThrowUnless(header.Shape.IsSound, channel.Peer, Header, "a shape within the limits");
        PeerFaultException.ThrowUnless(header.Shape.HintBytes <= options.MaximumHint, channel.Peer, Header, $"a hint of at most {options.MaximumHint} bytes");
        var goesOn = header.Updates >= 0;
        PeerFaultException.ThrowUnless(
            !goesOn || known is not null && known.Shape == header.Shape && known.Seed.Span.SequenceEqual(header.Seed.Span),
            channel.Peer, Header, "updates of the table that this party knows");
        var hint = goesOn ? known! : await ReceiveWholeAsync(channel, header, cancellation).ConfigureAwait(false); // 3 ←
        for (var i = 0; i < header.Updates; i++)
        {
            var update = await UpdatePart.ReceiveAsync(channel, Parts, hint, cancellation).ConfigureAwait(false);  // 3 ←
            PeerFaultException.ThrowUnless(hint.Apply(update), channel.Peer, Parts, "changes of records in order, each once, under their digest");
        }

        PeerFaultException.ThrowUnless(hint.Version == header.Version, channel.Peer, Parts, "the version that was announced");
        return hint;
    }

    /// <summary>Steps 4 and 5 at the server.</summary>
    internal static async Task<int> AnswerAsync(IChannel channel, IndexLease lease, IndexRetrievalOptions options, CancellationToken cancellation)
    {
        var shape = lease.Shape;
        var expected = await channel.ReceiveAsync<QueryCount>(Queries, cancellation).ConfigureAwait(false);     // 4 ←
        PeerFaultException.ThrowUnless(expected.Version == lease.Version, channel.Peer, Queries, "the version that was announced");
        PeerFaultException.ThrowUnless(expected.Count <= options.MaximumQueries, channel.Peer, Queries, $"at most {options.MaximumQueries} queries");
        foreach (var (number, _, count) in BatchesOf(expected.Count, shape))
        {
            var batch = await channel.ReceiveAsync<WordBatch>(Queries, cancellation).ConfigureAwait(false);     // 4 ←
            PeerFaultException.ThrowUnless(batch.Number == number, channel.Peer, Queries, "the batches in order");
            PeerFaultException.ThrowUnless(batch.Words.Length == count * shape.Columns, channel.Peer, Queries, "a word for each column and query");
            var answers = new uint[count * shape.Rows];
            lease.Answer(batch.Words.Span, answers);
            await channel.SendAsync(new WordBatch(number, answers), cancellation).ConfigureAwait(false);        // 5 →
        }

        return expected.Count;
    }

    /// <summary>Steps 4 and 5 at the client: a query for each column, all answers in turn.</summary>
    internal static async Task AskAsync(
        IChannel channel, IndexHint hint, ReadOnlyMemory<int> columns, RandomSource random, IndexRetrievalOptions options, AnswerFunction read,
        CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns.Length, options.MaximumQueries, nameof(columns));
        await channel.SendAsync(new QueryCount(hint.Version, columns.Length), cancellation).ConfigureAwait(false); // 4 →
        foreach (var (number, first, count) in BatchesOf(columns.Length, hint.Shape))
        {
            using var queries = IndexQueries.Create(hint, columns.Span.Slice(first, count), random, cancellation);
            await channel.SendAsync(new WordBatch(number, queries.Vectors), cancellation).ConfigureAwait(false);   // 4 →
            var batch = await channel.ReceiveAsync<WordBatch>(Answers, cancellation).ConfigureAwait(false);        // 5 ←
            PeerFaultException.ThrowUnless(batch.Number == number, channel.Peer, Answers, "the batches in order");
            PeerFaultException.ThrowUnless(batch.Words.Length == count * hint.Shape.Rows, channel.Peer, Answers, "a word for each row and query");
            read(queries, count, first, batch.Words);
        }
    }

    private static async Task<IndexHint> ReceiveWholeAsync(IChannel channel, IndexHeader header, CancellationToken cancellation)
    {
        var words = new uint[header.Shape.Rows * IndexParameters.SecretSize];
        for (var (number, start) = (0u, 0); start < words.Length; number++, start += HintPart.LargestCount)
        {
            var part = await channel.ReceiveAsync<HintPart>(Parts, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(part.Number == number, channel.Peer, Parts, "the parts in order");
            PeerFaultException.ThrowUnless(
                part.Words.Length == Math.Min(HintPart.LargestCount, words.Length - start), channel.Peer, Parts, "the whole hint");
            part.Words.CopyTo(words.AsMemory(start));
        }

        return IndexHint.Take(header.Shape, header.Seed.ToArray(), words, header.Version);
    }

    private static IEnumerable<(uint Number, int First, int Count)> BatchesOf(int queries, IndexShape shape)
    {
        var most = (int)Math.Max(1, BatchBytes / Math.Max(shape.QueryBytes, shape.AnswerBytes));
        for (var (number, first) = (0u, 0); first < queries; number++, first += most)
            yield return (number, first, Math.Min(most, queries - first));
    }

    internal delegate void AnswerFunction(IndexQueries queries, int count, int first, ReadOnlyMemory<uint> answers);
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Cryptography.Sealing;
using Collab.Pir.Index;
using Collab.Primitives;

namespace Collab.Pir.Keyword;

/// <summary>Private retrieval by keyword, for both sides: the client gets the values of its keys, or that there is none, and nothing of other records; the server
/// learns how many keys were asked, which it can count and bill, and nothing of them.</summary>
/// <remarks>
/// Records are sealed under keys that only an oblivious pseudorandom function gives (RFC 9497, verifiable), and fetched by index retrieval. A malicious client gets one
/// record a counted key at most; against the server's answers it is semi-honest, though a wrong record is never taken for a right one. Steps and messages:
/// specs/retrieval-keyword.md. The result is not to be used before the channel has closed well.
/// </remarks>
public static class KeywordRetrieval
{
    /// <summary>The fork on which keys are evaluated: of its bytes to the server each 32 are one key, in the receipts of both parties.</summary>
    public const string KeysLabel = "keys";

    private const string LeftLabel = "left", RightLabel = "right";

    private static readonly StepId Header = new("retrieval-keyword.1");
    private static readonly StepId Question = new("retrieval-keyword.2");
    private static readonly StepId Answer = new("retrieval-keyword.3");
    private static readonly StepId Cells = new("retrieval-keyword.4");

    /// <summary>The server's part of a run.</summary>
    /// <param name="channel">To the client; three forks, <c>keys</c>, <c>left</c> and <c>right</c>, are opened.</param>
    /// <param name="database">The table; it may change meanwhile.</param>
    /// <param name="random">The proof's secret.</param>
    /// <param name="options">Context, limits and meter.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>How many keys were asked.</returns>
    /// <exception cref="PeerFaultException">The client broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the client failed.</exception>
    public static async Task<int> ServeAsync(
        IChannel channel, KeywordDatabase database, RandomSource random, KeywordOptions options, CancellationToken cancellation = default)
    {
        options.Check();
        var leases = database.Lease();
        using var leftLease = leases.Left;
        using var rightLease = leases.Right;
        var header = new KeywordHeader(options.Context, database.Shape, database.Seed, database.Key.PublicKey);
        await channel.SendAsync(header, cancellation).ConfigureAwait(false);                                       // 1 →
        var count = await EvaluateAsync(channel, database, random, options, cancellation).ConfigureAwait(false);   // 2 ← 3 →
        foreach (var (label, lease) in new[] { (LeftLabel, leftLease), (RightLabel, rightLease) })
        {
            var fork = channel.Fork(label);
            await using (fork.ConfigureAwait(false))
            {
                await IndexRetrieval.SendHintAsync(fork, lease, options.Side, cancellation).ConfigureAwait(false); // 4 ↔  retrieval-index 1 to 3
                var asked = await IndexRetrieval.AnswerAsync(fork, lease, options.Side, cancellation).ConfigureAwait(false); // 4 ↔  4 and 5
                PeerFaultException.ThrowUnless(asked == count, channel.Peer, Cells, "a query on each side for each key");
            }
        }

        return count;
    }

    /// <summary>The client's part of a run.</summary>
    /// <param name="channel">To the server; three forks, <c>keys</c>, <c>left</c> and <c>right</c>, are opened.</param>
    /// <param name="known">The hints kept from an earlier run, brought up to date here; or null.</param>
    /// <param name="keys">Canonical keys, 1 to 4096; their number shows.</param>
    /// <param name="random">Blinds, secrets and errors.</param>
    /// <param name="options">Context and limits.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>For each key its value, or null where the table has none; and the hints to keep.</returns>
    /// <exception cref="PeerFaultException">The server broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the server failed.</exception>
    public static async Task<(byte[]?[] Values, KeywordHint Hint)> RetrieveAsync(
        IChannel channel, KeywordHint? known, IReadOnlyList<ReadOnlyMemory<byte>> keys, RandomSource random, KeywordOptions options,
        CancellationToken cancellation = default)
    {
        options.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Count, 1, nameof(keys));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, options.MaximumKeys, nameof(keys));
        var header = await channel.ReceiveAsync<KeywordHeader>(Header, cancellation).ConfigureAwait(false);        // 1 ←
        PeerFaultException.ThrowUnless(header.Context == options.Context, channel.Peer, Header, "the context of this run");
        PeerFaultException.ThrowUnless(header.Shape.IsSound, channel.Peer, Header, "a layout within the limits");
        var client = header.Client();
        PeerFaultException.ThrowUnless(client is not null, channel.Peer, Header, "a public key of the suite");
        var values = await EvaluateAsync(channel, client!, keys, random, cancellation).ConfigureAwait(false);      // 2 → 3 ←
        RecordKey[] places = [.. values.Select(value => RecordKey.Of(value, header.Seed.Span, header.Shape.Bins))];
        foreach (var value in values) CryptographicOperations.ZeroMemory(value);
        try
        {
            var found = new byte[]?[keys.Count];
            var left = await FetchAsync(channel, LeftLabel, known?.Left, header.Shape, places, place => place.Left, found, random, options, cancellation).ConfigureAwait(false); // 4 ↔ 5
            var right = await FetchAsync(channel, RightLabel, known?.Right, header.Shape, places, place => place.Right, found, random, options, cancellation).ConfigureAwait(false);
            return (found, new(left, right));
        }
        finally
        {
            foreach (var place in places) place.Seal.Dispose();
        }
    }

    /// <summary>Steps 2 and 3 at the server.</summary>
    private static async Task<int> EvaluateAsync(
        IChannel channel, KeywordDatabase database, RandomSource random, KeywordOptions options, CancellationToken cancellation)
    {
        var fork = channel.Fork(KeysLabel);
        await using (fork.ConfigureAwait(false))
        {
            var question = await fork.ReceiveAsync<BlindedKeys>(Question, cancellation).ConfigureAwait(false);     // 2 ←
            PeerFaultException.ThrowUnless(question.Count <= options.MaximumKeys, channel.Peer, Question, $"at most {options.MaximumKeys} keys");
            if (options.Meter is { } meter) await meter(question.Count, cancellation).ConfigureAwait(false);       //      counted before it is answered
            var evaluated = database.Key.BlindEvaluate(question.Split(), random, out var proof);
            PeerFaultException.ThrowUnless(evaluated is not null, channel.Peer, Question, "elements of the group, none neutral");
            await fork.SendAsync(new EvaluatedKeys([.. evaluated!.SelectMany(element => element), .. proof]), cancellation).ConfigureAwait(false); // 3 →
            return question.Count;
        }
    }

    /// <summary>Steps 2 and 3 at the client: F(k, x) for each key.</summary>
    private static async Task<byte[][]> EvaluateAsync(
        IChannel channel, OprfClient client, IReadOnlyList<ReadOnlyMemory<byte>> keys, RandomSource random, CancellationToken cancellation)
    {
        OprfBlinding[] blindings = [.. keys.Select(key => client.Blind(key.Span, random))];
        var fork = channel.Fork(KeysLabel);
        try
        {
            await fork.SendAsync(new BlindedKeys([.. blindings.SelectMany(blinding => blinding.Element.ToArray())]), cancellation).ConfigureAwait(false); // 2 →
            var answer = await fork.ReceiveAsync<EvaluatedKeys>(Answer, cancellation).ConfigureAwait(false);    // 3 ←
            var size = keys.Count * BlindedKeys.ElementSize;
            PeerFaultException.ThrowUnless(
                answer.Bytes.Length == size + client.ProofSize, channel.Peer, Answer, "an element for each key and the proof");
            var finished = client.Finish(blindings, BlindedKeys.Split(answer.Bytes.AsMemory(0, size)), answer.Bytes.AsSpan(size));
            PeerFaultException.ThrowUnless(finished is not null, channel.Peer, Answer, "elements of the group, proven with the key announced");
            return finished!;
        }
        finally
        {
            foreach (var blinding in blindings) blinding.Dispose();
            await fork.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Steps 4 and 5 at the client for one side: the bin of each key, and every cell of it tried.</summary>
    private static async Task<IndexHint> FetchAsync(
        IChannel channel, string label, IndexHint? known, KeywordShape shape, RecordKey[] places, Func<RecordKey, int> binOf, byte[]?[] found,
        RandomSource random, KeywordOptions options, CancellationToken cancellation)
    {
        var fork = channel.Fork(label);
        await using (fork.ConfigureAwait(false))
        {
            var hint = await IndexRetrieval.ReceiveHintAsync(fork, known, options.Side, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(hint.Shape == shape.Side, channel.Peer, Cells, "the layout that was announced");
            var (column, text) = (new byte[shape.Side.Rows], new byte[shape.CellSize - AesSiv.Overhead]);
            await IndexRetrieval.AskAsync(fork, hint, places.Select(binOf).ToArray(), random, options.Side, (queries, count, first, answers) =>
            {
                for (var k = 0; k < count; k++)
                {
                    queries.Decode(k, answers.Span.Slice(k * column.Length, column.Length), 0, column);
                    for (var cell = 0; cell < shape.Depth; cell++)
                    {
                        if (!places[first + k].Seal.TryOpen(column.AsSpan(cell * shape.CellSize, shape.CellSize), text)) continue;
                        found[first + k] = ValueOf(text);
                    }
                }
            }, cancellation).ConfigureAwait(false);
            CryptographicOperations.ZeroMemory(text);
            return hint;
        }
    }

    /// <summary>The value of an opened cell; null where the server has sealed a length that does not fit, which is no value.</summary>
    private static byte[]? ValueOf(ReadOnlySpan<byte> text)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(text);
        return length <= text.Length - sizeof(ushort) ? text.Slice(sizeof(ushort), length).ToArray() : null;
    }
}

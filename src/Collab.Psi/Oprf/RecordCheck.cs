using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Oprf;

/// <summary>A private check of single records against another party's set: has this invoice been financed, is this pledge taken.</summary>
/// <remarks>
/// The server gives its set once as tokens F(k, item); for a record x the client has F(k, x) computed obliviously and looks whether it is among
/// them. The client learns yes or no for that record, the server that a check took place. Steps and messages: specs/psi-oprf.md.
/// Source: RFC 9497; Freedman, Ishai, Pinkas, Reingold, TCC 2005. The result is not to be used before the channel has closed well.
/// </remarks>
public static class RecordCheck
{
    /// <summary>The most records of one check.</summary>
    public const int LargestCount = 1024;

    private static readonly StepId Header = new("psi-oprf.1");
    private static readonly StepId Tokens = new("psi-oprf.2");
    private static readonly StepId Question = new("psi-oprf.3");
    private static readonly StepId Answer = new("psi-oprf.4");

    /// <summary>Steps 1 and 2 at the server: gives the list to a client.</summary>
    /// <exception cref="ChannelException">The way to the client failed.</exception>
    public static async Task SendListAsync(IChannel channel, TokenList list, CancellationToken cancellation = default)
    {
        var header = new ListHeader(list.Suite, list.Mode, list.Count, list.PublicKey.ToArray());
        await channel.SendAsync(header, cancellation).ConfigureAwait(false);                                       // 1 → header
        for (var start = 0; start < list.Count; start += ListPart.LargestCount)
        {
            var count = Math.Min(ListPart.LargestCount, list.Count - start);
            var part = list.Tokens.Slice(start * list.TokenSize, count * list.TokenSize);
            await channel.SendAsync(new ListPart((uint)(start / ListPart.LargestCount), part), cancellation).ConfigureAwait(false); // 2 → tokens
        }
    }

    /// <summary>Steps 1 and 2 at the client: takes a list.</summary>
    /// <param name="channel">To the server.</param>
    /// <param name="mode">What was agreed: a list of another mode is refused.</param>
    /// <param name="maximumCount">The most tokens the server may announce.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The server broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the server failed.</exception>
    public static async Task<TokenList> ReceiveListAsync(
        IChannel channel, OprfMode mode, int maximumCount = TokenList.LargestCount, CancellationToken cancellation = default)
    {
        var header = await channel.ReceiveAsync<ListHeader>(Header, cancellation).ConfigureAwait(false);           // 1 ←
        PeerFaultException.ThrowUnless(header.Mode == mode, channel.Peer, Header, "the mode that was agreed");
        PeerFaultException.ThrowUnless(header.Count <= maximumCount, channel.Peer, Header, $"at most {maximumCount} tokens");
        PeerFaultException.ThrowUnless(header.HasGoodKey(), channel.Peer, Header, "a public key of the suite");

        var size = TokenList.SizeFor(header.Count);
        var tokens = new byte[checked(header.Count * size)];
        for (var start = 0; start < header.Count; start += ListPart.LargestCount)
        {
            var part = await channel.ReceiveAsync<ListPart>(Tokens, cancellation).ConfigureAwait(false);           // 2 ←
            var count = Math.Min(ListPart.LargestCount, header.Count - start);
            PeerFaultException.ThrowUnless(part.Number == start / ListPart.LargestCount, channel.Peer, Tokens, "the parts in order");
            PeerFaultException.ThrowUnless(part.Tokens.Length == count * size, channel.Peer, Tokens, "as many tokens as announced");
            part.Tokens.CopyTo(tokens.AsMemory(start * size));
        }

        PeerFaultException.ThrowUnless(IsAscending(tokens, size), channel.Peer, Tokens, "tokens ascending, each once");
        return new TokenList(header.Suite, header.Mode, header.PublicKey, tokens, header.Count);
    }

    /// <summary>Steps 3 and 4 at the server: answers one check.</summary>
    /// <param name="channel">To the client.</param>
    /// <param name="key">The key the list was made with.</param>
    /// <param name="list">The list the client should have.</param>
    /// <param name="maximumRecords">The most records the client may ask for, up to <see cref="LargestCount"/>: what its grant has left.</param>
    /// <param name="random">The proof's secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>How many records were checked; the caller counts them against the grant.</returns>
    /// <exception cref="PeerFaultException">The client broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the client failed.</exception>
    public static async Task<int> AnswerAsync(
        IChannel channel, OprfKey key, TokenList list, int maximumRecords, RandomSource random, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumRecords, LargestCount);
        if (key.Suite != list.Suite || key.Mode != list.Mode) throw new ArgumentException("The list was made with another key.", nameof(list));
        var question = await channel.ReceiveAsync<CheckQuestion>(Question, cancellation).ConfigureAwait(false);    // 3 ←
        PeerFaultException.ThrowUnless(question.Version == list.Version, channel.Peer, Question, "the list in use");
        var blinded = question.Split(key.PublicKey.Length);
        PeerFaultException.ThrowUnless(
            blinded is { Count: > 0 } && blinded.Count <= maximumRecords, channel.Peer, Question, $"1 to {maximumRecords} elements");
        byte[] proof = [];
        var evaluated = key.Mode == OprfMode.Voprf ? key.BlindEvaluate(blinded!, random, out proof) : key.BlindEvaluate(blinded!);
        PeerFaultException.ThrowUnless(evaluated is not null, channel.Peer, Question, "elements of the group, none neutral");
        await channel.SendAsync(new CheckAnswer([.. evaluated!.SelectMany(element => element), .. proof]), cancellation).ConfigureAwait(false); // 4 →
        return blinded!.Count;
    }

    /// <summary>Steps 3 to 5 at the client: checks records against a list.</summary>
    /// <param name="channel">To the server.</param>
    /// <param name="list">The list, as received before.</param>
    /// <param name="records">Canonical records, 1 to <see cref="LargestCount"/>; their number shows.</param>
    /// <param name="random">The blinds.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Whether each record is in the server's set.</returns>
    /// <exception cref="PeerFaultException">The server broke the protocol: in the verifiable mode also if it used another key.</exception>
    /// <exception cref="ChannelException">The way to the server failed.</exception>
    public static async Task<bool[]> CheckAsync(
        IChannel channel, TokenList list, IReadOnlyList<ReadOnlyMemory<byte>> records, RandomSource random, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(records.Count, 1, nameof(records));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(records.Count, LargestCount, nameof(records));
        var client = list.Mode == OprfMode.Voprf ? new OprfClient(list.Suite, list.PublicKey.Span) : new OprfClient(list.Suite);
        OprfBlinding[] blindings = [.. records.Select(record => client.Blind(record.Span, random))];
        try
        {
            byte[] elements = [.. blindings.SelectMany(blinding => blinding.Element.ToArray())];
            await channel.SendAsync(new CheckQuestion(list.Version, elements), cancellation).ConfigureAwait(false);  // 3 →
            var answer = await channel.ReceiveAsync<CheckAnswer>(Answer, cancellation).ConfigureAwait(false);      // 4 ←
            var size = records.Count * client.ElementSize;
            PeerFaultException.ThrowUnless(
                answer.Bytes.Length == size + client.ProofSize, channel.Peer, Answer, "an element for each record and the proof");
            var evaluated = CheckQuestion.Split(answer.Bytes.AsMemory(0, size), client.ElementSize)!;
            var values = client.Finish(blindings, evaluated, answer.Bytes.AsSpan(size));
            PeerFaultException.ThrowUnless(values is not null, channel.Peer, Answer, "elements of the group, proven with the key of the list");
            return Array.ConvertAll(values!, value => list.Contains(value));                                       // 5
        }
        finally
        {
            foreach (var blinding in blindings) blinding.Dispose();
        }
    }

    private static bool IsAscending(byte[] tokens, int size)
    {
        for (var at = size; at < tokens.Length; at += size)
        {
            if (tokens.AsSpan(at - size, size).SequenceCompareTo(tokens.AsSpan(at, size)) >= 0) return false;
        }

        return true;
    }
}

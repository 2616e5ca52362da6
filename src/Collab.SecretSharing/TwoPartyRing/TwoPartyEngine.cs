using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Two parties, semi-honest: x = x₀ + x₁ modulo 2^64, and party i holds x_i. Products by oblivious transfer, bits by the two-party Boolean engine.</summary>
/// <remarks>
/// Steps are numbered as in specs/two-party-ring.md. Source: Gilboa, CRYPTO 1999, section 4; Demmler, Schneider, Zohner, ABY, NDSS 2015,
/// section III-A. Bits are shared by exclusive or and multiplied as in specs/boolean-sharing.md. See <see cref="IVectorEngine"/> for the contract.
/// </remarks>
public sealed partial class TwoPartyEngine : IVectorEngine
{
    internal static readonly StepId ChoiceStep = new("two-party-ring.2");
    internal static readonly StepId CorrectionStep = new("two-party-ring.3");
    internal static readonly StepId OpenStep = new("two-party-ring.4");

    private readonly IChannel _channel;
    private readonly BooleanEngine _boolean;

    /// <summary>One party's end.</summary>
    /// <param name="parties">The two parties, in the same order at each.</param>
    /// <param name="self">Which of them this one is.</param>
    /// <param name="channel">To the other, for this engine alone. Not disposed here.</param>
    /// <param name="transfers">Where transfers come from; the first of the parties is <see cref="BooleanParty.First"/>. Not disposed here.</param>
    /// <param name="context">Names this run, the same at both and never used twice.</param>
    /// <exception cref="ArgumentException">Not two parties, or this one is none of them.</exception>
    public TwoPartyEngine(IReadOnlyList<PartyId> parties, PartyId self, IChannel channel, ICorrelatedTransfers transfers, Digest context)
    {
        if (parties.Count != 2 || parties[0] == parties[1]) throw new ArgumentException("Two parties.", nameof(parties));
        Parties = parties;
        Index = IndexOf(self);
        _channel = channel;
        _boolean = new BooleanEngine(Index == 0 ? BooleanParty.First : BooleanParty.Second, channel, transfers, context);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PartyId> Parties { get; }

    /// <inheritdoc/>
    public int Index { get; }

    /// <inheritdoc/>
    public SecurityModel Security => SecurityModel.SemiHonest;

    /// <inheritdoc/>
    public int ComponentCount => 1;

    /// <inheritdoc/>
    public int ConstantComponent => Index == 0 ? 0 : -1;                                   // the constant goes into x₀

    /// <inheritdoc/>
    public bool CanShuffle => false;

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<(SharedVector[] Vectors, SharedBitVector[] Bits)> ShuffleAsync(
        IReadOnlyList<SharedVector> vectors, IReadOnlyList<SharedBitVector> bits, CancellationToken cancellation = default) =>
        throw new NotSupportedException("Two parties do not shuffle; sorting goes by comparisons.");

    /// <summary>Frees the hash of the transfers.</summary>
    public void Dispose() => _boolean.Dispose();

    private int IndexOf(PartyId party)
    {
        if (party == Parties[0]) return 0;
        return party == Parties[1] ? 1 : throw new ArgumentException($"{party.Name} is none of the two parties.", nameof(party));
    }

    private async Task SendAsync(NativeBuffer<ulong> words, CancellationToken cancellation)
    {
        for (var start = 0; start < words.Length; start += WordsMessage.LargestCount)
        {
            var part = new ReadOnlyWords(words, start, Math.Min(WordsMessage.LargestCount, words.Length - start));
            await _channel.SendAsync(new WordsMessage(part), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Receives exactly so many words.</summary>
    private async Task<NativeBuffer<ulong>> ReceiveAsync(int count, StepId step, CancellationToken cancellation)
    {
        var whole = NativeBuffer<ulong>.Allocate(count);
        for (var start = 0; start < count; start += WordsMessage.LargestCount)
        {
            var message = await _channel.ReceiveAsync<WordsMessage>(step, cancellation).ConfigureAwait(false);
            using var part = message.Words.Buffer;
            PeerFaultException.ThrowUnless(
                part.Length == Math.Min(WordsMessage.LargestCount, count - start), _channel.Peer, step, "as many words as the step has");
            part.Span.CopyTo(whole.Span[start..]);
        }

        return whole;
    }
}

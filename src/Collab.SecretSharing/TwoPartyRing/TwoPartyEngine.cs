using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Two parties, semi-honest: x = x₀ + x₁ modulo 2^64, and party i holds x_i. Products by oblivious transfer, or by triples of a dealer.</summary>
/// <remarks>
/// Steps are numbered as in specs/two-party-ring.md. Source: Gilboa, CRYPTO 1999, section 4; Demmler, Schneider, Zohner, ABY, NDSS 2015,
/// section III-A. Bits are shared by exclusive or and multiplied as in specs/boolean-sharing.md. See <see cref="IVectorEngine"/> for the contract.
/// </remarks>
public sealed partial class TwoPartyEngine : IVectorEngine
{
    internal static readonly StepId ChoiceStep = new("two-party-ring.2");
    internal static readonly StepId CorrectionStep = new("two-party-ring.3");
    internal static readonly StepId OpenStep = new("two-party-ring.4");

    private static readonly PartyId First = PartyId.Parse("first"), Second = PartyId.Parse("second");

    private readonly IChannel _channel;
    private readonly IProducts _products;

    /// <summary>One party's end.</summary>
    /// <param name="parties">The two parties, in the same order at each.</param>
    /// <param name="self">Which of them this one is.</param>
    /// <param name="channel">To the other, for this engine alone. Not disposed here.</param>
    /// <param name="transfers">Where transfers come from; the first of the parties is <see cref="BooleanParty.First"/>. Not disposed here.</param>
    /// <param name="context">Names this run, the same at both and never used twice.</param>
    /// <param name="stored">Triples that both parties made ahead and use first; owned from here on. Null where there are none.</param>
    /// <exception cref="ArgumentException">Not two parties, or this one is none of them.</exception>
    public TwoPartyEngine(
        IReadOnlyList<PartyId> parties, PartyId self, IChannel channel, ICorrelatedTransfers transfers, Digest context, StoredTriples? stored = null)
    {
        (Parties, Index) = (parties, IndexOf(parties, self));
        _channel = channel;
        var products = new TransferProducts(new BooleanEngine(Index == 0 ? BooleanParty.First : BooleanParty.Second, channel, transfers, context));
        _products = stored is null ? products : new StoredProducts(Index, channel, stored, products);
    }

    /// <summary>One party's end beside its end over bits, whose transfers it shares; its parties are called <c>first</c> and <c>second</c>.</summary>
    /// <param name="bits">The end over bits, which stays the caller's; one operation at a time on either.</param>
    /// <param name="channel">To the other, for this engine alone. Not disposed here.</param>
    /// <param name="context">Names this run, another than that of <paramref name="bits"/>, the same at both and never used twice.</param>
    public TwoPartyEngine(BooleanEngine bits, IChannel channel, Digest context)
        : this([First, Second], bits.Party == BooleanParty.First ? First : Second, channel, bits.Transfers, context)
    {
    }

    private TwoPartyEngine(IReadOnlyList<PartyId> parties, int index, IChannel channel, IProducts products) =>
        (Parties, Index, _channel, _products) = (parties, index, channel, products);

    /// <summary>One party's end of an engine whose products go by triples of a dealer, which both parties then trust not to collude.</summary>
    /// <param name="parties">The two parties, in the same order at each.</param>
    /// <param name="self">Which of them this one is.</param>
    /// <param name="channel">To the other, for this engine alone. Not disposed here.</param>
    /// <param name="dealer">To the dealer, who runs <see cref="Dealer.ServeAsync"/>. Not disposed here.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">Not two parties, or this one is none of them.</exception>
    /// <exception cref="PeerFaultException">The dealer sent no seed.</exception>
    public static async Task<TwoPartyEngine> OpenAsync(
        IReadOnlyList<PartyId> parties, PartyId self, IChannel channel, IChannel dealer, CancellationToken cancellation = default)
    {
        var index = IndexOf(parties, self);
        return new(parties, index, channel, await DealtProducts.OpenAsync(index, channel, dealer, cancellation).ConfigureAwait(false));
    }

    /// <summary>Where the orders of shuffles come from.</summary>
    public RandomSource Orders { get; init; } = RandomSource.System;

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
    /// <remarks>With transfers; a dealer's triples move no rows.</remarks>
    public bool CanShuffle => _products.Mover is not null;

    /// <inheritdoc/>
    public bool SortsByShuffle => false;

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    /// <summary>Tells a dealer, if there is one, that the run is over.</summary>
    public Task EndAsync(CancellationToken cancellation = default) => _products.EndAsync(cancellation);

    /// <summary>Frees the hash of the transfers, or the stream of triples.</summary>
    public void Dispose() => _products.Dispose();

    private int IndexOf(PartyId party) => IndexOf(Parties, party);

    private static int IndexOf(IReadOnlyList<PartyId> parties, PartyId party)
    {
        if (parties.Count != 2 || parties[0] == parties[1]) throw new ArgumentException("Two parties.", nameof(parties));
        if (party == parties[0]) return 0;
        return party == parties[1] ? 1 : throw new ArgumentException($"{party.Name} is none of the two parties.", nameof(party));
    }
}

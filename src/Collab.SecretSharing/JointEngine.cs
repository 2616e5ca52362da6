using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing;

/// <summary>One party's end of a computation on vectors with the engine that suits the number of parties, and what that engine runs on.</summary>
/// <remarks>Two parties: <see cref="TwoPartyEngine"/> on transfers by OT extension or triples of a dealer, semi-honest. Three: <see cref="ReplicatedEngine"/>, with or without checks.</remarks>
public sealed class JointEngine : IAsyncDisposable
{
    private const string EngineFork = "engine";

    private readonly ExtendedTransfers? _transfers;
    private readonly IChannel? _line;

    private JointEngine(IVectorEngine engine, ExtendedTransfers? transfers = null, IChannel? line = null) => (Engine, _transfers, _line) = (engine, transfers, line);

    /// <summary>The engine.</summary>
    public IVectorEngine Engine { get; }

    /// <summary>Whether so many parties have an engine of such a strength.</summary>
    public static bool Exists(int parties, SecurityModel security) => parties == 3 || (parties == 2 && security == SecurityModel.SemiHonest);

    /// <summary>Opens one party's end.</summary>
    /// <param name="parties">Two or three parties, in the same order at each.</param>
    /// <param name="self">Which of them this one is.</param>
    /// <param name="dealer">A third party that deals two parties their triples, and runs <see cref="Dealer.ServeAsync"/>; null where there is none.</param>
    /// <param name="channels">A channel to each other and the dealer, for this engine alone. Not disposed here.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="security">How strong one of them may be.</param>
    /// <param name="context">Names this run, the same at all and never used twice.</param>
    /// <param name="store">Triples that two parties made ahead, used before others are made; the caller's. Null where there are none, or another run has them.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">No engine exists for them, or this party is none of them.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <exception cref="CollabException">Two parties hold different triples (<see cref="PreprocessingErrors.Diverged"/>).</exception>
    public static async Task<JointEngine> OpenAsync(
        IReadOnlyList<PartyId> parties, PartyId self, PartyId? dealer, IReadOnlyDictionary<PartyId, IChannel> channels, RandomSource random, SecurityModel security,
        Digest context, TripleStore? store = null, CancellationToken cancellation = default)
    {
        if (!Exists(parties.Count, security)) throw new ArgumentException("Two parties that follow the protocol, or three.", nameof(parties));
        if (dealer is not null && (parties.Count != 2 || parties.Contains(dealer))) throw new ArgumentException("A dealer deals to two others.", nameof(dealer));
        if (parties.Count == 3) return new(await ReplicatedEngine.OpenAsync(parties, self, channels, random, security, cancellation).ConfigureAwait(false));

        var index = parties.ToList().IndexOf(self);
        if (index < 0) throw new ArgumentException("This party is one of the two.", nameof(self));
        var channel = channels[parties[1 - index]];
        if (dealer is not null) return new(await TwoPartyEngine.OpenAsync(parties, self, channel, channels[dealer], cancellation).ConfigureAwait(false));

        var stored = await StoredTriples.AgreeAsync(self, channel, store, cancellation).ConfigureAwait(false);
        var (transfers, line) = (new ExtendedTransfers((BooleanParty)index, channel, random, context), channel.Fork(EngineFork));
        return new(new TwoPartyEngine(parties, self, line, transfers, context, stored) { Orders = random.Branch("orders") }, transfers, line);
    }

    /// <summary>Says that the run is over, where somebody waits to hear it.</summary>
    public Task EndAsync(CancellationToken cancellation = default) => Engine is TwoPartyEngine pair ? pair.EndAsync(cancellation) : Task.CompletedTask;

    /// <summary>Zeroes what the engine holds, and ends its forks.</summary>
    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        if (_transfers is not null) await _transfers.DisposeAsync().ConfigureAwait(false);
        if (_line is not null) await _line.DisposeAsync().ConfigureAwait(false);
    }
}

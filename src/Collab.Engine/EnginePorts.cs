using Collab.Channels;
using Collab.Cryptography;
using Collab.Engine.Consents;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Replays;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine;

/// <summary>All that the engine is given by its host.</summary>
/// <param name="Self">This party.</param>
/// <param name="Consortium">The consortium's name.</param>
/// <param name="Ledger">The ledger.</param>
/// <param name="Peers">The other parties.</param>
/// <param name="Datasets">This party's datasets.</param>
/// <param name="Store">What must outlive the node.</param>
/// <param name="Results">Where released results go.</param>
/// <param name="Policy">This owner's rules.</param>
/// <param name="Observer">Who is told what happens.</param>
/// <param name="Log">Where failures that will be tried again are noted.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Random">Randomness.</param>
/// <param name="Software">Name and version of the program, for receipts.</param>
public sealed record EnginePorts(
    PartyId Self,
    string Consortium,
    ILedger Ledger,
    IPeers Peers,
    IDatasetCatalogue Datasets,
    IJobStore Store,
    IResultSink Results,
    ApprovalPolicy Policy,
    IJobObserver Observer,
    IEngineLog Log,
    TimeProvider Clock,
    RandomSource Random,
    string Software)
{
    /// <summary>How long is waited for what.</summary>
    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    /// <summary>What standing jobs keep between runs; null at a host that runs none.</summary>
    public StandingFolder? Standing { get; init; }

    /// <summary>How results and registers of consents are committed to: by the consortium's suite.</summary>
    public CommitmentAlgorithm Commitments { get; init; } = CommitmentAlgorithm.SaltedSha256;

    /// <summary>Who consents to what; null at a host that keeps no such register, and takes part in no job that asks for it.</summary>
    public ConsentRegister? Consents { get; init; }

    /// <summary>Of the run at hand: whose rows may be read; null where nobody's consent is asked for.</summary>
    internal ConsentSelection? Consented { get; init; }

    /// <summary>What pairs of nodes made ahead of their jobs; null at a host that keeps nothing.</summary>
    public PreparedFolder? Prepared { get; init; }

    /// <summary>What signs for this party and verifies for the others; null at a host that delivers nothing under seal.</summary>
    public PartyKeys? Keys { get; init; }

    internal PartyKeys RequireKeys() => Keys ?? throw new InvalidOperationException("This host has no keys to sign with.");

    internal PreparedFolder RequirePrepared() => Prepared ?? throw new InvalidOperationException("This host keeps nothing that was made ahead.");

    internal StandingFolder RequireStanding() => Standing ?? throw new InvalidOperationException("This host keeps nothing of standing jobs.");

    /// <summary>Where recordings for replays are kept; null at a host that keeps none, and takes part in no job that asks for it.</summary>
    public KeptReplays? Replays { get; init; }

    /// <summary>Randomness of what outlives a run: it never comes from a seed that a party may open.</summary>
    internal RandomSource Lasting { get => field ?? Random; init; }

    /// <summary>Between a part of a protocol and its channels: the recorder, when there is one. Tests put a node that cheats here.</summary>
    internal Func<ReplayRecorder?, IReadOnlyDictionary<PartyId, IChannel>, IReadOnlyDictionary<PartyId, IChannel>> Between { get; init; } =
        static (recorder, channels) => recorder?.Channels(channels) ?? channels;

    internal KeptReplays RequireReplays() => Replays ?? throw new InvalidOperationException("This host keeps no recordings.");

    /// <summary>Where streamed runs set aside what is larger than memory, sealed; null when this host runs none.</summary>
    public string? SpillFolder { get; init; }

    /// <summary>Keys of a bucket of a streamed run; the same at all parties.</summary>
    public int BucketKeys { get; init; } = IntersectionProtocol.BucketKeys;

    /// <summary>The machine that plans are estimated for; asked for when the first plan is made.</summary>
    public Func<Machine> Machine { get; init; } = static () => Planning.Machine.Reference;
}

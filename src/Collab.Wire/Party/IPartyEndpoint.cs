using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Wire.Party;

/// <summary>What a node answers another party's node. The caller was authenticated; what it may have is decided here.</summary>
public interface IPartyEndpoint
{
    /// <summary>What this node says of itself in the first message.</summary>
    Greeting Greeting { get; }

    /// <summary>The datasets offered to the caller.</summary>
    IReadOnlyList<DatasetOffer> ListDatasets(PartyId caller);

    /// <summary>The bytes of a plan in which the caller takes part.</summary>
    byte[] GetPlan(PartyId caller, Digest job);

    /// <summary>The bytes of a version of an algorithm that this party provides; version 0 for the newest.</summary>
    byte[] GetAlgorithm(PartyId caller, string name, int version);

    /// <summary>The bytes of this node's receipt of a run in which the caller takes part.</summary>
    byte[] GetReceipt(PartyId caller, Digest run);

    /// <summary>Witnesses and replicates the caller's new entries.</summary>
    Task<CheckpointAnswer> AddCheckpointAsync(PartyId caller, CheckpointOffer offer, CancellationToken cancellation);

    /// <summary>The newest checkpoint of an origin that this node cosigned, or null.</summary>
    byte[]? GetCheckpoint(PartyId caller, string origin);

    /// <summary>What this node holds of a log beyond a size, or null when that is nothing.</summary>
    LogTailAnswer? GetLog(PartyId caller, string origin, long held);

    /// <summary>Takes the transport of a run; returns when the conversation is over.</summary>
    Task ConverseAsync(PartyId caller, Digest run, IFrameTransport transport, CancellationToken cancellation);
}

/// <summary>The first message of every connection.</summary>
/// <param name="Major">Major version of the messages between nodes: must be equal.</param>
/// <param name="Minor">Minor version: may differ.</param>
/// <param name="Software">Name and version of the program.</param>
/// <param name="Consortium">The consortium.</param>
public sealed record Greeting(uint Major, uint Minor, string Software, string Consortium)
{
    /// <summary>Another major version, or another consortium.</summary>
    public static readonly ErrorCode Unfit = new(
        "node.other-version", ErrorKind.Peer, "Bring both nodes to the same major version ('collab version') and the same consortium file.");

    /// <summary>Refuses a node with which this one cannot work; both sides check and say the same.</summary>
    /// <exception cref="CollabException"><see cref="Unfit"/>.</exception>
    public void RequireFit(Greeting other, PartyId party)
    {
        if (other.Major != Major) throw new CollabException(Unfit, $"{party} speaks version {other.Major}.{other.Minor} of the messages, this node {Major}.{Minor}.", party);
        if (other.Consortium != Consortium) throw new CollabException(Unfit, $"{party} belongs to another consortium.", party);
    }
}

/// <summary>An author's new entries under a signed checkpoint (C2SP tlog-witness, with the entries themselves).</summary>
/// <param name="Origin">The log.</param>
/// <param name="OldSize">The size the author thinks the witness has.</param>
/// <param name="Entries">The entries from there to the checkpoint's size.</param>
/// <param name="Proof">The consistency proof from the old size.</param>
/// <param name="Checkpoint">The signed checkpoint.</param>
/// <param name="FinalCheckpoint">The newest checkpoint of the log that is final, with its cosignatures, or null.</param>
public sealed record CheckpointOffer(
    string Origin, long OldSize, IReadOnlyList<byte[]> Entries, IReadOnlyList<Digest> Proof, byte[] Checkpoint, byte[]? FinalCheckpoint);

/// <summary>A witness's answer.</summary>
/// <param name="Status">200, 400, 403, 404, 409 or 422 of C2SP tlog-witness.</param>
/// <param name="Cosignature">With 200: the signature line.</param>
/// <param name="Size">With 409: the size the witness has.</param>
public sealed record CheckpointAnswer(int Status, string? Cosignature, long Size);

/// <summary>The end of a log.</summary>
/// <param name="Entries">The entries beyond the size asked for.</param>
/// <param name="Proof">The consistency proof from that size.</param>
/// <param name="Checkpoint">The newest checkpoint held.</param>
/// <param name="FinalCheckpoint">The newest that is final, or null.</param>
public sealed record LogTailAnswer(IReadOnlyList<byte[]> Entries, IReadOnlyList<Digest> Proof, byte[] Checkpoint, byte[]? FinalCheckpoint);

using System.Numerics;
using Collab.Primitives;

namespace Collab.Evm.Sending;

/// <summary>How a call ended.</summary>
public enum OutboxOutcome
{
    /// <summary>It is in a final block and the contract did it.</summary>
    Done = 1,

    /// <summary>It is in a final block and the contract refused: nothing happened but the fee.</summary>
    Reverted = 2,

    /// <summary>The contract would have refused, so it was never sent.</summary>
    Refused = 3,
}

/// <summary>One form in which a call was signed; all of one entry have one nonce, so the chain takes one of them at most.</summary>
internal sealed record SentVersion(ulong Nonce, BigInteger Tip, BigInteger Price, ulong Gas, byte[] Bytes, Digest Hash);

/// <summary>A call that was queued, and what became of it.</summary>
public sealed class OutboxEntry
{
    internal OutboxEntry(Digest id, EvmAddress to, ReadOnlyMemory<byte> data) => (Id, To, Data) = (id, to, data);

    /// <summary>The caller's name for it.</summary>
    public Digest Id { get; }

    /// <summary>The contract.</summary>
    public EvmAddress To { get; }

    /// <summary>The call.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>How it ended, or null while it has not.</summary>
    public OutboxOutcome? Outcome { get; internal set; }

    /// <summary>The transaction in which it ended, or null.</summary>
    public Digest? Transaction { get; internal set; }

    /// <summary>What the contract returned when it refused before sending.</summary>
    public ReadOnlyMemory<byte> Returned { get; internal set; }

    /// <summary>The nonce that it holds, or null.</summary>
    public ulong? Nonce => Versions.Count > 0 ? Versions[0].Nonce : null;

    /// <summary>The hashes under which it was signed, oldest first.</summary>
    public IReadOnlyList<Digest> Hashes => [.. Versions.Select(version => version.Hash)];

    internal List<SentVersion> Versions { get; } = [];

    /// <summary>When the newest version was first given to a node in this process.</summary>
    internal DateTimeOffset? Sent { get; set; }
}

using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Embedded;

/// <summary>Another party that can be asked for its copies of all logs: a party whose own were lost takes them back from there.</summary>
public interface ILogHolder : IWitnessClient
{
    /// <summary>What the party holds of a log beyond what is held here, or null when that is nothing.</summary>
    /// <exception cref="CollabException">The party cannot be reached or answers nonsense.</exception>
    Task<LogRemainder?> GetLogAsync(string origin, long held, CancellationToken cancellation);
}

/// <summary>The end of a log: entries beyond a size, and the checkpoint they lead to.</summary>
/// <param name="Entries">The entries from that size up to the checkpoint's.</param>
/// <param name="Proof">That the checkpoint continues the log of that size.</param>
/// <param name="Checkpoint">The newest checkpoint held, signed by the log's author.</param>
/// <param name="Final">The newest that is final, or null.</param>
public sealed record LogRemainder(IReadOnlyList<ReadOnlyMemory<byte>> Entries, IReadOnlyList<Digest> Proof, SignedCheckpoint Checkpoint, SignedCheckpoint? Final);

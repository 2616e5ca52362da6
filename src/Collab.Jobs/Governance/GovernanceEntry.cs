namespace Collab.Jobs.Governance;

/// <summary>An operation with its place in its author's log.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Index">Its index there, from 0.</param>
public sealed record GovernanceEntry(LedgerOperation Operation, long Index)
{
    /// <summary>Whether the author of this had seen another operation: it stands before it in the same log, or under a head that this names.</summary>
    public bool HadSeen(GovernanceEntry other) => other.Operation.Author == Operation.Author
        ? other.Index < Index
        : Operation.Heads.Any(h => h.Party == other.Operation.Author && h.Size > (ulong)other.Index);
}

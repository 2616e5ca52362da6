using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>A motion and what became of it.</summary>
/// <param name="Digest">What votes name: the digest of the operation that opened it.</param>
/// <param name="Opened">That operation.</param>
/// <param name="Votes">Who has a vote that counts: the opener first, then in the order of the votes.</param>
/// <param name="Carried">Whether the quorum was reached and the change made.</param>
public sealed record Motion(Digest Digest, LedgerOperation.OpenMotion Opened, IReadOnlyList<PartyId> Votes, bool Carried)
{
    /// <summary>The longest time from opening to closing.</summary>
    public static readonly TimeSpan LongestOpen = TimeSpan.FromDays(30);

    /// <summary>Whether it still takes votes.</summary>
    public bool IsOpen(DateTimeOffset now) => !Carried && now <= Opened.Closes;

    /// <summary>The digest that a vote on this motion names; it covers the author, the change and the closing time.</summary>
    public static Digest DigestOf(LedgerOperation.OpenMotion opened) => Primitives.Digest.Of("collab.motion.v1", LedgerOperationEncoding.Encode(opened));
}

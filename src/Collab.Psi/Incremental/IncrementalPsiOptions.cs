using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>What both roles of <see cref="IncrementalPsi"/> are given beside state, changes and randomness.</summary>
/// <param name="Update">32 bytes that name this update, the same at both parties and never used for another: an update that failed is repeated under its name.</param>
public sealed record IncrementalPsiOptions(Digest Update)
{
    /// <summary>The most changes of one kind that one update may have; a larger set is begun by several updates.</summary>
    public const int LargestChange = 1 << 26;

    /// <summary>Threads for each batch, 1 or more.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The most additions, and the most removals, that the peer may announce, up to <see cref="LargestChange"/>.</summary>
    public int MaximumPeerChanges { get; init; } = 1 << 24;

    /// <summary>
    /// Whether the update ends prepared at both parties and something else than this protocol decides whether it counts, for both alike: a
    /// ledger. The caller then tells both states (<see cref="IncrementalState.Settle"/>) before the next update begins.
    /// </summary>
    public bool CallerSettles { get; init; }

    /// <summary>Told what was just done, for tests that stop there.</summary>
    internal Action<string>? After { get; init; }

    internal void Check(int additions, int removals)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(Update, default, nameof(Update));
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerChanges, nameof(MaximumPeerChanges));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumPeerChanges, LargestChange, nameof(MaximumPeerChanges));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(additions, LargestChange, nameof(additions));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(removals, LargestChange, nameof(removals));
    }
}

using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>What both roles of <see cref="CircuitPsi"/> are given beside items, values and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice.</param>
/// <param name="Plan">What is opened, to whom.</param>
public sealed record CircuitPsiOptions(Digest Context, CircuitPlan Plan)
{
    /// <summary>The largest number of items at either party: then there are at most 2^24 bins, and the strings compared have at most 64 bits.</summary>
    public const int LargestItemCount = 12_900_000;

    /// <summary>How <see cref="CircuitTotals"/> makes its transfers, the same at both parties: the extension is the faster, silent transfers send less.</summary>
    public TransferForm Transfers { get; init; }

    /// <summary>Threads for the hashes and the stores, 1 or more.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The most items the peer may announce.</summary>
    public int MaximumPeerItems { get; init; } = LargestItemCount;

    internal void Check(int items)
    {
        Plan.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerItems, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumPeerItems, LargestItemCount, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, LargestItemCount, nameof(items));
    }
}

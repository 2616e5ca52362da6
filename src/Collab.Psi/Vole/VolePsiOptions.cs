using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What both roles of <see cref="VolePsi"/> are given beside items and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice: every hash is bound to them.</param>
public sealed record VolePsiOptions(Digest Context)
{
    /// <summary>The largest number of items that a run in memory may have at either party; larger sets are streamed.</summary>
    public const long LargestItemCount = 1L << 26;

    /// <summary>Against what peers the run is safe; the same at both.</summary>
    public SecurityModel Security { get; init; } = SecurityModel.Malicious;

    /// <summary>Whether the sender learns the intersection too; the same at both.</summary>
    public bool BothLearn { get; init; }

    /// <summary>Threads for this party's computations, 1 or more; independent work runs side by side, so up to twice as many are busy.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The most items the peer may announce, up to <see cref="LargestItemCount"/>.</summary>
    public long MaximumPeerItems { get; init; } = LargestItemCount;

    /// <summary>Told after every batch, from any thread; null for nobody.</summary>
    public IProgress<PsiProgress>? Progress { get; init; }

    internal void Check(long items)
    {
        if (Security is not (SecurityModel.SemiHonest or SecurityModel.Malicious))
            throw new ArgumentOutOfRangeException(nameof(Security), Security, "One of the two models.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerItems, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumPeerItems, LargestItemCount, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, LargestItemCount, nameof(items));
    }
}

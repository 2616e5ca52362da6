using Collab.Primitives;

namespace Collab.Psi.Ecdh;

/// <summary>What both roles of <see cref="EcdhPsi"/> are given beside items and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice: every hashed item is bound to them.</param>
public sealed record EcdhPsiOptions(Digest Context)
{
    /// <summary>The largest number of items that a run may have at either party.</summary>
    public const long LargestItemCount = 1L << 28;

    /// <summary>Threads for each batch, 1 or more. Own and received items are treated side by side, so up to twice as many are busy.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The most items the peer may announce, up to <see cref="LargestItemCount"/>.</summary>
    public long MaximumPeerItems { get; init; } = 1L << 26;

    /// <summary>Told after every batch, from any thread; null for nobody.</summary>
    public IProgress<PsiProgress>? Progress { get; init; }

    internal void Check(int items)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerItems, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumPeerItems, LargestItemCount, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, LargestItemCount, nameof(items));
    }
}

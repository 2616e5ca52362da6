using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What both roles of <see cref="StreamedVolePsi"/> are given beside items and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice, not even to resume.</param>
public sealed record StreamedPsiOptions(Digest Context)
{
    /// <summary>Against what peers the run is safe; the same at both.</summary>
    public SecurityModel Security { get; init; } = SecurityModel.Malicious;

    /// <summary>Whether the sender learns the intersection too; the same at both.</summary>
    public bool BothLearn { get; init; }

    /// <summary>Threads for this party's computations, 1 or more.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Items of a bucket, before padding, 1 to 2^22; the same at both. Memory grows with it, about 150 bytes for each.</summary>
    public int BucketItems { get; init; } = 1 << 21;

    /// <summary>The most items the peer may announce.</summary>
    public long MaximumPeerItems { get; init; } = 1L << 30;

    /// <summary>Told after every bucket, from any thread; null for nobody.</summary>
    public IProgress<PsiProgress>? Progress { get; init; }

    /// <summary>Asked when all messages of a bucket have passed for what is to be kept with its matches, for example what passed; null for nothing.</summary>
    public Func<int, byte[]>? Note { get; init; }

    /// <summary>Told of each bucket that both finished in an earlier run, with its note; null for nobody.</summary>
    public Action<int, byte[]>? Resumed { get; init; }

    internal void Check()
    {
        if (Security is not (SecurityModel.SemiHonest or SecurityModel.Malicious))
            throw new ArgumentOutOfRangeException(nameof(Security), Security, "One of the two models.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfLessThan(BucketItems, 1, nameof(BucketItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BucketItems, 1 << 22, nameof(BucketItems));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerItems, nameof(MaximumPeerItems));
    }
}

using System.Numerics;

namespace Collab.Psi.Vole;

/// <summary>How a streamed run is cut into buckets by leading bits of digests, and to how many items each side pads a bucket.</summary>
/// <param name="BucketCount">Buckets, a power of two.</param>
/// <param name="SenderCapacity">Items of the sender in every bucket, padding included.</param>
/// <param name="ReceiverCapacity">Items of the receiver in every bucket, padding included.</param>
/// <remarks>A function of both counts and the agreed bucket size alone, so that loads tell nothing: specs/psi-vole.md, "Buckets".</remarks>
internal readonly record struct BucketPlan(int BucketCount, int SenderCapacity, int ReceiverCapacity)
{
    /// <summary>The most buckets; items are set aside in so many parts.</summary>
    public const int LargestBucketCount = 256;

    private const int StatisticalBits = 40;

    /// <summary>The plan for these counts; null when even the most buckets are not enough.</summary>
    public static BucketPlan? Of(long senderItems, long receiverItems, int bucketItems)
    {
        var largest = Math.Max(senderItems, receiverItems);
        var buckets = (int)Math.Min(
            2L * LargestBucketCount, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, (largest + bucketItems - 1) / bucketItems)));
        if (buckets > LargestBucketCount) return null;
        return new(buckets, Capacity(senderItems, buckets), Capacity(receiverItems, buckets));
    }

    /// <summary>A load that n items in buckets at random exceed anywhere with chance 2^-40 at most; n for one bucket.</summary>
    /// <remarks>
    /// Bernstein: Pr[X ≥ μ + t] ≤ exp(−t²/(2(μ + t/3))) for a binomial X of mean μ, which is exp(−λ) for t = λ/3 + √(λ²/9 + 2λμ). With
    /// λ = (40 + log₂ B)·ln 2 the union over B buckets is 2^-40. Only + · / √ are used, which IEEE 754 rounds the same everywhere.
    /// </remarks>
    private static int Capacity(long items, int buckets)
    {
        if (buckets == 1 || items == 0) return (int)items;
        const double NaturalLogOfTwo = 0.6931471805599454;                              // rounded up
        var lambda = (StatisticalBits + BitOperations.Log2((uint)buckets)) * NaturalLogOfTwo;
        var mean = (double)items / buckets;
        var excess = (lambda / 3) + Math.Sqrt((lambda * lambda / 9) + (2 * lambda * mean));
        return (int)Math.Min(items, (long)Math.Ceiling(mean + excess) + 1);
    }
}

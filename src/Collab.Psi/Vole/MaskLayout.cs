using System.Numerics;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>How the sorted masks of n items are cut and sent: specs/psi-vole.md, "Masks on the wire".</summary>
/// <param name="Count">Masks, n.</param>
/// <param name="Width">Bytes of a mask.</param>
internal readonly record struct MaskLayout(int Count, int Width)
{
    /// <summary>The width of a whole mask, in bytes.</summary>
    public const int LargestWidth = 16;

    private const int StatisticalBits = 40;
    private const int LogOfBatch = 14;

    /// <summary>The layout of the sender's masks in a run.</summary>
    public static MaskLayout Of(int senderItems, int receiverItems, SecurityModel security) => new(
        senderItems,
        security == SecurityModel.Malicious
            ? LargestWidth
            : (StatisticalBits + CeilingLog2(senderItems) + Math.Max(CeilingLog2(senderItems), CeilingLog2(receiverItems)) + 7) / 8);

    /// <summary>Leading bytes that are not sent with each mask, for a count of masks for each of their values says them.</summary>
    public int PrefixSize => Count >= 1 << 19 ? 2 : Count >= 1 << 11 ? 1 : 0;

    /// <summary>Bytes sent of each mask.</summary>
    public int SuffixSize => Width - PrefixSize;

    /// <summary>Values of the leading bytes.</summary>
    public int BucketCount => 1 << (8 * PrefixSize);

    /// <summary>Messages; a message has the masks of an equal part of the leading bytes' values.</summary>
    public int BatchCount => Count == 0 ? 0 : Count <= 1 << LogOfBatch ? 1 : 1 << (CeilingLog2(Count) - LogOfBatch);

    /// <summary>Values of the leading bytes in one message.</summary>
    public int BucketsOfBatch => BucketCount / BatchCount;

    /// <summary>The most masks of one message: twice the mean and 1024 more, which honest masks exceed with chance below 2^-500.</summary>
    public int LargestBatch => (2 * (Count / BatchCount)) + 1024;

    /// <summary>All messages together, in bytes.</summary>
    public long TotalBytes => Count == 0 ? 0 : ((long)sizeof(uint) * BatchCount) + (sizeof(ushort) * BucketCount) + ((long)Count * SuffixSize);

    /// <summary>⌈log₂ n⌉, 0 for 0.</summary>
    public static int CeilingLog2(long n) => n <= 1 ? 0 : BitOperations.Log2((ulong)(n - 1)) + 1;
}

using System.Numerics;

namespace Collab.Psi.Circuit;

/// <summary>How many bins the receiver's items get, and how many bits are compared in each: specs/psi-circuit.md, "Parameters and why".</summary>
/// <param name="BinCount">Bins.</param>
internal readonly record struct BinLayout(int BinCount)
{
    /// <summary>Bins of each item.</summary>
    public const int Choices = 3;

    private const int StatisticalBits = 40;

    // Bins for at most 2^k items, k = 2 to 10: the smallest number for which the bound of the spec is below 2^-40.9.
    private static readonly int[] SmallBinCounts = [104, 166, 237, 330, 454, 620, 846, 1153, 1570];

    /// <summary>Bits of the strings compared: no two unequal ones of a run are taken for equal, but with chance 2^-40.</summary>
    public int StringBits => StatisticalBits + (BinCount <= 1 ? 0 : BitOperations.Log2((uint)BinCount - 1) + 1);

    /// <summary>The bins for so many items of the receiver; none for none.</summary>
    public static BinLayout Of(int receiverItems)
    {
        if (receiverItems == 0) return new(0);
        if (receiverItems <= 1024) return new(SmallBinCounts[Math.Max(0, BitOperations.Log2((uint)Math.Max(1, receiverItems - 1)) - 1)]);
        return new(Math.Max(SmallBinCounts[^1], (int)(((13L * receiverItems) + 9) / 10) + 40));
    }
}

using System.Numerics;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Sizes of one silent correlation: code, noise and trees. Sources and derivation: specs/vole-silent.md, "Parameters and why".</summary>
/// <param name="TreeCount">t: noisy positions, one in each tree; even.</param>
/// <param name="Depth">Levels below the root. Every tree is whole, so that every path a receiver may choose leaves it without a leaf.</param>
internal readonly record struct SilentParameters(int TreeCount, int Depth)
{
    /// <summary>The fewest trees where noise has random values in GF(2^128): (1 − δ)^t ≤ 2^-128 for δ = 0.15.</summary>
    public const int FieldNoiseWeight = 546;

    /// <summary>The fewest trees where noise has the value one: (1 − 2δ)^t ≤ 2^-128 for δ = 0.15, made even.</summary>
    public const int BitNoiseWeight = 250;

    /// <summary>Shorter codes are not used: a call for less makes this many and drops the rest.</summary>
    public const int SmallestLength = 1 << 14;

    /// <summary>Leaves of a tree.</summary>
    public int TreeLength => 1 << Depth;

    /// <summary>k: correlations made, half as many as there are leaves.</summary>
    public int MessageLength => TreeCount << (Depth - 1);

    /// <summary>Transfers of level sums.</summary>
    public int TransferCount => TreeCount * Depth;

    /// <summary>The deepest trees that are enough of, for so many correlations.</summary>
    public static SilentParameters For(int count, int noiseWeight)
    {
        var leaves = 2L * Math.Max(count, SmallestLength);
        var depth = BitOperations.Log2((ulong)(leaves / noiseWeight));
        var trees = (int)((leaves + (1L << depth) - 1) >> depth);
        return new(trees + (trees & 1), depth);
    }
}

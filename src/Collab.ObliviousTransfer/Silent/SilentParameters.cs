using System.Numerics;
using Collab.Arithmetic.Codes;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Sizes of one silent correlation: code, noise and trees. Sources and derivation: specs/vole-silent.md, "Parameters and why".</summary>
/// <param name="MessageLength">n: correlations made; at least <see cref="SmallestLength"/>.</param>
/// <param name="TreeLength">Leaves of each tree; <see cref="NoiseWeight"/> trees cover 2n positions.</param>
/// <param name="Depth">Levels below the root.</param>
internal readonly record struct SilentParameters(int MessageLength, int TreeLength, int Depth)
{
    /// <summary>t: noisy positions, one in each block, by the linear-test bound (1 − 2δ)^t ≤ 2^-128 for δ = 0.2, rounded up.</summary>
    public const int NoiseWeight = 176;

    /// <summary>Shorter codes are not used: a call for less makes this many and drops the rest.</summary>
    public const int SmallestLength = 1 << 14;

    /// <summary>Positions of the noise vector that the trees cover: 2n and up to t − 1 that stay unused.</summary>
    public int LeafCount => TreeLength * NoiseWeight;

    /// <summary>The sizes for so many correlations.</summary>
    public static SilentParameters For(int count)
    {
        var length = Math.Max(count, SmallestLength);
        var leaves = (int)((2L * length + NoiseWeight - 1) / NoiseWeight);
        return new(length, leaves, BitOperations.Log2((uint)(leaves - 1)) + 1);
    }

    /// <summary>Nodes of a level that lie above leaves in use.</summary>
    public int NodeCount(int level) => (int)(((long)TreeLength + (1L << (Depth - level)) - 1) >> (Depth - level));

    /// <summary>The public code of a run.</summary>
    public ExpandConvolute Code(Arithmetic.BinaryField.Gf128 seed) => new(MessageLength, seed);
}

using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The receiver's secret points, one in each tree.</summary>
internal static class NoisePoints
{
    /// <summary>Uniform points.</summary>
    public static int[] Draw(SilentParameters parameters, RandomSource random)
    {
        var points = new int[parameters.TreeCount];
        for (var tree = 0; tree < points.Length; tree++) points[tree] = (int)(random.NextUInt64() & (ulong)(parameters.TreeLength - 1));
        return points;
    }

    /// <summary>For each tree and level the side that the path to the point does not take: 0 left, 1 right.</summary>
    public static BitVector Siblings(SilentParameters parameters, int[] points)
    {
        var choices = new BitVector(parameters.TransferCount);
        for (var tree = 0; tree < points.Length; tree++)
        {
            for (var level = 1; level <= parameters.Depth; level++)
            {
                var at = (tree * parameters.Depth) + level - 1;
                choices.Words[at >> 6] |= (ulong)(((points[tree] >> (parameters.Depth - level)) & 1) ^ 1) << (at & 63);
            }
        }

        return choices;
    }
}

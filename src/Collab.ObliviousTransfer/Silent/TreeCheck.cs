using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The check of the trees: both sums of all leaves with the powers of a challenge must differ by the noise times Δ.</summary>
/// <remarks>
/// Position p counts χ^(p + 1). Two different vectors of n leaves have one sum for at most n of the 2^128 challenges.
/// Source: Weng, Yang, Katz, Wang, Wolverine, eprint 2020/925, section 4.2; Yang et al., Ferret, eprint 2020/924, figure 7.
/// </remarks>
internal static class TreeCheck
{
    /// <summary>Σ χ^(p + 1)·leaf[p].</summary>
    public static Gf128 Hash(Gf128 challenge, SilentParameters parameters, LeafVector leaves)
    {
        using var powers = NativeBuffer<Gf128>.Allocate(parameters.TreeLength);
        var power = Gf128.One;
        for (var i = 0; i < powers.Length; i++) powers.Span[i] = power *= challenge;
        var sum = Gf128.Zero;
        for (var tree = parameters.TreeCount - 1; tree >= 0; tree--)
        {
            sum = (sum * power) + Gf128Vector.InnerProduct(powers.Span, leaves.Tree(tree));
        }

        return sum;
    }

    /// <summary>Σ χ^(p + 1)·β over the noisy positions p.</summary>
    public static Gf128 HashNoise(Gf128 challenge, SilentParameters parameters, int[] points, ReadOnlySpan<Gf128> values)
    {
        var sum = Gf128.Zero;
        for (var tree = 0; tree < points.Length; tree++)
        {
            sum += Power(challenge, (uint)((tree * parameters.TreeLength) + points[tree] + 1)) * values[tree];
        }

        return sum;
    }

    /// <summary>A digest of a sum; a peer that does not know the sum learns only whether it is the same.</summary>
    public static Digest DigestOf(Digest context, Gf128 value)
    {
        Span<byte> input = stackalloc byte[Digest.Size + Gf128.Size];
        context.CopyTo(input);
        value.Write(input[Digest.Size..]);
        return Digest.Of("collab.silent.check.v1", input);
    }

    /// <summary>χ^exponent with the same operations for every exponent of 32 bits: the exponent is secret.</summary>
    private static Gf128 Power(Gf128 challenge, uint exponent)
    {
        var result = Gf128.One;
        for (var bit = 31; bit >= 0; bit--)
        {
            result *= result;
            var mask = unchecked(0UL - ((exponent >> bit) & 1));
            result *= new Gf128((challenge.Low & mask) | (~mask & 1), challenge.High & mask);
        }

        return result;
    }
}

using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

public static partial class Evaluator
{
    /// <summary>Σ x_i·m_(first + i) over all given ciphertexts and as many rows of a matrix, without a reduction between the terms.</summary>
    /// <param name="x">1 ciphertext or more, of one level and as many parts.</param>
    /// <param name="matrix">The plaintexts.</param>
    /// <param name="first">The row that multiplies the first ciphertext.</param>
    /// <returns>The sum; noise as of the products and sums one by one.</returns>
    /// <exception cref="ArgumentException">Parameters, levels, parts or rows do not fit.</exception>
    /// <remarks>For each term and prime one transform and a product for each part.</remarks>
    public static Ciphertext SumOfProducts(IReadOnlyList<Ciphertext> x, PlaintextMatrix matrix, int first)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(matrix);
        if (x.Count == 0 || first < 0 || first > matrix.Rows - x.Count) throw new ArgumentException("A row for each ciphertext.", nameof(first));
        var (level, parts, noise) = (x[0].OfLevel, x[0].Parts, new NoiseBound(0, 0));
        for (var i = 0; i < x.Count; i++)
        {
            x[i].Parameters.CheckSame(matrix.Parameters, nameof(matrix));
            CheckLevel(x[i].Level == level.Limbs && x[i].Parts == parts, nameof(x));
            noise += x[i].Noise.Times(matrix.AbsoluteSum(first + i), matrix.EuclideanNorm(first + i));
        }

        noise.CheckDecryptable("sum products with plaintexts");
        var sums = new RingElement<Evaluations>[parts];
        for (var part = 0; part < parts; part++)
        {
            sums[part] = RingElement<Evaluations>.Public(level.Ring);
            sums[part].Residues.Clear();
        }

        using var factor = NativeBuffer<double>.Allocate(level.Ring.Degree);
        for (var limb = 0; limb < level.Limbs; limb++)
        {
            var (modulus, transform) = (level.Ring.Moduli[limb], level.Ring.Transforms[limb]);
            var between = (int)Math.Min(x.Count, Math.Pow(2, 50) / modulus.Value);        // a sum grows by at most 3/4·p a term, and stays below 2^51
            for (var i = 0; i < x.Count; i++)
            {
                matrix.CopyTo(first + i, factor.Span);
                transform.Forward(factor.Span);
                for (var part = 0; part < parts; part++)
                {
                    ResidueVectors.Accumulate(x[i][part][limb], factor.Span, sums[part][limb], modulus);
                    if ((i + 1) % between == 0) ResidueVectors.Normalize(sums[part][limb], sums[part][limb], modulus);
                }
            }

            for (var part = 0; part < parts; part++) ResidueVectors.Normalize(sums[part][limb], sums[part][limb], modulus);
        }

        return new(level, noise, sums);
    }
}

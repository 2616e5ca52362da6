using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

public static partial class Evaluator
{
    // Each product adds at most 3/4·p to a residue below p, and 2^51 is 8·p at the largest p.
    private const int Unreduced = 8;

    // Sums of this many residues stay in the first-level cache while the terms go by.
    private const int Tile = 2048;

    /// <summary>Σ x_k·y_k for plaintexts y_k: one new ciphertext however many terms, reduced once for eight of them.</summary>
    /// <param name="x">Ciphertexts of one level and two parts.</param>
    /// <param name="y">As many plaintexts, prepared for that level.</param>
    /// <exception cref="ArgumentException">There is no term, or counts, levels or parts do not fit.</exception>
    public static Ciphertext InnerProduct(IReadOnlyList<Ciphertext> x, IReadOnlyList<PlainFactor> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count == 0 || x.Count != y.Count) throw new ArgumentException("There is a plaintext for each of one or more ciphertexts.", nameof(y));
        for (var k = 0; k < x.Count; k++)
        {
            if (x[k].Parts != 2) throw new ArgumentException("Relinearise before adding products.", nameof(x));
            x[0].Parameters.CheckSame(x[k].Parameters, nameof(x));
            x[0].Parameters.CheckSame(y[k].Parameters, nameof(y));
            CheckLevel(x[k].Level == x[0].Level && y[k].Level == x[0].Level, nameof(y));
        }

        var (first, second, noise) = Sum(x, y);
        return new(x[0].OfLevel, noise, first, second);
    }

    // Both parts may be zero, if all plaintexts are.
    private static (RingElement<Evaluations> First, RingElement<Evaluations> Second, NoiseBound Noise) Sum(
        IReadOnlyList<Ciphertext> x, IReadOnlyList<PlainFactor> y)
    {
        var (noise, ring) = (NoiseOf(x, y), x[0].OfLevel.Ring);
        noise.CheckDecryptable("add products by plaintexts");
        var (first, second) = (RingElement<Evaluations>.Public(ring), RingElement<Evaluations>.Public(ring));
        Accumulate(x, y, 0, first);
        Accumulate(x, y, 1, second);
        return (first, second, noise);
    }

    private static NoiseBound NoiseOf(IReadOnlyList<Ciphertext> x, IReadOnlyList<PlainFactor> y)
    {
        var noise = default(NoiseBound);
        for (var k = 0; k < x.Count; k++) noise += x[k].Noise.Times(y[k].AbsoluteSum, y[k].EuclideanNorm);
        return noise;
    }

    private static void Accumulate(IReadOnlyList<Ciphertext> x, IReadOnlyList<PlainFactor> y, int part, RingElement<Evaluations> sum)
    {
        var tile = Math.Min(Tile, sum.Ring.Degree);
        for (var limb = 0; limb < sum.Ring.Limbs; limb++)
        {
            var modulus = sum.Ring.Moduli[limb];
            for (var start = 0; start < sum.Ring.Degree; start += tile)
            {
                var d = sum[limb].Slice(start, tile);
                for (var k = 0; k < x.Count; k++)
                {
                    var a = x[k][part][limb].Slice(start, tile);
                    var b = y[k].Element[limb].Slice(start, tile);
                    if (k == 0) ResidueVectors.Multiply(a, b, d, modulus);
                    else ResidueVectors.Accumulate(a, b, d, modulus);
                    if (k > 0 && (k % Unreduced == 0 || k == x.Count - 1)) ResidueVectors.Normalize(d, d, modulus);
                }
            }
        }
    }
}

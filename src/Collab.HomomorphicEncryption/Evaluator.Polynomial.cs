using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

public static partial class Evaluator
{
    /// <summary>Σ c_i·x^i in each slot, for the powers of an encrypted point x and plaintext coefficients c_i.</summary>
    /// <remarks>
    /// By Paterson and Stockmeyer (1973), in blocks of b coefficients: Σ_k x^(kb)·(Σ_{0 &lt; j &lt; b} c_(kb+j)·x^j) + Σ_k c_(kb)·x^(kb) + c_0, with
    /// degree products by plaintexts and one product of ciphertexts for each block but the first. The latter are summed before they are rounded and
    /// relinearised: one rounding for them all. Spec: protocols/specs/bfv.md, step 11.
    /// </remarks>
    /// <returns>Two parts if the degree is at most b, three otherwise: <see cref="Relinearize"/> brings them back to two.</returns>
    /// <exception cref="ArgumentException">The degree is above that of the powers, or parameters or levels do not fit.</exception>
    public static Ciphertext Evaluate(PlainPolynomial polynomial, EncryptedPowers powers)
    {
        ArgumentNullException.ThrowIfNull(polynomial);
        ArgumentNullException.ThrowIfNull(powers);
        powers.Parameters.CheckSame(polynomial.Parameters, nameof(polynomial));
        CheckLevel(powers.Level == polynomial.Level, nameof(polynomial));
        var (level, degree, block) = (polynomial.OfLevel, polynomial.Degree, powers.Block);
        if (degree > powers.Degree) throw new ArgumentException("The degree is at most that of the powers.", nameof(polynomial));

        // 1  What takes no product of ciphertexts: the first block, and the first coefficient of each other.
        PlainFactor[] Coefficients(int first, int count) => [.. Enumerable.Range(first, count).Select(power => polynomial[power])];
        var (low, blocks) = (Math.Min(degree, block - 1), degree / block);
        var (first, second, noise) = Sum(
            [.. powers.Low.Take(low), .. powers.High.Take(blocks)],
            [.. Coefficients(1, low), .. Enumerable.Range(1, blocks).Select(k => polynomial[k * block])]);
        noise += NoiseBound.Plain(level);
        first.Plus(polynomial.Constant, first);
        if (degree <= block) return Checked(level, noise, [first, second]);

        // 2  The other blocks, each times its power of x.
        var parts = new[] { first, second, RingElement<Evaluations>.Public(level.Ring) };
        parts[2].Residues.Clear();
        var sum = new TensorSum(level);
        for (var k = 1; (k * block) + 1 <= degree; k++)
        {
            if (sum.IsFull)
            {
                Flush(sum, parts);
                sum = new(level);
            }

            var count = Math.Min(block - 1, degree - (k * block));
            var (zeroth, linear, inner) = Sum([.. powers.Low.Take(count)], Coefficients((k * block) + 1, count));
            using (zeroth)
            using (linear)
            {
                using var operand = new TensorOperand(level, inner, zeroth, linear);
                sum.Add(operand, powers.Extended(k));
            }

            noise += NoiseBound.Product(level, inner, powers.High[k - 1].Noise);
        }

        Flush(sum, parts);
        return Checked(level, noise, parts);
    }

    private static void Flush(TensorSum sum, RingElement<Evaluations>[] parts)
    {
        using (sum)
        {
            foreach (var (part, scaled) in parts.Zip(sum.ScaleDown()))
            {
                using (scaled) part.Plus(scaled, part);
            }
        }
    }

    private static Ciphertext Checked(BfvLevel level, NoiseBound noise, RingElement<Evaluations>[] parts)
    {
        noise.CheckDecryptable("evaluate a polynomial");
        return new(level, noise, parts);
    }
}

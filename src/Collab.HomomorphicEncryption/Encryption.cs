using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>The sums that key generation and both kinds of encryption are made of.</summary>
internal static class Encryption
{
    /// <summary>e − a·s for a fresh error e and the uniform a of a seed, over a ring of the key's first primes or all of them.</summary>
    /// <param name="secret">s, over the same ring.</param>
    /// <param name="a">The uniform element.</param>
    /// <param name="prg">Where the error comes from.</param>
    public static RingElement<Evaluations> ErrorLessProduct(RingElement<Evaluations> secret, RingElement<Evaluations> a, AesPrg prg)
    {
        using var product = a.Times(secret);
        using var error = Error(secret.Ring, prg);
        return error.Minus(product);
    }

    /// <summary>A fresh error; its distribution is symmetric, so that adding and subtracting it is the same.</summary>
    public static RingElement<Evaluations> Error(RingBase ring, AesPrg prg)
    {
        var element = new RingElement<Coefficients>(ring);
        Sampling.Error(prg, element[0]);
        for (var i = 1; i < ring.Limbs; i++) element[0].CopyTo(element[i]);
        return element.Evaluate();
    }

    /// <summary>A fresh ternary element.</summary>
    public static RingElement<Evaluations> Ternary(RingBase ring, AesPrg prg)
    {
        var element = new RingElement<Coefficients>(ring);
        Sampling.Ternary(prg, element[0]);
        for (var i = 1; i < ring.Limbs; i++) element[0].CopyTo(element[i]);
        return element.Evaluate();
    }

    /// <summary>⌊(Q/t)·m⌉, and a fresh error with it if there is a source of one.</summary>
    /// <remarks>Exact without big numbers: ⌊Q·m/t⌉ = (Q·m − [Q·m]_t)/t, and Q is zero modulo each of its primes: −[Q·m]_t/t.</remarks>
    public static RingElement<Evaluations> Scaled(BfvLevel level, Plaintext message, AesPrg? prg)
    {
        var n = level.Ring.Degree;
        using var scratch = NativeBuffer<double>.Allocate(2 * n);
        var remainder = scratch.Span[..n];
        var error = scratch.Span[n..];
        ResidueVectors.ScaleCentered(message.Element.Residues, level.ProductModuloPlain, remainder, level.Parameters.Plain.Moduli[0]);
        ResidueVectors.Center(remainder, remainder, level.Parameters.Plain.Moduli[0]);
        if (prg is not null) Sampling.Error(prg, error);
        var element = new RingElement<Coefficients>(level.Ring);
        for (var i = 0; i < level.Limbs; i++)
        {
            ResidueVectors.ScaleCentered(remainder, level.NegativeInversesOfPlain[i], element[i], level.Ring.Moduli[i]);
            if (prg is not null) ResidueVectors.AccumulateScaled(error, 1, element[i], level.Ring.Moduli[i]);
        }

        return element.Evaluate();
    }

    /// <summary>A seed of a uniform element.</summary>
    public static Gf128 Seed(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[Gf128.Size];
        random.Fill(seed);
        return Gf128.Read(seed);
    }
}

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
        using var product = a.Times(secret, new(secret.Ring));
        var error = Error(secret.Ring, prg);
        return error.Minus(product, error);
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

    /// <summary>A fresh error and a flood with it, uniform on [−2^k, 2^k) for the level's k.</summary>
    /// <remarks>A flood is k + 1 random bits less 2^k, in pieces of 48 bits: Σ w_j·2^(48j) − 2^k modulo each prime.</remarks>
    public static RingElement<Evaluations> Flood(BfvLevel level, AesPrg prg)
    {
        var (n, bits) = (level.Ring.Degree, level.FloodBits + 1);
        const int Piece = ResidueModulus.LargestBits;
        using var scratch = NativeBuffer<double>.Allocate(2 * n);
        var error = scratch.Span[..n];
        var piece = scratch.Span[n..];
        Sampling.Error(prg, error);
        var element = new RingElement<Coefficients>(level.Ring);
        for (var i = 0; i < level.Limbs; i++)
        {
            // −2^k is −1 times 2^k, as a piece of every coefficient.
            error.CopyTo(element[i]);
            var modulus = level.Ring.Moduli[i];
            piece.Fill(-1);
            ResidueVectors.AccumulateScaled(piece, modulus.PowerVariableTime(2, (ulong)level.FloodBits), element[i], modulus);
        }

        for (var shift = 0; shift < bits; shift += Piece)
        {
            Sampling.Bits(prg, Math.Min(Piece, bits - shift), piece);
            for (var i = 0; i < level.Limbs; i++)
            {
                var modulus = level.Ring.Moduli[i];
                ResidueVectors.AccumulateScaled(piece, modulus.PowerVariableTime(2, (ulong)shift), element[i], modulus);
                ResidueVectors.Normalize(element[i], element[i], modulus);
            }
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

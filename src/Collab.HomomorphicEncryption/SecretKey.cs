using System.Numerics;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>A uniform ternary polynomial s: encrypts, decrypts and makes every other key. Never printed, compared or serialized.</summary>
/// <remarks>Held in native memory, which nothing moves, and zeroed by <see cref="Dispose"/>. Timing is independent of s and of plaintexts.</remarks>
public sealed partial class SecretKey : IDisposable
{
    private readonly RingElement<Evaluations> _secret; // over Q·P

    private SecretKey(BfvParameters parameters, RingElement<Evaluations> secret) => (Parameters, _secret) = (parameters, secret);

    /// <summary>What it belongs to.</summary>
    public BfvParameters Parameters { get; }

    /// <summary>A fresh key.</summary>
    public static SecretKey Generate(BfvParameters parameters, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        using var prg = AesPrg.Generate(random);
        return new(parameters, Encryption.Ternary(parameters.KeyRing, prg));
    }

    /// <summary>Encrypts: (e − a·s + ⌊(Q/t)·m⌉, a).</summary>
    public SeededCiphertext Encrypt(Plaintext plaintext, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(random);
        Parameters.CheckSame(plaintext.Parameters, nameof(plaintext));
        using var prg = AesPrg.Generate(random);
        var seed = Encryption.Seed(random);
        using var a = Sampling.Uniform(Parameters.Top.Ring, seed);
        using var secret = Secret(Parameters.Top.Ring);
        using var product = a.Times(secret, new(secret.Ring));
        var message = Encryption.Scaled(Parameters.Top, plaintext, prg);
        return new(Parameters, message.Minus(product, message), seed);
    }

    /// <summary>Decrypts. With too much noise the result is another plaintext: nothing tells.</summary>
    /// <remarks>An answer to ciphertexts that another party chose is an oracle on the key: tell nobody what came out, not even whether it was sensible,
    /// unless the protocol accounts for it.</remarks>
    public Plaintext Decrypt(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        using var remainder = Remainder(ciphertext);
        var level = ciphertext.OfLevel;
        var result = new RingElement<Coefficients>(Parameters.Plain);
        level.ToPlain.Convert(remainder.Residues, result.Residues, Parameters.RingDegree);
        ResidueVectors.Scale(result.Residues, level.NegativeInverseOfProduct, result.Residues, Parameters.Plain.Moduli[0]);
        return new(Parameters, result);
    }

    /// <summary>Measures the bits of noise budget that are left, −log2(2·max |v|): for tests and for choosing parameters.</summary>
    /// <remarks>Variable time and slow; the result depends on the secret key and on what was computed: it is not for other parties.</remarks>
    public double NoiseBudgetVariableTime(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        using var remainder = Remainder(ciphertext);
        var (ring, largest) = (ciphertext.OfLevel.Ring, BigInteger.Zero);
        BigInteger[] idempotents = [.. ring.Moduli.Select(q => ring.Product / q.Value * q.InvertVariableTime(q.ReduceVariableTime(ring.Product / q.Value)))];
        for (var i = 0; i < ring.Degree; i++)
        {
            var x = BigInteger.Zero;
            for (var limb = 0; limb < ring.Limbs; limb++) x += idempotents[limb] * (ulong)remainder[limb][i];
            x %= ring.Product;
            largest = BigInteger.Max(largest, BigInteger.Min(x, ring.Product - x));
        }

        return BigInteger.Log(ring.Product, 2) - 1 - (largest.IsZero ? 0 : BigInteger.Log(largest, 2));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SecretKey)} (secret)";

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _secret.Dispose();

    /// <summary>[t·(c_0 + c_1·s + c_2·s²)]_Q, which is Q times the noise modulo 1; and since t·x ≡ 0 mod t, minus it over Q is the plaintext.</summary>
    /// <remarks>⌊t·x/Q⌉ = (t·x − [t·x]_Q)/Q exactly, so modulo t it is −[t·x]_Q/Q: one base conversion of the remainder.</remarks>
    private RingElement<Coefficients> Remainder(Ciphertext ciphertext)
    {
        Parameters.CheckSame(ciphertext.Parameters, nameof(ciphertext));
        var level = ciphertext.OfLevel;
        using var secret = Secret(level.Ring);
        var sum = new RingElement<Evaluations>(level.Ring);
        for (var i = 0; i < level.Limbs; i++)
        {
            // Horner: (c_2·s + c_1)·s + c_0.
            var modulus = level.Ring.Moduli[i];
            ciphertext[ciphertext.Parts - 1][i].CopyTo(sum[i]);
            for (var part = ciphertext.Parts - 2; part >= 0; part--)
            {
                ResidueVectors.Multiply(sum[i], secret[i], sum[i], modulus);
                ResidueVectors.Add(sum[i], ciphertext[part][i], sum[i], modulus);
            }
        }

        var remainder = sum.InterpolateInPlace();
        for (var i = 0; i < level.Limbs; i++) ResidueVectors.Scale(remainder[i], level.Plain[i], remainder[i], level.Ring.Moduli[i]);
        return remainder;
    }

    // s over the first primes: a copy, zeroed by its user.
    private RingElement<Evaluations> Secret(RingBase ring)
    {
        var secret = new RingElement<Evaluations>(ring);
        _secret.Residues[..secret.Residues.Length].CopyTo(secret.Residues);
        return secret;
    }
}

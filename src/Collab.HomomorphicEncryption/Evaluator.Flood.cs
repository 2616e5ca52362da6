using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

public static partial class Evaluator
{
    /// <summary>The statistical security of a flooded result, in bits.</summary>
    public const int FloodSecurity = 40;

    /// <summary>The same plaintext in a ciphertext that tells the owner of the key nothing else: re-randomised by an encryption of zero, and its noise
    /// drowned by noise that is uniform on a range of the parameters' own.</summary>
    /// <param name="x">A result of two parts, with so little noise that 2^40 times it leaves room.</param>
    /// <param name="key">A public key of the owner of the secret key.</param>
    /// <param name="random">The source of randomness.</param>
    /// <exception cref="CollabException">The likely noise is too large to be drowned: <see cref="NoiseBound.Exhausted"/>. Flood before switching the modulus down.</exception>
    /// <exception cref="ArgumentException">The key is of other parameters, or the ciphertext has three parts.</exception>
    /// <remarks>
    /// The flood is uniform on [−2^k, 2^k), with t/Q·2^k between 1/16 and 1/8: of the parameters and the level alone. So what is left is to be decrypted or
    /// switched to a shorter modulus. The owner of the key is taken to have followed the scheme when it made the key and the ciphertexts.
    /// Spec: protocols/specs/bfv.md, step 10, with the derivation.
    /// </remarks>
    public static Ciphertext Flood(Ciphertext x, PublicKey key, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(random);
        x.Parameters.CheckSame(key.Parameters, nameof(key));
        if (x.Parts != 2) throw new ArgumentException("Relinearise before flooding.", nameof(x));
        var level = x.OfLevel;
        var (drowned, flood) = (x.Noise + NoiseBound.FreshPublic(level), NoiseBound.Flood(level));
        drowned.CheckDrowned(level, flood);

        using var prg = AesPrg.Generate(random);
        using var u = Encryption.Ternary(level.Ring, prg);
        var (first, second) = (Encryption.Flood(level, prg), Encryption.Error(level.Ring, prg));
        key.AddZero(u, first, second);
        first.Plus(x[0], first);
        second.Plus(x[1], second);
        return new(level, drowned + flood, first, second);
    }

    /// <summary>The same plaintext under a modulus of fewer primes: <see cref="SwitchModulus(Ciphertext)"/> as often as it takes.</summary>
    /// <param name="x">A ciphertext of two parts.</param>
    /// <param name="level">How many primes are left, at least 1 and at most those of x, when x is copied.</param>
    /// <exception cref="ArgumentException">The level does not fit, or the ciphertext has three parts.</exception>
    public static Ciphertext SwitchModulus(Ciphertext x, int level)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckLevel(level >= 1 && level <= x.Level, nameof(level));
        var result = new Ciphertext(x.OfLevel, x.Noise, [.. Enumerable.Range(0, x.Parts).Select(i => x[i].PublicCopy())]);
        while (result.Level > level)
        {
            using var longer = result;
            result = SwitchModulus(longer);
        }

        return result;
    }
}

using Collab.Arithmetic.Hashing;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

public sealed partial class SecretKey
{
    /// <summary>A fresh public key for this secret key.</summary>
    public PublicKey PublicKey(RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using var prg = AesPrg.Generate(random);
        var seed = Encryption.Seed(random);
        using var a = Sampling.Uniform(Parameters.Top.Ring, seed);
        using var secret = Secret(Parameters.Top.Ring);
        return new(Parameters, Encryption.ErrorLessProduct(secret, a, prg), seed);
    }

    /// <summary>A fresh relinearisation key.</summary>
    /// <exception cref="InvalidOperationException">The parameters have no prime for key switching.</exception>
    public RelinearizationKey RelinearizationKey(RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        CheckKeySwitching();
        using var square = _secret.Times(_secret, new(_secret.Ring));
        return new(Parameters, KeySwitchingKey.Generate(Parameters, _secret, square, random));
    }

    /// <summary>Fresh keys for rotations: one for each step, so make those that the computation uses and no others.</summary>
    /// <param name="steps">Rotations of the rows to the left; negative ones are to the right. Multiples of N/2 need no key.</param>
    /// <param name="columns">Whether the rows can be exchanged.</param>
    /// <param name="random">The source of randomness.</param>
    /// <exception cref="InvalidOperationException">The parameters have no prime for key switching.</exception>
    public GaloisKeys GaloisKeys(IEnumerable<int> steps, bool columns, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(random);
        CheckKeySwitching();
        var n = Parameters.RingDegree;
        var elements = steps.Select(step => Automorphism.OfRows(step, n)).Concat(columns ? [Automorphism.OfColumns(n)] : []).Where(g => g != 1).Distinct().Order();
        return new(Parameters, elements.Select(element =>
        {
            using var moved = Automorphism.Apply(_secret, Automorphism.Places(element, n), new(_secret.Ring));
            return KeyValuePair.Create(element, KeySwitchingKey.Generate(Parameters, _secret, moved, random));
        }).ToList());
    }

    private void CheckKeySwitching()
    {
        if (!Parameters.SupportsKeySwitching) throw new InvalidOperationException("These parameters have no special modulus: no key switching.");
    }
}

using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.HomomorphicEncryption.Rings;
using Collab.Testing;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class SecretKeyTests
{
    [Fact]
    public void Ternary_and_errors_have_the_distributions_of_the_spec()
    {
        const int Count = 1 << 16;
        using var prg = new AesPrg(new Gf128(1, 2));
        var ternary = new double[Count];
        Sampling.Ternary(prg, ternary);
        foreach (var value in new[] { -1.0, 0, 1 }) Assert.InRange(ternary.Count(x => x == value), (Count / 3) - 1000, (Count / 3) + 1000); // 8 deviations
        var errors = new double[Count];
        Sampling.Error(prg, errors);
        Assert.All(errors, error => Assert.True(Math.Abs(error) <= Sampling.LargestError && error == Math.Round(error)));
        Assert.InRange(errors.Average(), -0.1, 0.1);
        Assert.InRange(errors.Average(error => error * error), Sampling.ErrorVariance - 0.5, Sampling.ErrorVariance + 0.5);
    }

    [Fact]
    public void A_seed_is_the_same_uniform_element_everywhere()
    {
        var ring = Toy.Parameters.KeyRing;
        using var element = Sampling.Uniform(ring, new Gf128(3, 4));
        using var prg = new AesPrg(new Gf128(3, 4));
        for (var limb = 0; limb < ring.Limbs; limb++)
        {
            var block = new byte[8192 * 8];
            prg.Fill(block);
            var (prime, mask) = (ring.Moduli[limb].Value, (1UL << ring.Moduli[limb].Bits) - 1);
            var expected = Enumerable.Range(0, 8192).Select(i => BitConverter.ToUInt64(block, i * 8) & mask).Where(word => word < prime).Take(ring.Degree);
            Assert.Equal(expected.Select(word => (double)word), element[limb].ToArray());
        }
    }

    [Fact]
    public void Another_key_does_not_decrypt_and_two_encryptions_differ()
    {
        using var toy = new Toy(1);
        using var stranger = new Toy(2);
        using var plaintext = toy.Encoder.Encode([1UL, 2, 3]);
        using var first = toy.Public.Encrypt(plaintext, toy.Random);
        using var second = toy.Public.Encrypt(plaintext, toy.Random);
        Assert.Equal([1, 2, 3], toy.Decrypt(first)[..3]);
        Assert.NotEqual(first.Encode(), second.Encode());
        Assert.NotEqual([1, 2, 3], stranger.Decrypt(first)[..3]);
    }

    [Fact]
    public void A_key_does_not_print_itself_and_is_gone_after_disposal()
    {
        var secret = SecretKey.Generate(Toy.Parameters, RandomSource.Seeded(1));
        Assert.Equal("SecretKey (secret)", secret.ToString());
        secret.Dispose();
        using var plaintext = Plaintext.FromCoefficients(Toy.Parameters, [1]);
        Assert.Throws<ObjectDisposedException>(() => secret.Encrypt(plaintext, RandomSource.Seeded(2)));
    }

    [Fact]
    public void Signed_numbers_and_coefficients_come_back_and_what_is_too_large_is_refused()
    {
        using var toy = new Toy(3);
        var half = (long)Toy.Parameters.PlaintextModulus / 2;
        using var signed = toy.Encoder.Encode([-half, -1L, 0, half]);
        Assert.Equal([-half, -1, 0, half], toy.Encoder.DecodeSigned(signed)[..4]);
        using var plaintext = Plaintext.FromCoefficients(Toy.Parameters, [5, 0, 7]);
        using var ciphertext = toy.Secret.Encrypt(plaintext, toy.Random).Expand();
        using var decrypted = toy.Secret.Decrypt(ciphertext);
        Assert.Equal([5, 0, 7], decrypted.ToCoefficients()[..3]);
        Assert.Throws<ArgumentException>(() => toy.Encoder.Encode([half + 1]));
        Assert.Throws<ArgumentException>(() => toy.Encoder.Encode([Toy.Parameters.PlaintextModulus]));
        Assert.Throws<ArgumentException>(() => toy.Encoder.Encode(new ulong[65]));
        Assert.Throws<ArgumentException>(() => Plaintext.FromCoefficients(Toy.Parameters, [Toy.Parameters.PlaintextModulus]));
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        using var toy = new Toy(4);
        using var other = new Toy(5, BfvParameters.CreateInsecure(BfvParameters.Literal(64, 11, [40, 40], null)));
        using var x = toy.Public.Encrypt(toy.Encoder.Encode([1UL]), toy.Random);
        using var y = other.Public.Encrypt(other.Encoder.Encode([1UL]), other.Random);
        using var lower = Evaluator.SwitchModulus(x);
        using var product = Evaluator.Multiply(x, x);
        Assert.Throws<ArgumentException>(() => Evaluator.Add(x, y));
        Assert.Throws<ArgumentException>(() => Evaluator.Add(x, lower));
        Assert.Throws<ArgumentException>(() => Evaluator.Multiply(product, x));
        Assert.Throws<ArgumentException>(() => Evaluator.Relinearize(x, toy.Relinearization));
        Assert.Throws<ArgumentException>(() => Evaluator.RotateRows(x, 4, toy.Galois));
        Assert.Throws<ArgumentException>(() => Evaluator.RotateRows(product, 1, toy.Galois));
        Assert.Throws<ArgumentException>(() => Evaluator.SwitchModulus(product));
        Assert.Throws<ArgumentException>(() => toy.Secret.Decrypt(y));
        Assert.Throws<ArgumentException>(() => Evaluator.SwitchModulus(Evaluator.SwitchModulus(lower)));
        Assert.Throws<InvalidOperationException>(() => other.Secret.RelinearizationKey(other.Random));
    }
}

using System.Numerics;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class FloodTests
{
    [Theory]
    [InlineData("N4096")]
    [InlineData("N8192")]
    public void A_flooded_result_decrypts_also_under_one_prime_and_its_noise_is_the_flood_alone(string name)
    {
        var parameters = name == "N4096" ? BfvParameters.Create(BfvParameters.Literal(4096, 17, [36, 36, 37], null)) : BfvParameters.N8192;
        using var toy = new Toy(21, parameters);
        var slots = Enumerable.Range(0, parameters.RingDegree).Select(i => (ulong)i).ToArray();
        using var plaintext = toy.Encoder.Encode(slots);
        using var fresh = toy.Secret.Encrypt(plaintext, toy.Random).Expand();
        using var factor = plaintext.Prepare(parameters.Levels);
        using var result = Evaluator.Multiply(fresh, factor);
        using var flooded = Evaluator.Flood(result, toy.Public, toy.Random);
        var t = parameters.PlaintextModulus;
        var expected = slots.Select(x => x * x % t);
        Assert.Equal(expected, toy.Decrypt(flooded));
        var budget = toy.Secret.NoiseBudgetVariableTime(flooded);
        Assert.InRange(budget, flooded.Noise.CertainBits, 3.001);        // 1/16 < largest ≤ 1/8, of thousands of coefficients
        Assert.InRange(flooded.Noise.CertainBits, 1.99, 3.01);
        using var last = Evaluator.SwitchModulus(flooded, 1);
        Assert.Equal(expected, toy.Decrypt(last));
        Assert.True(last.Noise.CertainBits > 0 && toy.Secret.NoiseBudgetVariableTime(last) >= last.Noise.CertainBits);
    }

    [Fact]
    public void The_flood_is_uniform_on_its_range_over_all_primes()
    {
        var level = Toy.Parameters.Top;
        var ring = level.Ring;
        var product = ring.Product;
        var largest = BigInteger.One << level.FloodBits;
        Assert.InRange(Toy.Parameters.PlaintextModulus * (double)largest / (double)product, 1.0 / 16, 1.0 / 8);
        using var prg = new AesPrg(new Gf128(5, 6));
        var (low, sum, count) = (0, 0.0, 0);
        for (var draw = 0; draw < 64; draw++)
        {
            using var flood = Encryption.Flood(level, prg).InterpolateInPlace();
            for (var i = 0; i < ring.Degree; i++, count++)
            {
                var x = BigInteger.Zero;
                for (var limb = 0; limb < ring.Limbs; limb++)
                {
                    var (q, others) = (ring.Moduli[limb], product / ring.Moduli[limb].Value);
                    x += others * q.InvertVariableTime(q.ReduceVariableTime(others)) * (ulong)flood[limb][i];
                }

                x %= product;
                if (x > product / 2) x -= product;
                Assert.InRange(x, -largest - 21, largest + 20);
                var relative = (double)x / (double)largest;
                sum += relative * relative;
                if (x < 0) low++;
            }
        }

        Assert.InRange(low, (count / 2) - 256, (count / 2) + 256);        // 8 deviations of 4096 coins
        Assert.InRange(sum / count, (1.0 / 3) - 0.04, (1.0 / 3) + 0.04);   // 8 deviations of the mean square
    }

    [Fact]
    public void What_is_too_noisy_to_be_drowned_is_refused()
    {
        using var toy = new Toy(22, BfvParameters.N4096);
        using var fresh = toy.Public.Encrypt(toy.Encoder.Encode([3UL]), toy.Random);
        Assert.Equal(NoiseBound.Exhausted, Assert.Throws<CollabException>(() => Evaluator.Flood(fresh, toy.Public, toy.Random)).Code);
        using var other = new Toy(23);
        Assert.Throws<ArgumentException>(() => Evaluator.Flood(fresh, other.Public, toy.Random));
        using var wide = other.Public.Encrypt(other.Encoder.Encode([3UL]), other.Random);
        using var product = Evaluator.Multiply(wide, wide);
        Assert.Throws<ArgumentException>(() => Evaluator.Flood(product, other.Public, other.Random));
    }

    [Fact]
    public void Both_parts_of_a_flooded_result_are_new()
    {
        using var toy = new Toy(24);
        using var fresh = toy.Public.Encrypt(toy.Encoder.Encode([3UL]), toy.Random);
        using var first = Evaluator.Flood(fresh, toy.Public, toy.Random);
        using var second = Evaluator.Flood(fresh, toy.Public, toy.Random);
        for (var part = 0; part < 2; part++)
        {
            Assert.NotEqual(fresh[part].Residues.ToArray(), first[part].Residues.ToArray());
            Assert.NotEqual(first[part].Residues.ToArray(), second[part].Residues.ToArray());
        }

        Assert.Equal(3UL, toy.Decrypt(first)[0]);
    }
}

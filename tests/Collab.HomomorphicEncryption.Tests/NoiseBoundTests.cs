using System.Globalization;
using System.Text.Json.Nodes;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.HomomorphicEncryption.Tests;

/// <summary>The bounds against notebooks/bfv-noise.py, which recomputes them, and the primes, with fractions of integers.</summary>
public class NoiseBoundTests
{
    [Theory]
    [InlineData("N4096")]
    [InlineData("N8192")]
    [InlineData("N16384")]
    [InlineData("N32768")]
    public void Primes_worst_cases_and_floods_are_those_of_the_derivation(string name)
    {
        var derived = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "bfv-noise.json")))!["sets"]!.AsArray().Single(set => (string)set!["name"]! == name)!;
        var parameters = Of(name);
        ulong Number(JsonNode? node) => ulong.Parse((string)node!, CultureInfo.InvariantCulture);
        Assert.Equal(Number(derived["plaintextModulus"]), parameters.PlaintextModulus);
        Assert.Equal([.. derived["primes"]!.AsArray().Select(Number), Number(derived["special"])], parameters.Primes);

        var level = parameters.Top;
        var fresh = NoiseBound.FreshPublic(level);
        var shorter = Enumerable.Range(1, parameters.Levels - 1).Aggregate(default(NoiseBound), (sum, limbs) => sum + NoiseBound.Switching(parameters.Level(limbs)));
        void Same(string key, NoiseBound bound) => Assert.Equal((double)derived[key]!, Math.Log2(bound.Worst), 1e-6);
        Same("freshSymmetric", NoiseBound.FreshSymmetric(level));
        Same("freshPublic", fresh);
        Same("square", NoiseBound.Product(level, fresh, fresh));
        Same("keySwitch", NoiseBound.KeySwitch(level));
        Same("switchToOnePrime", shorter);
        Same("flood", NoiseBound.Flood(level));
        Assert.Equal(((int)derived["floodBits"]!, (int)derived["productsInOneSum"]!), (level.FloodBits, level.Tensor.MostTerms));
    }

    [Fact]
    public void The_largest_degree_encrypts_adds_and_decrypts_within_its_bound()
    {
        var parameters = BfvParameters.N32768;
        var source = RandomSource.Seeded(41);
        using var secret = SecretKey.Generate(parameters, source);
        using var key = secret.PublicKey(source);
        var encoder = new BatchEncoder(parameters);
        var slots = Enumerable.Range(0, parameters.RingDegree).Select(i => (ulong)i * 17 % parameters.PlaintextModulus).ToArray();
        using var plaintext = encoder.Encode(slots);
        using var x = key.Encrypt(plaintext, source);
        using var seeded = secret.Encrypt(plaintext, source);
        using var y = seeded.Expand();
        using var sum = Evaluator.Add(x, y);
        using var decrypted = secret.Decrypt(sum);
        Assert.Equal(slots.Select(a => 2 * a % parameters.PlaintextModulus), encoder.Decode(decrypted));
        using var last = Evaluator.SwitchModulus(y, 1);
        using var again = secret.Decrypt(last);
        Assert.Equal(slots, encoder.Decode(again));
        Assert.True(secret.NoiseBudgetVariableTime(last) >= last.Noise.CertainBits && last.Noise.CertainBits > 0);
    }

    [Fact]
    public void An_operation_on_exhausted_noise_is_refused_before_it_is_computed()
    {
        using var toy = new Toy(42);
        using var fresh = toy.Public.Encrypt(toy.Encoder.Encode([2UL]), toy.Random);
        Assert.Equal(NoiseBound.Exhausted, Assert.Throws<CollabException>(() => Repeat(fresh, x => Evaluator.Relinearize(Evaluator.Multiply(x, x), toy.Relinearization))).Code);
    }

    private static Ciphertext Repeat(Ciphertext x, Func<Ciphertext, Ciphertext> operation)
    {
        for (var i = 0; i < 20; i++) x = operation(x);
        return x;
    }

    private static BfvParameters Of(string name) => name switch
    {
        "N4096" => BfvParameters.N4096,
        "N8192" => BfvParameters.N8192,
        "N16384" => BfvParameters.N16384,
        _ => BfvParameters.N32768,
    };
}

using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class NamedParametersTests
{
    public static IEnumerable<TheoryDataRow<string>> Names() => [new("N4096"), new("N8192"), new("N16384")];

    [Theory, MemberData(nameof(Names))]
    public void Each_named_set_computes_to_its_depth_within_its_bounds(string name)
    {
        var parameters = Of(name);
        using var toy = new Toy(7, parameters);
        var t = parameters.PlaintextModulus;
        var random = new Random(3);
        ulong[] Draw() => [.. Enumerable.Range(0, parameters.RingDegree).Select(_ => (ulong)random.NextInt64((long)t))];
        var (slots, factor) = (Draw(), Draw());
        using var plaintext = toy.Encoder.Encode(slots);
        using var prepared = toy.Encoder.Encode(factor).Prepare(parameters.Levels);
        using var fresh = toy.Public.Encrypt(plaintext, toy.Random);
        CheckNoise(toy, fresh);
        Assert.Equal(slots, toy.Decrypt(fresh));

        using var scaled = Evaluator.Multiply(fresh, prepared);
        CheckNoise(toy, scaled);
        Assert.Equal(slots.Zip(factor, (a, b) => (ulong)((UInt128)a * b % t)), toy.Decrypt(scaled));

        using var rotated = Evaluator.RotateRows(Evaluator.ExchangeRows(fresh, toy.Galois), 5, toy.Galois);
        CheckNoise(toy, rotated);
        var half = slots.Length / 2;
        Assert.Equal(RandomCircuitTests.Rotated([.. slots[half..], .. slots[..half]], 5), toy.Decrypt(rotated));

        // Powers by squaring until the next square is refused: what the bound promises is there.
        var (power, clear, depth) = (fresh, slots, 0);
        try
        {
            while (true)
            {
                using var product = Evaluator.Multiply(power, power);
                power = Evaluator.Relinearize(product, toy.Relinearization);
                clear = [.. clear.Select(a => (ulong)((UInt128)a * a % t))];
                depth++;
                CheckNoise(toy, power);
                Assert.Equal(clear, toy.Decrypt(power));
            }
        }
        catch (CollabException e)
        {
            Assert.Equal(NoiseBound.Exhausted, e.Code);
        }

        Assert.True(depth >= (name switch { "N4096" => 0, "N8192" => 2, _ => 6 }), $"depth {depth}");
        while (power.Level > 1)
        {
            try
            {
                power = Evaluator.SwitchModulus(power);
            }
            catch (CollabException e) when (e.Code == NoiseBound.Exhausted)
            {
                break;
            }

            CheckNoise(toy, power);
            Assert.Equal(clear, toy.Decrypt(power));
        }
    }

    private static void CheckNoise(Toy toy, Ciphertext ciphertext)
    {
        var budget = toy.Secret.NoiseBudgetVariableTime(ciphertext);
        Assert.True(budget >= ciphertext.Noise.CertainBits && budget >= ciphertext.Noise.LikelyBits, $"{budget} against {ciphertext.Noise}");
        Assert.True(ciphertext.Noise.LikelyBits > budget - 30, $"{budget} against {ciphertext.Noise}"); // the estimate is not idle
    }

    private static BfvParameters Of(string name) => name switch
    {
        "N4096" => BfvParameters.N4096,
        "N8192" => BfvParameters.N8192,
        _ => BfvParameters.N16384,
    };
}

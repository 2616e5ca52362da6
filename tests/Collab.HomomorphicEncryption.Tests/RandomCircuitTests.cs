using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class RandomCircuitTests
{
    // A long run sets COLLAB_HE_CIRCUITS=100000.
    private static int Circuits => int.TryParse(Environment.GetEnvironmentVariable("COLLAB_HE_CIRCUITS"), out var count) ? count : 2000;

    [Fact]
    public void Decrypting_what_was_computed_is_computing_in_the_clear()
    {
        using var toy = new Toy(1);
        var (products, rotations, switches, refused) = (0, 0, 0, 0);
        for (var circuit = 0; circuit < Circuits; circuit++)
        {
            var random = new Random(circuit);
            var pool = new List<(Ciphertext Hidden, ulong[] Clear)> { Fresh(toy, random), Fresh(toy, random) };
            for (var step = 0; step < 8; step++)
            {
                var (x, y) = (pool[random.Next(pool.Count)], pool[random.Next(pool.Count)]);
                while (x.Hidden.Level > y.Hidden.Level) x = x with { Hidden = Evaluator.SwitchModulus(x.Hidden) };
                while (y.Hidden.Level > x.Hidden.Level) y = y with { Hidden = Evaluator.SwitchModulus(y.Hidden) };
                try
                {
                    var operation = random.Next(9);
                    pool.Add(Step(toy, random, operation, x, y));
                    if (operation == 4) products++;
                    if (operation is 5 or 6) rotations++;
                    if (operation == 7) switches++;
                }
                catch (CollabException e) when (e.Code == NoiseBound.Exhausted || e.Code == Ciphertext.Transparent)
                {
                    refused++;
                }
            }

            // Each intermediate value of a few circuits, and the last of every one; noise is within both bounds.
            foreach (var (hidden, clear) in circuit % 50 == 0 ? pool : pool[^1..])
            {
                Assert.Equal(clear, toy.Decrypt(hidden));
                var budget = toy.Secret.NoiseBudgetVariableTime(hidden);
                Assert.True(budget >= hidden.Noise.CertainBits && budget >= hidden.Noise.LikelyBits, $"{budget} against {hidden.Noise}");
            }

            pool.ForEach(value => value.Hidden.Dispose());
        }

        Assert.True(products > Circuits / 4 && rotations > Circuits / 4 && switches > Circuits / 8, $"{products} {rotations} {switches} {refused}");
    }

    private static (Ciphertext, ulong[]) Step(Toy toy, Random random, int operation, (Ciphertext Hidden, ulong[] Clear) x, (Ciphertext Hidden, ulong[] Clear) y)
    {
        var t = toy.Secret.Parameters.PlaintextModulus;
        ulong[] Each(Func<ulong, ulong, ulong> formula) => [.. x.Clear.Zip(y.Clear, formula)];
        var plain = Slots(toy, random);
        using var encoded = toy.Encoder.Encode(plain);
        switch (operation)
        {
            case 0: return (Evaluator.Add(x.Hidden, y.Hidden), Each((a, b) => (a + b) % t));
            case 1: return (Evaluator.Subtract(x.Hidden, y.Hidden), Each((a, b) => (a + t - b) % t));
            case 2: return (Evaluator.Negate(x.Hidden), Each((a, _) => (t - a) % t));
            case 3:
                using (var factor = encoded.Prepare(x.Hidden.Level))
                    return (Evaluator.Multiply(x.Hidden, factor), [.. x.Clear.Zip(plain, (a, b) => a * b % t)]);
            case 4:
                using (var product = Evaluator.Multiply(x.Hidden, y.Hidden))
                    return (Evaluator.Relinearize(product, toy.Relinearization), Each((a, b) => a * b % t));
            case 5:
                var step = new[] { 1, 2, 5, -3 }[random.Next(4)];
                return (Evaluator.RotateRows(x.Hidden, step, toy.Galois), Rotated(x.Clear, step));
            case 6: return (Evaluator.ExchangeRows(x.Hidden, toy.Galois), [.. x.Clear.Skip(x.Clear.Length / 2), .. x.Clear.Take(x.Clear.Length / 2)]);
            case 7: return x.Hidden.Level > 1 ? (Evaluator.SwitchModulus(x.Hidden), x.Clear) : (Evaluator.Negate(x.Hidden), Each((a, _) => (t - a) % t));
            default:
                return random.Next(2) == 0
                    ? (Evaluator.Add(x.Hidden, encoded), [.. x.Clear.Zip(plain, (a, b) => (a + b) % t)])
                    : (Evaluator.Subtract(x.Hidden, encoded), [.. x.Clear.Zip(plain, (a, b) => (a + t - b) % t)]);
        }
    }

    internal static ulong[] Rotated(ulong[] slots, int step)
    {
        var half = slots.Length / 2;
        return [.. Enumerable.Range(0, slots.Length).Select(i => slots[(i / half * half) + ((((i + step) % half) + half) % half)])];
    }

    private static (Ciphertext, ulong[]) Fresh(Toy toy, Random random)
    {
        var slots = Slots(toy, random);
        using var plaintext = toy.Encoder.Encode(slots);
        if (random.Next(2) == 0) return (toy.Public.Encrypt(plaintext, toy.Random), slots);
        using var seeded = toy.Secret.Encrypt(plaintext, toy.Random);
        return (seeded.Expand(), slots);
    }

    private static ulong[] Slots(Toy toy, Random random) =>
        [.. Enumerable.Range(0, toy.Secret.Parameters.RingDegree).Select(_ => (ulong)random.NextInt64((long)toy.Secret.Parameters.PlaintextModulus))];
}

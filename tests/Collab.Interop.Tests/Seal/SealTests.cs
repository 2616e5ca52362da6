using System.Globalization;
using System.Text.Json;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Interop.Tests.Seal;

/// <summary>Our BFV beside Microsoft SEAL: the same parameters, plaintexts and operations, each with keys of its own.</summary>
public sealed class SealTests
{
    private static readonly int[] RowSteps = [1, -3, 100];

    // Budgets are of the largest of thousands of coefficients, SEAL's in whole bits. The implementations round products in different ways.
    private const double Bits = 3;

    [Fact]
    public async Task The_same_parameters_are_secure_for_both_and_insecure_for_both()
    {
        (int Degree, int Plain, int[] Primes, int Special)[] sets =
        [
            (2048, 16, [20], 33), (2048, 16, [20], 36),
            (4096, 20, [36, 36], 37), (4096, 20, [36, 37], 37), (4096, 16, [30, 36], 42),
            (8192, 20, [43, 43, 44, 44], 44), (8192, 20, [43, 44, 44, 44], 44), (8192, 17, [36, 48, 48], 48),
            (16384, 20, [48, 48, 48, 48, 48, 48, 48, 48], 48), (16384, 20, [48, 48, 48, 48, 48, 48, 48, 48, 40], 48),
            (32768, 20, [.. Enumerable.Repeat(48, 18)], 48),
        ];
        BfvParametersLiteral[] literals = [.. sets.Select(set => BfvParameters.Literal(set.Degree, set.Plain, set.Primes, set.Special))];
        var outcomes = await RunAsync([.. literals.Select(literal => Program(literal, [], []))]);
        var ours = literals.Select(IsSecure).ToList();
        Assert.Equal(outcomes.Select(outcome => outcome.Accepted), ours);
        Assert.Equal((6, 5), (ours.Count(secure => secure), ours.Count(secure => !secure)));
    }

    [Fact]
    public async Task The_same_slots_are_the_same_polynomial()
    {
        // Lengths of t, and slots that are one at a single place: a basis' first, last and row borders, and all at once at random.
        (int Degree, int Plain)[] sets = [(1024, 14), (4096, 20), (8192, 17)];
        BfvParametersLiteral[] literals = [.. sets.Select(set => BfvParameters.Literal(set.Degree, set.Plain, [set.Degree == 1024 ? 27 : 43], null))];
        SealProgram[] programs = [.. literals.Select(literal => Program(
            literal,
            [
                .. new[] { 0, 1, (literal.RingDegree / 2) - 1, literal.RingDegree / 2, literal.RingDegree - 1 }.Select(place =>
                {
                    var slots = new ulong[literal.RingDegree];
                    slots[place] = 1;
                    return slots;
                }),
                Draw(literal, new Random(literal.RingDegree)),
            ],
            []))];
        var outcomes = await RunAsync(programs);
        foreach (var (literal, program, outcome) in literals.Zip(programs, outcomes))
        {
            var encoder = new BatchEncoder(BfvParameters.Create(literal));
            foreach (var (slots, theirs) in program.Inputs.Zip(outcome.Coefficients!))
            {
                using var plaintext = encoder.Encode(slots);
                Assert.Equal(theirs, plaintext.ToCoefficients());
                Assert.Equal(slots, encoder.Decode(plaintext));
            }
        }
    }

    [Fact]
    public async Task Programs_give_the_same_slots_with_about_the_same_noise()
    {
        (BfvParametersLiteral Literal, int Steps, int Seed)[] cases =
        [
            (BfvParameters.Literal(4096, 20, [36, 36], 37), 12, 1),
            (BfvParameters.Literal(4096, 16, [30, 36], 42), 10, 2),
            (BfvParameters.Literal(8192, 20, [43, 43, 44, 44], 44), 14, 3),
        ];
        List<(SealProgram Program, List<(ulong[] Slots, double Budget, NoiseBound Bound)> Ours)> all =
            [.. cases.Select(run => Compute(run.Literal, run.Steps, run.Seed))];
        var outcomes = await RunAsync([.. all.Select(run => run.Program)]);
        var operations = new Dictionary<string, int>();
        foreach (var ((program, ours), outcome) in all.Zip(outcomes))
        {
            Assert.Equal(ours.Count, outcome.Values!.Count);
            for (var i = 0; i < ours.Count; i++)
            {
                var (theirs, mine) = (outcome.Values[i], ours[i]);
                var step = i < program.Inputs.Count ? "encrypt" : program.Steps[i - program.Inputs.Count].Operation;
                operations[step] = operations.GetValueOrDefault(step) + 1;
                Assert.Equal(theirs.Slots, mine.Slots);
                Assert.True(mine.Budget >= mine.Bound.LikelyBits && mine.Budget >= mine.Bound.CertainBits, $"{step}: {mine.Budget} against {mine.Bound}");
                Assert.True(Math.Abs(theirs.Budget + 0.5 - mine.Budget) <= Bits, $"{step}: {mine.Budget} bits of budget against {theirs.Budget}");
            }
        }

        Assert.Equal(10, operations.Count);
    }

    // A random program of operations that our bound allows; every value is decrypted.
    private static (SealProgram Program, List<(ulong[] Slots, double Budget, NoiseBound Bound)> Ours) Compute(BfvParametersLiteral literal, int count, int seed)
    {
        var parameters = BfvParameters.Create(literal);
        var (source, random, encoder) = (RandomSource.Seeded(seed), new Random(seed), new BatchEncoder(parameters));
        using var secret = SecretKey.Generate(parameters, source);
        using var relinearization = secret.RelinearizationKey(source);
        using var galois = secret.GaloisKeys(RowSteps, columns: true, source);
        ulong[][] inputs = [Draw(literal, random), Draw(literal, random)];
        Plaintext[] plain = [.. inputs.Select(slots => encoder.Encode(slots))];
        List<Ciphertext> values = [.. plain.Select(plaintext => secret.Encrypt(plaintext, source).Expand())];
        var steps = new List<SealStep>();
        string[] operations = ["multiply", "multiplyPlain", "add", "rotateRows", "subtract", "rotateColumns", "addPlain", "negate", "switch"];
        for (var tries = 0; steps.Count < count && tries < 200; tries++)
        {
            var operation = operations[tries % operations.Length];
            var (a, b) = (random.Next(values.Count), random.Next(values.Count));
            if (operation is "multiplyPlain" or "addPlain") b = random.Next(inputs.Length);
            if (operation is "rotateRows") b = RowSteps[random.Next(RowSteps.Length)];
            if (operation is "add" or "subtract" or "multiply" && values[a].Level != values[b].Level || operation == "switch" && values[a].Level == 1) continue;
            try
            {
                values.Add(Do(operation, values[a], b, values, plain, relinearization, galois));
                steps.Add(new(operation, a, b));
            }
            catch (CollabException e) when (e.Code == NoiseBound.Exhausted || e.Code == Ciphertext.Transparent)
            {
                // A set of one product has no room for this: without that step.
            }
        }

        return (Program(literal, inputs, steps), [.. values.Select(value =>
        {
            using var plaintext = secret.Decrypt(value);
            return (encoder.Decode(plaintext), secret.NoiseBudgetVariableTime(value), value.Noise);
        })]);
    }

    private static Ciphertext Do(
        string operation, Ciphertext x, int b, List<Ciphertext> values, Plaintext[] plain, RelinearizationKey relinearization, GaloisKeys galois)
    {
        switch (operation)
        {
            case "add": return Evaluator.Add(x, values[b]);
            case "subtract": return Evaluator.Subtract(x, values[b]);
            case "negate": return Evaluator.Negate(x);
            case "multiply":
                using (var product = Evaluator.Multiply(x, values[b])) return Evaluator.Relinearize(product, relinearization);
            case "multiplyPlain":
                using (var factor = plain[b].Prepare(x.Level)) return Evaluator.Multiply(x, factor);
            case "addPlain": return Evaluator.Add(x, plain[b]);
            case "rotateRows": return Evaluator.RotateRows(x, b, galois);
            case "rotateColumns": return Evaluator.ExchangeRows(x, galois);
            default: return Evaluator.SwitchModulus(x);
        }
    }

    private static bool IsSecure(BfvParametersLiteral literal)
    {
        try
        {
            _ = BfvParameters.Create(literal);
            return true;
        }
        catch (InsecureParametersException)
        {
            return false;
        }
    }

    private static ulong[] Draw(BfvParametersLiteral literal, Random random) =>
        [.. Enumerable.Range(0, literal.RingDegree).Select(_ => (ulong)random.NextInt64((long)literal.PlaintextModulus))];

    private static SealProgram Program(BfvParametersLiteral literal, IReadOnlyList<ulong[]> inputs, IReadOnlyList<SealStep> steps) => new(
        literal.RingDegree,
        literal.PlaintextModulus.ToString(CultureInfo.InvariantCulture),
        [.. literal.CiphertextModuli.Concat(literal.SpecialModulus is { } special ? [special] : []).Select(q => q.ToString(CultureInfo.InvariantCulture))],
        RowSteps,
        inputs,
        steps);

    private static async Task<SealOutcome[]> RunAsync(SealProgram[] programs) =>
        JsonSerializer.Deserialize<SealOutcome[]>(await Peer.AskAsync("seal", JsonSerializer.Serialize(programs)))!;
}

using System.Text.Json.Nodes;
using Collab.Arithmetic.BinaryField;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Unbalanced;
using Collab.Testing;

namespace Collab.Psi.Tests.Unbalanced;

/// <summary>Parameters whose bounds do not hold cannot be made, and those that are found hold theirs.</summary>
public class UnbalancedParametersTests
{
    internal static UnbalancedParametersLiteral SmallLiteral { get; } = new()
    {
        ReceiverItems = 1, SenderItems = 4, LabelSize = 0, Tables = 1, Bundles = 1, Places = 4, Tags = 3,
        Encryption = new() { RingDegree = 2048, PlaintextModulus = 40961, CiphertextModuli = BfvParameters.Literal(2048, 16, [30, 24], null).CiphertextModuli },
    };

    [Fact]
    public void A_bound_that_does_not_hold_is_refused_and_named()
    {
        static string Refused(UnbalancedParametersLiteral literal) => Assert.Throws<ArgumentException>(() => UnbalancedParameters.Create(literal)).Message;
        UnbalancedParameters.Create(SmallLiteral);
        Assert.Contains("False positives", Refused(SmallLiteral with { Tags = 2 }), StringComparison.Ordinal);
        Assert.Contains("placement", Refused(SmallLiteral with { SenderItems = 100_000 }), StringComparison.Ordinal);
        Assert.Contains("noise", Refused(SmallLiteral with { Places = 2000, Encryption = SmallLiteral.Encryption with { PlaintextModulus = 737281 } }), StringComparison.Ordinal);
        Assert.Contains("bins", Refused(SmallLiteral with { ReceiverItems = 2000, Tags = 5 }), StringComparison.Ordinal);
        Assert.Contains("receiver", Refused(SmallLiteral with { ReceiverItems = 0 }), StringComparison.Ordinal);
        Assert.Contains("sender", Refused(SmallLiteral with { SenderItems = 0 }), StringComparison.Ordinal);
        Assert.Contains("label", Refused(SmallLiteral with { LabelSize = UnbalancedParameters.LargestLabel + 1 }), StringComparison.Ordinal);
        Assert.Contains("places", Refused(SmallLiteral with { Places = 1 }), StringComparison.Ordinal);
        Assert.Contains("Tables", Refused(SmallLiteral with { Tables = 0 }), StringComparison.Ordinal);
        Assert.Contains("22 bits", Refused(SmallLiteral with { Encryption = SmallLiteral.Encryption with { PlaintextModulus = 8380417 } }), StringComparison.Ordinal);
        Assert.Contains("key switching", Refused(SmallLiteral with { Encryption = SmallLiteral.Encryption with { SpecialModulus = 1 } }), StringComparison.Ordinal);
        Assert.Throws<InsecureParametersException>(() => UnbalancedParameters.Create(
            SmallLiteral with { Encryption = SmallLiteral.Encryption with { CiphertextModuli = BfvParameters.Literal(2048, 16, [30, 26], null).CiphertextModuli } }));
    }

    [Theory]
    [InlineData(1, 1, 0), InlineData(1, 1_000_000, 32), InlineData(1024, 1 << 20, 0), InlineData(500, 100_000, 200), InlineData(65_536, 1 << 20, 0)]
    public void Parameters_are_found_for_the_sizes_and_are_the_same_each_time(int receiver, int sender, int label)
    {
        var parameters = UnbalancedSearch.Find(receiver, sender, label);
        Assert.Equal((receiver, sender, label), (parameters.ReceiverItems, parameters.SenderItems, parameters.LabelSize));
        Assert.True(parameters.FalsePositiveLog2 <= -40 && parameters.PlacementFailure <= 0.5 && parameters.Noise.Likely < 0.5 && parameters.NoiseFailureLog2 <= -60);
        Assert.Equal(parameters.Id, UnbalancedSearch.Find(receiver, sender, label).Id);
        if (sender > 1) Assert.NotEqual(parameters.Id, UnbalancedSearch.Find(receiver, sender - 1, label).Id);
    }

    /// <summary>The notebook has the formulas of the spec, and checks them against the exact tail of the binomial distribution.</summary>
    [Fact]
    public void Bounds_and_found_parameters_are_those_of_the_notebook()
    {
        var derived = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "unbalanced-parameters.json")))!;
        foreach (var set in derived["sets"]!.AsArray())
        {
            int Number(string name) => (int)set![name]!;
            var found = UnbalancedSearch.Find(Number("receiver"), Number("sender"), Number("label"));
            Assert.Equal(
                (Number("degree"), (ulong)Number("modulus"), Number("tables"), Number("bundles"), Number("places"), Number("tags")),
                (found.Encryption.RingDegree, found.Encryption.PlaintextModulus, found.Tables, found.Bundles, found.Places, found.Tags));
            Assert.Equal((double)set!["falsePositiveLog2"]!, found.FalsePositiveLog2, 1e-6);
            Assert.Equal((double)set["placementFailure"]!, found.PlacementFailure, 1e-6);
            Assert.Equal((double)set["likelyNoise"]!, found.Noise.Likely, 1e-3);                // the primes are a little below their powers of two
            Assert.Equal(1.0, (double)set["noiseFailureLog2"]! / found.NoiseFailureLog2, 0.02);
        }
    }

    [Theory, InlineData(0, 1, 0), InlineData(1, 0, 0), InlineData(1, 1, -1), InlineData(UnbalancedParameters.LargestReceiver + 1, 1, 0)]
    public void There_are_none_for_sizes_out_of_range(int receiver, int sender, int label) =>
        Assert.Throws<ArgumentException>(() => UnbalancedSearch.Find(receiver, sender, label));

    /// <summary>The chance that a placement does not exist, counted over many salts, is within the bound that parameters state.</summary>
    [Fact]
    public void Placements_fail_no_more_often_than_the_bound_says()
    {
        // 24,000 items over 2048 bins, 11.7 in each on average: bundles for 30.
        const int items = 24_000, salts = 40;
        var literal = SmallLiteral with { SenderItems = items, Bundles = 5, Places = 6 };
        var parameters = UnbalancedParameters.Create(literal);
        Assert.InRange(parameters.PlacementFailure, 0.001, 0.5);
        var seeds = new Gf128[items];
        for (var i = 0; i < items; i++) seeds[i] = Gf128.Read(RandomSource.Seeded(i).Bytes(16));
        int[] records = [.. Enumerable.Range(0, items)];
        var failures = 0;
        for (var salt = 0U; salt < salts; salt++)
        {
            var function = new ItemFunction(parameters, salt);
            var points = new uint[items];
            function.Numbers(seeds, points, new uint[items * parameters.Values], parameters.Values);
            failures += BinTable.Place(parameters, records, function.Bins(seeds), points, RandomSource.Seeded(1), 1) is null ? 1 : 0;
        }

        // Binomial(40, 1/2) is above 38 with chance below 2^-29; the seeds are fixed, so this never changes.
        Assert.True(failures <= 38, $"{failures} of {salts}");
    }
}

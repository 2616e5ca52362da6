using System.Text.Json;
using Collab.FederatedLearning.Features;
using Collab.Jobs;

namespace Collab.FederatedLearning.Tests.Features;

/// <summary>Features of Boston mortgages are what scikit-learn makes of the same rows (tests/oracles/features.py).</summary>
public sealed class FeatureOracleTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "features.json"))).RootElement;

    [Fact]
    public Task Scaling_with_means_for_missing_values() => CompareAsync(
        "standardized_mean", Rows.Mortgage("pirat", 9, i => i % 7 == 2), new(MissingValues.Mean), new Standardize());

    [Fact]
    public Task Medians_and_indicators_for_missing_values() => CompareAsync(
        "standardized_median_indicator", Rows.Mortgage("hirat", 9, i => i % 7 == 2), new(MissingValues.Median, Indicator: true), new Keep());

    [Fact]
    public Task Scaling_to_a_range() => CompareAsync("range", Rows.Mortgage("lvrat", 9), MissingRule.Refused, new ScaleToRange());

    [Fact]
    public Task Levels_with_one_unseen() => CompareAsync(
        "levels", Rows.MortgageText("chist"), MissingRule.Refused, new BinIndicators(Binning.Learned(UnseenLevels.Zero)), i => ((TextColumn)Rows.MortgageText("chist")).Values[i] != "6");

    [Theory, InlineData(false), InlineData(true)]
    public async Task Weights_of_evidence(bool levels)
    {
        var vector = Vectors.GetProperty(levels ? "evidence_levels" : "evidence_width");
        Column column = levels ? Rows.MortgageText("chist") : Rows.Mortgage("unemp", 9);
        var binning = levels ? Binning.Learned(UnseenLevels.Zero) : Binning.EqualWidth(5);
        var training = new Rows(2380, 100, column).Where(Trains);
        double[] labels = [.. Rows.Denied.Where((_, i) => Trains(i))];
        var prepared = await RecipeFitting.PrepareAsync(FeatureRecipe.Create(9, new FeatureStep(column.Schema, MissingRule.Refused, new WeightOfEvidence(binning))), training);
        if (!levels) Close(Doubles(vector.GetProperty("edges")), prepared.Open[0].Edges.ToArray());
        var counts = LabelCounting.Of((await prepared.BinAsync(0, 1, training))[0], labels);
        var expected = vector.GetProperty("counts").EnumerateArray().Select(pair => (pair[0].GetInt64(), pair[1].GetInt64()));
        Assert.Equal(expected, counts.Goods.Zip(counts.Bads).SkipLast(1));
        var evidence = EvidenceWeights.Of(counts);
        Close(Doubles(vector.GetProperty("weights")), [.. evidence.Weights.SkipLast(1)]);
        Close([vector.GetProperty("value").GetDouble()], [evidence.InformationValue]);
        if (levels)
        {
            var pairs = expected.Zip(expected.Skip(1), ChiMerging.Chi);
            Close(Doubles(vector.GetProperty("chi")), [.. pairs]);
        }

        var weights = prepared.Finish(counts).Apply(training.All).Columns[0];
        var bins = (await prepared.BinAsync(0, 1, training))[0];
        for (var row = 0; row < training.Count; row++)
            Assert.Equal(evidence.Weights[bins.Rows[row]], ((NumberColumn)weights).Values.Span[row] / 1e9, 1e-9);
    }

    [Fact]
    public void Correlations_and_variance_inflation()
    {
        var matrix = CorrelationMatrix.Of(SelectionTests.Columns);
        var expected = Vectors.GetProperty("correlations").EnumerateArray().Select(Doubles).ToArray();
        for (var i = 0; i < expected.Length; i++) Close(expected[i], [.. Enumerable.Range(0, expected.Length).Select(j => matrix[i, j])]);
        Close(Doubles(Vectors.GetProperty("inflation")), matrix.VarianceInflation([.. Enumerable.Range(0, expected.Length)]), 1e-7);
    }

    [Fact]
    public void Stability_between_two_halves()
    {
        var vector = Vectors.GetProperty("stability");
        long[] Counts(string name) => [.. vector.GetProperty(name).EnumerateArray().Select(x => x.GetInt64())];
        Assert.Equal(vector.GetProperty("index").GetDouble(), StabilityIndex.Of(Counts("expected"), Counts("actual")), 1e-12);
    }

    private static bool Trains(int row) => row % 4 != 3;

    private static async Task CompareAsync(string name, Column column, MissingRule missing, Transformation transformation, Func<int, bool>? seen = null)
    {
        var all = new Rows(2380, 100, column);
        var recipe = FeatureRecipe.Create(9, new FeatureStep(column.Schema, missing, transformation));
        var fitted = (await RecipeFitting.PrepareAsync(recipe, all.Where(i => Trains(i) && seen?.Invoke(i) != false))).Finish();
        var made = fitted.Apply(all.All).Columns.Select(c => ((NumberColumn)c).Values.ToArray().Select(v => v / 1e9).ToArray()).ToArray();
        var vector = Vectors.GetProperty(name);
        var head = vector.GetProperty("head").EnumerateArray().Select(Doubles).ToArray();
        for (var row = 0; row < head.Length; row++) Close(head[row], [.. made.Select(feature => feature[row])], 1.1e-9);
        Close(Doubles(vector.GetProperty("sums")), [.. made.Select(feature => feature.Sum())], 2e-6);
        Close(Doubles(vector.GetProperty("squares")), [.. made.Select(feature => feature.Sum(x => x * x))], 1e-5);
    }

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(x => x.GetDouble())];

    private static void Close(double[] expected, double[] actual, double within = 1e-9)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], within);
    }
}

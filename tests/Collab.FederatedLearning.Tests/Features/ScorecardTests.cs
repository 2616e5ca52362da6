using Collab.FederatedLearning.Features;
using Collab.Jobs;

namespace Collab.FederatedLearning.Tests.Features;

public sealed class ScorecardTests
{
    // 600 points at 50 to 1, 20 points double the odds: factor 28.8539, offset 487.1229 (Siddiqi 2006).
    private static readonly ScorecardScale Scale = new(600, 50, 20);

    [Fact]
    public void The_scale_of_the_book()
    {
        Assert.Equal(28.8539, Scale.Factor, 5e-5);
        Assert.Equal(487.1229, Scale.Offset, 5e-5);
        Assert.Equal(1.0 / 51, Scale.ProbabilityOfBad(600), 1e-12);
        Assert.Equal(1.0 / 101, Scale.ProbabilityOfBad(620), 1e-12);
    }

    [Fact]
    public async Task Points_add_up_to_the_log_odds_of_the_model()
    {
        var rows = new Rows(2380, 100, Rows.MortgageText("chist"), Rows.Mortgage("lvrat", 9));
        var recipe = FeatureRecipe.Create(
            6,
            new FeatureStep(rows.All.Columns[0].Schema, MissingRule.Refused, new WeightOfEvidence(Binning.Learned(UnseenLevels.Zero))),
            new FeatureStep(rows.All.Columns[1].Schema, new(MissingValues.Own), new WeightOfEvidence(Binning.EqualFrequency(10), new(4, 3841))));
        var prepared = await RecipeFitting.PrepareAsync(recipe, rows);
        var fitted = prepared.Finish([.. (await prepared.BinAsync(0, 2, rows)).Select(column => LabelCounting.Of(column, Rows.Denied))]);
        double[] coefficients = [-0.9, -0.7];
        var card = Scorecard.Of(Scale, fitted, coefficients, -2.0);
        var (scores, features) = (card.Score(rows.All), fitted.Apply(rows.All).Columns.Cast<NumberColumn>().ToArray());
        for (var row = 0; row < rows.Count; row++)
        {
            var logit = -2.0 + (coefficients[0] * features[0].Values.Span[row] / 1e6) + (coefficients[1] * features[1].Values.Span[row] / 1e6);
            Assert.Equal(Scale.Offset - (Scale.Factor * logit), scores[row], 1.5);               // three roundings of half a point
            Assert.Equal(1 / (1 + Math.Exp(-logit)), Scale.ProbabilityOfBad(scores[row]), 0.015);
        }

        var table = card.Rows.ToArray();
        Assert.Equal(6 + ((BinMap)fitted.Steps[1].Map).Bins.ValueBins + 1, table.Length);
        Assert.Contains(table, row => row.Column == "chist" && row.Bin == "1" && row.Points > 0);
        Assert.Contains(table, row => row.Column == "lvrat" && row.Bin.StartsWith('≤'));
        Assert.Equal(card.Score(rows.All), Scorecard.Of(Scale, FittedRecipe.Decode(fitted.Encode()), coefficients, -2.0).Score(rows.All));
    }

    [Fact]
    public async Task What_makes_no_scorecard_is_refused()
    {
        var rows = Rows.Of(Rows.Numbers("x", 0, 1, 2, 3));
        var fitted = (await RecipeFitting.PrepareAsync(FeatureRecipe.Create(3, new FeatureStep(rows.All.Columns[0].Schema, MissingRule.Refused, new Standardize())), rows)).Finish();
        Assert.Throws<ArgumentException>(() => Scorecard.Of(Scale, fitted, [1], null));
        var prepared = await RecipeFitting.PrepareAsync(FeatureRecipe.Create(3, new FeatureStep(rows.All.Columns[0].Schema, MissingRule.Refused, new WeightOfEvidence(Binning.EqualWidth(2)))), rows);
        var weights = prepared.Finish(new BinCounts([2, 1, 0], [1, 2, 0]));
        Assert.Throws<ArgumentException>(() => Scorecard.Of(Scale, weights, [1, 2], null));
        Assert.Throws<ArgumentException>(() => Scorecard.Of(Scale, weights, [double.NaN], null));
        Assert.Throws<ArgumentException>(() => Scorecard.Of(Scale with { BaseOdds = 0 }, weights, [1], null));
        Assert.Throws<ArgumentException>(() => Scorecard.Of(Scale with { PointsToDoubleOdds = -1 }, weights, [1], null));
        Assert.Throws<ArgumentException>(() => prepared.Finish());
        Assert.Throws<ArgumentException>(() => prepared.Finish(new BinCounts([1], [1])));
    }

    [Fact]
    public void Stability_of_shares_that_did_not_move_is_zero_and_wrong_counts_are_refused()
    {
        Assert.Equal(0, StabilityIndex.Of([10, 20, 0], [100, 200, 0]), 1e-15);
        Assert.True(StabilityIndex.Of([10, 20, 0], [10, 20, 30]) > 0.25);
        Assert.Throws<ArgumentException>(() => StabilityIndex.Of([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => StabilityIndex.Of([1, 2], [0, 0]));
        Assert.Throws<ArgumentException>(() => StabilityIndex.Of([1, -2], [1, 1]));
    }
}

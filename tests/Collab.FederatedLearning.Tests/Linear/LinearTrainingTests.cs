using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Linear;

/// <summary>Joint linear models against R's plain training of the same data, and what ends a training.</summary>
public sealed class LinearTrainingTests
{
    private const double Close = 1e-4;

    private static readonly string[] Numbers =
        ["Duration", "Amount", "InstallmentRatePercentage", "ResidenceDuration", "Age", "NumberExistingCredits", "NumberPeopleMaintenance", "Telephone"];

    private static readonly string[] MortgageNumbers = ["pirat", "hirat", "lvrat", "chist", "mhist", "unemp"];

    private static readonly LinearSettings Credit = new() { Epochs = 3, Batch = 64, LearningRate = 0.1, L2 = 0.01 };
    private static readonly LinearSettings Mortgage = new() { Epochs = 2, Batch = 128, LearningRate = 0.2 };
    private static readonly LinearSettings Squares = new() { Family = LinearFamily.Regression, Epochs = 40, Batch = 1000, LearningRate = 0.6 };

    [Fact]
    public void Plain_training_is_what_R_says()
    {
        Compare(FromR("german-three-pieces"), Numbers, [LinearRun.Of(CreditRows.German, Numbers).Plain(Credit)], 1e-9);
        Compare(FromR("hmda-three-pieces"), MortgageNumbers, [LinearRun.Of(CreditRows.Mortgages, MortgageNumbers).Plain(Mortgage)], 1e-9);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_parties_get_the_coefficients_of_R(bool dealt) =>
        Compare(FromR("german-three-pieces"), Numbers, await LinearRun.Of(CreditRows.German, Numbers).TrainAsync(Credit, [3, 5], dealt ? 0 : 1, dealt), Close);

    [Fact]
    public async Task Three_parties_get_the_coefficients_of_R() =>
        Compare(FromR("hmda-three-pieces"), MortgageNumbers, await LinearRun.Of(CreditRows.Mortgages, MortgageNumbers).TrainAsync(Mortgage, [2, 4, 0], 2), Close);

    [Fact]
    public async Task Three_parties_of_whom_one_may_deviate_train_the_same()
    {
        var run = LinearRun.Of(CreditRows.German, Numbers);
        var settings = Credit with { Epochs = 1, Batch = 500 };
        var parts = await run.TrainAsync(settings, [3, 3, 2], 0, security: SecurityModel.Malicious);
        var plain = run.Plain(settings);
        Assert.All(plain.Weights.Zip(parts.SelectMany(part => part.Weights)), pair => Assert.Equal(pair.First, pair.Second, Close));
    }

    [Theory, InlineData(new[] { 3, 5 }), InlineData(new[] { 3, 3, 2 })]
    public async Task Two_pieces_with_nothing_but_shares_between_them_give_what_one_gives(int[] counts)
    {
        var run = LinearRun.Of(CreditRows.German, Numbers);
        var settings = Credit with { Epochs = 3, Batch = 500, L2 = 0.01 };
        var parts = await run.TrainInPiecesAsync(settings, counts, 1, until: 2);
        var plain = run.Plain(settings);
        Assert.Equal(3, parts[0].Losses.Count);
        Assert.All(plain.Losses.Zip(parts[0].Losses), pair => Assert.Equal(pair.First, pair.Second, Close));
        Assert.All(plain.Weights.Zip(parts.SelectMany(part => part.Weights)), pair => Assert.Equal(pair.First, pair.Second, Close));
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Regression_to_convergence_is_what_lm_fits(int parties)
    {
        string[] names = [.. Numbers.Where(name => name != "Amount")];
        var parts = await LinearRun.Of(CreditRows.German, names, "Amount").TrainAsync(Squares, parties == 2 ? [3, 4] : [3, 0, 4], parties - 1, dealt: parties == 2);
        Compare(FromR("german-regression"), names, parts, Close);

        // In units of the columns and the label as they are: the label owner knows the label's mean and deviation.
        var (fit, label) = (FromR("german-lm"), parts[^1].LabelScale!);
        foreach (var (name, coefficient) in names.Zip(parts.SelectMany(part => part.Coefficients)))
            Assert.Equal(fit[name], coefficient * label.Deviation, Math.Max(Math.Abs(fit[name]), label.Deviation / 100) * 1e-3);
        Assert.Equal(fit["(Intercept)"], label.Mean + (parts.Sum(part => part.Constant) * label.Deviation), label.Deviation * 1e-3);
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Mortgages_to_convergence_are_what_lm_fits(int parties)
    {
        string[] names = [.. MortgageNumbers.Where(name => name != "lvrat")];
        LinearSettings settings = new() { Family = LinearFamily.Regression, Epochs = 50, Batch = 2380, LearningRate = 1 };
        var parts = await LinearRun.Of(CreditRows.Mortgages, names, "lvrat").TrainAsync(settings, parties == 2 ? [2, 3] : [2, 2, 1], 1, dealt: parties == 2);
        CompareWeights(FromR("hmda-lm"), names, parts);
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Logistic_regression_to_convergence_is_what_glm_fits(int parties)
    {
        LinearSettings settings = new() { Family = LinearFamily.Logistic, Epochs = 50, Batch = 1000, LearningRate = 4 };
        CompareWeights(FromR("german-glm"), Numbers, await LinearRun.Of(CreditRows.German, Numbers).TrainAsync(settings, parties == 2 ? [3, 5] : [3, 4, 1], 0, dealt: parties == 2));
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Mortgages_to_convergence_are_what_glm_fits(int parties)
    {
        LinearSettings settings = new() { Family = LinearFamily.Logistic, Epochs = 55, Batch = 2380, LearningRate = 8 };
        CompareWeights(FromR("hmda-glm"), MortgageNumbers, await LinearRun.Of(CreditRows.Mortgages, MortgageNumbers).TrainAsync(settings, parties == 2 ? [3, 3] : [2, 3, 1], 0, dealt: parties == 2));
    }

    [Fact]
    public async Task The_smooth_sigmoid_by_transfers_is_that_of_plain_training()
    {
        LinearSettings settings = new() { Family = LinearFamily.Logistic, Epochs = 1, Batch = 250, LearningRate = 2, L2 = 0.1 };
        var run = LinearRun.Of(CreditRows.German, Numbers);
        var (plain, parts) = (run.Plain(settings), await run.TrainAsync(settings, [0, 8], 0));
        Assert.All(plain.Weights.Zip(parts.SelectMany(part => part.Weights)), pair => Assert.Equal(pair.First, pair.Second, Close));
        Assert.Equal(plain.Losses[0], parts[1].Losses[0], Close);
        await Assert.ThrowsAsync<ArgumentException>(() => run.TrainAsync(settings, [3, 3, 2], 0, security: SecurityModel.Malicious));
    }

    [Fact]
    public void The_series_is_as_near_to_the_sigmoid_as_is_said()
    {
        var largest = 0.0;
        for (var z = -12.0; z <= 12; z += 1.0 / 256)
        {
            var sum = 0.5 + Sigmoid.Series.ToArray().Select((c, k) => c * Math.Sin(2 * Math.PI * (k + 1) * z / 32)).Sum();
            largest = Math.Max(largest, Math.Abs(sum - (1 / (1 + Math.Exp(-z)))));
        }

        Assert.InRange(largest, 2e-6, 2.1e-6);
        Assert.InRange(1 / (1 + Math.Exp(Sigmoid.Limit)), 6.1e-6, 6.2e-6);
    }

    [Fact]
    public async Task A_score_is_the_sum_of_the_parts_scores()
    {
        var run = LinearRun.Of(CreditRows.German, Numbers);
        var parts = await run.TrainAsync(Credit with { Epochs = 1 }, [4, 4], 1, dealt: true);
        double[] row = [.. run.Columns.Select(column => column[17])];
        var byCoefficients = row.Zip(parts.SelectMany(part => part.Coefficients), (x, b) => x * b).Sum() + parts.Sum(part => part.Constant);
        Assert.Equal(byCoefficients, parts[0].Score(row.AsSpan()[..4]) + parts[1].Score(row.AsSpan()[4..]), 1e-9);
        Assert.Throws<ArgumentException>(() => parts[0].Score(row));
    }

    [Fact]
    public async Task A_learning_rate_that_is_too_large_ends_training_with_a_reason_at_every_party()
    {
        var failure = await Assert.ThrowsAsync<CollabException>(() =>
            LinearRun.Of(CreditRows.German, Numbers, "Age").TrainAsync(Squares with { LearningRate = 16, Batch = 100 }, [4, 4], 0, dealt: true));
        Assert.Equal(LinearErrors.Diverged, failure.Code);
    }

    [Fact]
    public async Task Perfectly_separated_labels_end_training_once_weights_leave_their_range()
    {
        double[] labels = [.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? 1.0 : 0)];
        double[] column = [.. labels.Select((y, i) => y == 1 ? (i == 0 ? 60 : 0.5) : -0.5)];
        var failure = await Assert.ThrowsAsync<CollabException>(() =>
            new LinearRun([column, [.. labels.Select((_, i) => (double)(i % 7))]], labels).TrainAsync(new() { Epochs = 400, Batch = 32, LearningRate = 8 }, [1, 1], 0, dealt: true));
        Assert.Equal(LinearErrors.Diverged, failure.Code);
    }

    [Fact]
    public async Task Who_states_other_columns_than_it_has_is_refused()
    {
        var run = LinearRun.Of(CreditRows.German, Numbers);
        await Assert.ThrowsAsync<ArgumentException>(() => new LinearRun(run.Columns.Take(3).ToArray(), run.Labels).TrainAsync(Credit, [2, 2], 0, dealt: true));
    }

    private static void CompareWeights(Dictionary<string, double> expected, string[] names, LinearPart[] parts)
    {
        Assert.Equal(expected["(Intercept)"], parts.Sum(part => part.Intercept), Close);
        Assert.All(names.Zip(parts.SelectMany(part => part.Weights)), pair => Assert.Equal(expected[pair.First], pair.Second, Close));
    }

    private static Dictionary<string, double> FromR(string name) => LinearRun.FromR(name);

    private static void Compare(Dictionary<string, double> expected, string[] names, IReadOnlyList<LinearPart> parts, double tolerance)
    {
        Assert.Equal(expected["(Intercept)"], parts.Sum(part => part.Intercept), tolerance);
        Assert.Equal(names.Length, parts.Sum(part => part.Weights.Count));
        foreach (var (name, weight) in names.Zip(parts.SelectMany(part => part.Weights))) Assert.Equal(expected[name], weight, tolerance);
        foreach (var part in parts)
            foreach (var (epoch, loss) in part.Losses.Index()) Assert.Equal(expected[$"loss{epoch + 1}"], loss, tolerance);
    }
}

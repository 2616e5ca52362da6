using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.Secret;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.Secret;

/// <summary>Trees on shares are those of the plain twin, integer by integer; and the twin's predictions are about those of other boosting.</summary>
public sealed class SecretTreesTests
{
    private const int Predicted = 25;

    private static readonly TreeSettings Logistic = new() { Trees = 2, Depth = 3, LearningRate = 0.5, MinimumChildWeight = 2 };
    private static readonly TreeSettings Squared = new() { Loss = TrainingLoss.Squared, Trees = 2, Depth = 2, LearningRate = 0.7, LabelBound = 100, L2 = 0 };

    [Fact]
    public async Task Three_parties_grow_the_trees_of_the_twin()
    {
        var credit = CreditRows.German.Where(i => i < 200);
        await IsTheTwinsAsync(new(Logistic, credit.Binned(8)[..9], credit.Labels, [4, 3, 2], 1));
    }

    [Fact]
    public async Task With_squared_loss_missing_values_and_categories_too()
    {
        var credit = CreditRows.German.Where(i => i < 120);
        BinnedColumn[] columns = [.. credit.Binned(4)[..4], Categories(credit.Labels.Length), WithHoles(credit)];
        var age = credit.Columns.Single(c => c.Name == "Age").Values;
        await IsTheTwinsAsync(new(Squared, columns, age, [0, 4, 2], 2));
    }

    [Fact]
    public async Task Two_parties_with_a_dealer_too()
    {
        var credit = CreditRows.German.Where(i => i < 60);
        await IsTheTwinsAsync(new(Logistic with { Trees = 2, Depth = 2 }, credit.Binned(4)[..5], credit.Labels, [2, 3], 1) { Joint = new(2) { Dealt = true } });
    }

    [Fact]
    public async Task Two_parties_by_transfers_too()
    {
        var credit = CreditRows.German.Where(i => i < 40);
        await IsTheTwinsAsync(new(Squared with { Trees = 1, LabelBound = 1 }, credit.Binned(3)[..3], credit.Labels, [1, 2]));
    }

    [Fact]
    public async Task Three_parties_of_whom_one_may_deviate_too()
    {
        var credit = CreditRows.German.Where(i => i < 30);
        await IsTheTwinsAsync(new(Logistic with { Trees = 1, Depth = 1 }, credit.Binned(3)[..3], credit.Labels, [1, 1, 1]) { Joint = new(3) { Security = SecurityModel.Malicious } });
    }

    [Fact]
    public void The_twin_predicts_about_as_well_as_training_in_floating_point()
    {
        foreach (var rows in new[] { CreditRows.German, CreditRows.Mortgages })
        {
            var settings = new TreeSettings { Trees = 10, Depth = 3, LearningRate = 0.3 };
            BinnedColumn[] columns = rows.Where(i => i % 4 != 0).Binned(16), held = rows.Where(i => i % 4 == 0).Binned([.. columns.Select(c => c.Bins)]);
            double[] labels = rows.Where(i => i % 4 != 0).Labels, expected = rows.Where(i => i % 4 == 0).Labels;
            var plain = PlainSecretTrees.Predict(settings, PlainSecretTrees.Train(settings, columns, labels), held);
            Assert.Equal(CreditRows.Area(TreeTraining.Train(settings, columns, labels).Predict(held), expected), CreditRows.Area(plain, expected), 0.01);
        }
    }

    [Fact]
    public void A_quotient_is_within_its_bound()
    {
        var random = RandomSource.Seeded(1);
        for (var i = 0; i < 20_000; i++)
        {
            var weight = Math.Max(1, (long)(random.NextUInt64() >> (36 + (i % 28))));
            var numerator = (long)((UInt128)random.NextUInt64() * (ulong)Math.Min(512 * weight, 1L << 29) >> 64) - (Math.Min(512 * weight, 1L << 29) / 2);
            var exact = Math.ScaleB((double)numerator / weight, SecretTreeScale.Ratio);
            Assert.InRange(SharedRatio.Divide(numerator, weight, 29) - exact, -(Math.Abs(exact) * Math.ScaleB(1, -15)) - 2, (Math.Abs(exact) * Math.ScaleB(1, -15)) + 2);
        }

        Assert.Equal(0, SharedRatio.Divide(5, 0, 29));
    }

    [Fact]
    public void Pieces_are_as_near_to_the_sigmoid_and_its_slope_as_is_said()
    {
        var (chance, slope, least) = (0.0, 0.0, 1.0);
        for (var score = -(10L << 16); score <= 10L << 16; score += 64)
        {
            var (z, p, s) = (Math.ScaleB(score, -16), Math.ScaleB(ScorePieces.At(score).Chance, -54), Math.ScaleB(ScorePieces.At(score).Slope, -54));
            var exact = 1 / (1 + Math.Exp(-z));
            (chance, slope, least) = (Math.Max(chance, Math.Abs(p - exact)), Math.Max(slope, Math.Abs(s - Math.Max(exact * (1 - exact), 1 / 128.0))), Math.Min(least, s));
        }

        Assert.InRange(chance, 0.0008, 0.00083);
        Assert.InRange(slope, 0.0012, 0.00125);
        Assert.InRange(least, 0.0065, 0.0067);
    }

    [Fact]
    public void Words_that_are_no_model_are_refused()
    {
        TreeSettings settings = new() { Trees = 1, Depth = 1 };
        ulong[] words = [7, 0, 1, 0, 5, ulong.MaxValue];
        var model = PlainTrees.Of(words, settings, 3);
        Assert.Equal((7, 1, 5, -1), (model.FirstScore, model.Chosen[0][0][0], model.Leaves[0][0], model.Leaves[0][1]));
        Assert.False(model.IsSameAs(PlainTrees.Of([7, 1, 0, 0, 5, ulong.MaxValue], settings, 3)));
        foreach (var (place, word) in new[] { (1, 1UL), (2, 0UL), (3, 2UL) })
        {
            ulong[] altered = [.. words];
            altered[place] = word;
            Assert.Equal(TreeErrors.PartsUnfit, Assert.Throws<CollabException>(() => PlainTrees.Of(altered, settings, 3)).Code);
        }
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_before_anything_is_sent()
    {
        var credit = CreditRows.German.Where(i => i < 40);
        SecretTreeRun run = new(Logistic with { Trees = 1, Depth = 1 }, credit.Binned(3)[..3], credit.Labels, [1, 1, 1]);
        foreach (var settings in new[] { run.Settings with { Depth = 9 }, run.Settings with { Depth = 3, Leaves = 7 }, run.Settings with { Trees = 0 } })
            await Assert.ThrowsAsync<ArgumentException>((run with { Settings = settings }).TrainAsync);
        await Assert.ThrowsAsync<ArgumentException>((run with { Columns = credit.Where(i => i < 39).Binned(3)[..3] }).TrainAsync);
        Assert.Equal(TreeErrors.LabelConstant, (await Assert.ThrowsAsync<CollabException>((run with { Labels = new double[40] }).TrainAsync)).Code);
        Assert.Equal(TreeErrors.LabelUnfit, (await Assert.ThrowsAsync<CollabException>((run with { Labels = [.. credit.Labels.Skip(1), double.NaN] }).TrainAsync)).Code);
        Assert.Equal(TreeErrors.TooManyRows, Assert.Throws<CollabException>(() => new SecretTreeScale(Logistic, (1 << 20) + 1)).Code);
    }

    private static async Task IsTheTwinsAsync(SecretTreeRun run)
    {
        var plain = run.Plain();
        Assert.Contains(plain.Chosen.SelectMany(tree => tree.SelectMany(level => level)), split => split > 0);
        var predicted = PlainSecretTrees.Predict(run.Settings, plain, run.Rows(Predicted));
        foreach (var (party, opened) in (await run.OpenedAsync(Predicted)).Index())
        {
            Assert.Equal(plain.FirstScore, opened.Model.FirstScore);
            Assert.Equal(plain.Chosen, opened.Model.Chosen);
            Assert.Equal(plain.Leaves, opened.Model.Leaves);
            Assert.True(plain.IsSameAs(opened.Model));
            if (party == 1) Assert.Equal(predicted, opened.Predicted);
        }
    }

    private static BinnedColumn Categories(int rows) => BinnedColumn.Of(
        FeatureBins.Categorical("c", ["x", "y", "z"]), [.. Enumerable.Range(0, rows).Select(i => (i * i % 5) switch { 0 => "x", 1 => "y", 4 => "z", _ => null })]);

    private static BinnedColumn WithHoles(CreditRows rows)
    {
        double[] values = [.. rows.Columns.Single(c => c.Name == "Duration").Values.Select((v, i) => i % 3 == 0 ? double.NaN : v)];
        return BinnedColumn.Of(FeatureBins.EqualFrequency("holes", values, 5), values);
    }
}

using System.Text.Json;
using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Trees;

public sealed class TreeTrainingTests
{
    private static readonly double[] Alternating = [.. Enumerable.Range(0, 40).Select(i => (double)(i % 2))];

    public static TheoryData<int> Cases => [0, 1, 2, 3];

    [Theory, MemberData(nameof(Cases))]
    public void Areas_are_those_of_an_independent_program(int index)
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "trees.json")));
        var vector = vectors.RootElement.GetProperty("cases")[index];
        double Number(string name) => vector.GetProperty(name).GetDouble();
        string Text(string name) => vector.GetProperty(name).GetString()!;
        var all = CreditRows.Read(Text("file"), Text("label"), Text("positive"));
        var (train, held) = (all.Where(i => i % 4 != 3), all.Where(i => i % 4 == 3));
        var settings = new TreeSettings
        {
            Trees = (int)Number("trees"), Depth = (int)Number("depth"), LearningRate = Number("learningRate"), L2 = Number("l2"),
            MinimumChildWeight = Number("minimumChildWeight"),
        };

        var model = TreeTraining.Train(settings, train.Binned((int)Number("bins")), train.Labels);

        var chances = model.Predict(train.Binned(model.Features));
        Assert.Equal(Number("trainArea"), CreditRows.Area(chances, train.Labels), 0.001);
        Assert.Equal(Number("heldOutArea"), CreditRows.Area(model.Predict(held.Binned(model.Features)), held.Labels), 0.001);
        Assert.Equal(Number("trainLoss"), -chances.Zip(train.Labels, (p, y) => Math.Log(y == 1 ? p : 1 - p)).Average(), 0.001);
    }

    [Fact]
    public void One_split_is_the_formula()
    {
        // Two rows of label 0 below, two of label 1 above: p = 1/2, so g = ±1/2 and h = 1/4.
        var settings = new TreeSettings { Trees = 1, Depth = 1, LearningRate = 1, L2 = 1, MinimumChildWeight = 0.5 };
        var model = TreeTraining.Train(settings, [Column("x", 1, 2, 3, 4)], [0, 0, 1, 1]);
        var root = model.Ensemble.Trees.Single().Nodes[0];
        Assert.Equal((0, (byte)1, false), (root.Split!.Feature, root.Split.Bin, root.Split.MissingLeft));
        Assert.Equal(0.5 * 2 / 1.5, root.Split.Gain, 1e-12);                              // ½·(1²/(½ + 1) + 1²/(½ + 1) − 0)
        Assert.Equal([-2 / 3.0, 2 / 3.0], model.Ensemble.Trees[0].Nodes.Skip(1).Select(n => n.Score / (double)(1 << 24)), (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.Equal(1 / (1 + Math.Exp(2 / 3.0)), model.Predict([Column("x", 0, 9)])[0], 1e-7);
    }

    [Fact]
    public void Missing_values_go_where_they_fit()
    {
        double[] values = [1, 1, double.NaN, double.NaN, 2, 2], labels = [1, 1, 1, 1, 0, 0];
        var settings = new TreeSettings { Trees = 1, Depth = 1, MinimumChildWeight = 0 };
        var bins = FeatureBins.EqualFrequency("x", values, 4);
        var split = TreeTraining.Train(settings, [BinnedColumn.Of(bins, values)], labels).Ensemble.Trees[0].Nodes[0].Split!;
        Assert.Equal((0, true), (split.Bin, split.MissingLeft));

        labels = [0, 0, 1, 1, 0, 0];                                                      // to lack the value is what tells
        split = TreeTraining.Train(settings, [BinnedColumn.Of(bins, values)], labels).Ensemble.Trees[0].Nodes[0].Split!;
        Assert.Equal((1, false), (split.Bin, split.MissingLeft));
    }

    [Fact]
    public void A_category_is_taken_from_the_middle_of_the_others()
    {
        string?[] values = ["a", "b", "c", "a", "b", "c"];
        var bins = FeatureBins.OfCategories("x", values);
        var model = TreeTraining.Train(new() { Trees = 1, Depth = 1, MinimumChildWeight = 0 }, [BinnedColumn.Of(bins, values)], [0, 1, 0, 0, 1, 0]);
        Assert.Equal(1, model.Ensemble.Trees[0].Nodes[0].Split!.Bin);
        var chances = model.Predict([BinnedColumn.Of(bins, ["a", "b", "never seen", null])]);
        Assert.True(chances[1] > chances[0]);
        Assert.Equal(chances[0], chances[2]);
        Assert.Equal(chances[2], chances[3]);
    }

    [Fact]
    public void Squared_loss_finds_a_step()
    {
        double[] x = [.. Enumerable.Range(0, 100).Select(i => (double)i)], y = [.. x.Select(v => v < 37 ? -250.0 : 990)];
        var settings = new TreeSettings { Loss = TrainingLoss.Squared, LabelBound = 1000, Trees = 40, Depth = 2, LearningRate = 0.5, L2 = 0 };
        var column = BinnedColumn.Of(FeatureBins.EqualFrequency("x", x, 200), x);
        Assert.All(TreeTraining.Train(settings, [column], y).Predict([column]).Zip(y), p => Assert.Equal(p.Second, p.First, 0.1));
    }

    [Theory]
    [InlineData(3, 4096, 8)]
    [InlineData(6, 5, 5)]
    [InlineData(1, 4096, 2)]
    public void Trees_keep_their_depth_and_leaves(int depth, int leaves, int most)
    {
        var settings = new TreeSettings { Trees = 3, Depth = depth, Leaves = leaves };
        var model = TreeTraining.Train(settings, CreditRows.German.Binned(16), CreditRows.German.Labels);
        Assert.All(model.Ensemble.Trees, tree => Assert.Equal(most, tree.Nodes.Count(n => n.Split is null)));
    }

    [Fact]
    public void Heavy_leaves_or_large_gains_stop_growth()
    {
        Assert.Single(TreeTraining.Train(new() { Trees = 1, MinimumChildWeight = 1e6 }, CreditRows.German.Binned(16), CreditRows.German.Labels).Ensemble.Trees[0].Nodes);
        Assert.Single(TreeTraining.Train(new() { Trees = 1, MinimumGain = 1e6 }, CreditRows.German.Binned(16), CreditRows.German.Labels).Ensemble.Trees[0].Nodes);
    }

    [Fact]
    public void A_constant_column_is_never_split_and_has_no_importance()
    {
        double[] other = [.. Alternating.Select((y, i) => y + (i % 3))];
        var importance = TreeTraining.Train(new() { Trees = 2 }, [Column("x", [.. Alternating.Select(_ => 7.0)]), Column("y", other)], Alternating).Ensemble.Importance();
        Assert.Equal([0, 1], importance);
    }

    [Fact]
    public void Equal_columns_share_a_split_by_order()
    {
        var model = TreeTraining.Train(new() { Trees = 2 }, [Column("x", Alternating), Column("y", Alternating)], Alternating);
        Assert.Equal([1, 0], model.Ensemble.Importance());
    }

    [Fact]
    public void Separated_classes_stay_finite()
    {
        var model = TreeTraining.Train(new() { Trees = 300, L2 = 0, LearningRate = 1, MinimumChildWeight = 0 }, [Column("x", Alternating)], Alternating);
        Assert.All(model.Predict([Column("x", Alternating)]).Zip(Alternating), p => Assert.Equal(p.Second, p.First, 1e-3));
    }

    [Theory]
    [InlineData("trees.label-constant", 1.0, 1.0, 1.0)]
    [InlineData("trees.label-constant", 0.0, 0.0, 0.0)]
    [InlineData("trees.label-unfit", 0.0, double.NaN, 1.0)]
    [InlineData("trees.label-unfit", 0.0, 2.0, 1.0)]
    public void Labels_that_teach_nothing_are_refused(string code, double a, double b, double c) =>
        Assert.Equal(code, Assert.Throws<CollabException>(() => TreeTraining.Train(new(), [Column("x", 1, 2, 3)], [a, b, c])).Code.Name);

    [Fact]
    public void A_squared_label_beyond_its_bound_or_constant_is_refused()
    {
        var settings = new TreeSettings { Loss = TrainingLoss.Squared, LabelBound = 10 };
        Assert.Equal(TreeErrors.LabelUnfit, Assert.Throws<CollabException>(() => TreeTraining.Train(settings, [Column("x", 1, 2)], [1, 11])).Code);
        Assert.Equal(TreeErrors.LabelConstant, Assert.Throws<CollabException>(() => TreeTraining.Train(settings, [Column("x", 1, 2)], [5, 5])).Code);
    }

    [Fact]
    public void A_gradient_over_its_range_ends_training()
    {
        long[] labels = [0, 1 << 24], scores = [5L << 24, 0];
        Assert.Equal(TreeErrors.GradientOverRange, Assert.Throws<CollabException>(() => Gradients.At(TrainingLoss.Squared, labels, scores, 16)).Code);
        using var within = Gradients.At(TrainingLoss.Logistic, labels, scores, 16);
        Assert.InRange(within.First[0], 60_000, 1 << 16);
    }

    [Fact]
    public void Fraction_bits_leave_room_for_all_rows()
    {
        Assert.Equal(16, Gradients.FractionBits(TrainingLoss.Logistic, 65_536));
        Assert.Equal(15, Gradients.FractionBits(TrainingLoss.Logistic, 65_537));
        Assert.Equal(14, Gradients.FractionBits(TrainingLoss.Squared, 65_536));
        Assert.Equal(TreeErrors.TooManyRows, Assert.Throws<CollabException>(() => Gradients.FractionBits(TrainingLoss.Squared, 1L << 40)).Code);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        TreeSettings[] wrong =
        [
            new() { Depth = 0 }, new() { Depth = 13 }, new() { Trees = 0 }, new() { Leaves = 1 }, new() { LearningRate = 0 }, new() { LearningRate = double.NaN },
            new() { L2 = -1 }, new() { MinimumGain = -1 }, new() { MinimumChildWeight = -1 }, new() { Loss = 0 }, new() { LabelBound = 2 },
            new() { Loss = TrainingLoss.Squared, LabelBound = 0 },
        ];
        Assert.All(wrong, settings => Assert.Throws<ArgumentException>(() => TreeTraining.Train(settings, [Column("x", 1, 2)], [0, 1])));
        Assert.Throws<ArgumentException>(() => TreeTraining.Train(new(), [], [0, 1]));
        Assert.Throws<ArgumentException>(() => TreeTraining.Train(new(), [Column("x", 1, 2, 3)], [0, 1]));
    }

    internal static BinnedColumn Column(string name, params double[] values) => BinnedColumn.Of(FeatureBins.EqualFrequency(name, values, 64), values);
}

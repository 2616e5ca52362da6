using Collab.FederatedLearning.Export;
using Collab.FederatedLearning.Tests.Trees;
using Collab.FederatedLearning.Trees;

namespace Collab.FederatedLearning.Tests.Export;

/// <summary>ONNX Runtime predicts with written trees what the trees predict, for real rows and for all that is missing.</summary>
public sealed class OnnxTreeModelTests
{
    [Theory, InlineData("german_credit.csv", "Class", "Bad"), InlineData("hmda.csv", "deny", "yes")]
    public async Task Onnx_runtime_predicts_what_the_trees_predict(string file, string label, string positive)
    {
        var rows = CreditRows.Read(file, label, positive);
        // A value is missing here and there, so that splits send them to either side.
        rows = rows with { Columns = [.. rows.Columns.Select((c, at) => (c.Name, c.Values.Select((x, i) => (i + at) % 11 == 0 ? double.NaN : x).ToArray()))] };
        var columns = rows.Binned(64);
        var model = TreeTraining.Train(new() { Trees = 40, Depth = 5 }, columns, rows.Labels);
        Assert.Contains(model.Ensemble.Trees.SelectMany(tree => tree.Nodes), node => node.Split is { MissingLeft: true });
        Assert.Contains(model.Ensemble.Trees.SelectMany(tree => tree.Nodes), node => node.Split is { MissingLeft: false });

        var predicted = await OnnxRuntime.PredictAsync(OnnxTreeModel.Write(model), ("x", OnnxRuntime.Numbers(RowsOf(rows))));

        OnnxRuntime.AssertSame(model.Predict(columns), predicted);
    }

    [Fact]
    public async Task Numbers_in_other_units_and_categories_known_and_unknown_are_predicted_the_same()
    {
        var rows = CreditRows.German;
        string?[] region = [.. Enumerable.Range(0, 1000).Select(i => (i * 7 % 10) switch { 0 or 1 => "north & <east>", 2 or 3 or 4 => "süd", 5 => null, _ => "west" })];
        string?[] kind = [.. Enumerable.Range(0, 1000).Select(i => (i * 3 % 7) switch { 0 => null, 1 or 2 => "a", _ => "b" })];
        double[] amount = rows.Columns.Single(c => c.Name == "Amount").Values;
        double[] labels = [.. amount.Select((y, i) => (region[i] switch { null => 900.0, "süd" => -y, _ => y }) + (kind[i] == "b" ? 500 : 0))];
        var duration = rows.Columns.Single(c => c.Name == "Duration").Values;
        BinnedColumn[] columns =
        [
            BinnedColumn.Of(FeatureBins.OfCategories("region", region), region), BinnedColumn.Of(FeatureBins.EqualFrequency("duration", duration, 32), duration),
            BinnedColumn.Of(FeatureBins.OfCategories("kind", kind), kind), BinnedColumn.Of(FeatureBins.EqualFrequency("amount", amount, 255), amount),
        ];
        var model = TreeTraining.Train(new() { Loss = TrainingLoss.Squared, LabelBound = 20_000, Trees = 30, Depth = 6, LearningRate = 0.3 }, columns, labels);
        Assert.Contains(model.Ensemble.Trees.SelectMany(tree => tree.Nodes), node => node.Split is { Feature: 0, MissingLeft: true });

        region[17] = region[18] = "never seen";
        columns[0] = BinnedColumn.Of(columns[0].Bins, region);
        var predicted = await OnnxRuntime.PredictAsync(
            OnnxTreeModel.Write(model), ("x", OnnxRuntime.Numbers(duration.Zip(amount, (a, b) => new[] { a, b }))), ("text", OnnxRuntime.Texts(region.Zip(kind, (a, b) => new[] { a ?? "", b ?? "" }))));

        OnnxRuntime.AssertSame(model.Predict(columns), predicted);
    }

    [Fact]
    public async Task Categories_alone_one_split_and_none_are_models_too()
    {
        string?[] values = ["a", "b", "c", "a", "b", "c"];
        double[] labels = [0, 1, 0, 0, 1, 0];
        BinnedColumn[] columns = [BinnedColumn.Of(FeatureBins.OfCategories("x", values), values)];
        foreach (var settings in new TreeSettings[] { new() { Trees = 1, Depth = 1, MinimumChildWeight = 0 }, new() { Trees = 3, MinimumChildWeight = 100 } })
        {
            var model = TreeTraining.Train(settings, columns, labels);
            var predicted = await OnnxRuntime.PredictAsync(OnnxTreeModel.Write(model), ("text", OnnxRuntime.Texts(values.Append("").Select(x => new[] { x! }))));
            OnnxRuntime.AssertSame(model.Predict([BinnedColumn.Of(columns[0].Bins, [.. values, null])]), predicted);
        }
    }

    [Fact]
    public async Task To_lack_a_value_may_be_all_that_tells()
    {
        double[] values = [1, 1, double.NaN, double.NaN, 2, 2], labels = [0, 0, 1, 1, 0, 0];
        var column = BinnedColumn.Of(FeatureBins.EqualFrequency("x", values, 4), values);
        var model = TreeTraining.Train(new() { Trees = 1, Depth = 1, MinimumChildWeight = 0 }, [column], labels);
        OnnxRuntime.AssertSame(model.Predict([column]), await OnnxRuntime.PredictAsync(OnnxTreeModel.Write(model), ("x", OnnxRuntime.Numbers(values.Select(x => new[] { x })))));
    }

    private static IEnumerable<double[]> RowsOf(CreditRows rows) => Enumerable.Range(0, rows.Labels.Length).Select(i => rows.Columns.Select(c => c.Values[i]).ToArray());
}

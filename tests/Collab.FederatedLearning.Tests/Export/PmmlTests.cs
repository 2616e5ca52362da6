using System.Globalization;
using System.Xml.Linq;
using Collab.FederatedLearning.Export;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Linear;
using Collab.FederatedLearning.Tests.Trees;
using Collab.FederatedLearning.Trees;

namespace Collab.FederatedLearning.Tests.Export;

/// <summary>Written files are sound PMML of the elements that are said, and predict what the models predict, as a reader of its own understands them.</summary>
public sealed class PmmlTests
{
    private static readonly string[] Names = ["Duration", "Age", "Telephone"];

    [Theory, InlineData(LinearFamily.Regression), InlineData(LinearFamily.LogisticThreePieces), InlineData(LinearFamily.Logistic)]
    public void Linear_models_predict_the_same(LinearFamily family)
    {
        var run = LinearRun.Of(CreditRows.German, Names, family == LinearFamily.Regression ? "Amount" : null);
        var model = run.Plain(new() { Family = family, Epochs = 3, Batch = 200 });
        string[] names = ["<months> & \"years\"", "âge", "Telephone"];
        var pmml = new Pmml(PmmlLinearModel.Write(family, [model], names, "bad"));
        for (var i = 0; i < 200; i++)
        {
            double[] row = [.. run.Columns.Select(column => column[i])];
            var score = model.Score(row);
            var expected = family switch
            {
                LinearFamily.Regression => model.LabelScale!.Mean + (score * model.LabelScale.Deviation),
                LinearFamily.Logistic => 1 / (1 + Math.Exp(-score)),
                _ => Math.Clamp(score + 0.5, 0, 1),
            };
            Assert.Equal(expected, pmml.Predict(names.Zip(row).ToDictionary(cell => cell.First, cell => Text(cell.Second))), 1e-12 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void Trees_of_real_rows_with_missing_values_predict_the_same()
    {
        foreach (var rows in new[] { CreditRows.German, CreditRows.Mortgages })
        {
            var data = rows with { Columns = [.. rows.Columns.Select((c, at) => (c.Name, c.Values.Select((x, i) => (i + at) % 11 == 0 ? double.NaN : x).ToArray()))] };
            var columns = data.Binned(64);
            var model = TreeTraining.Train(new() { Trees = 15, Depth = 5 }, columns, data.Labels);
            var pmml = new Pmml(PmmlTreeModel.Write(model, "denied"));
            var expected = model.Predict(columns);
            for (var i = 0; i < 300; i++) Assert.Equal(expected[i], pmml.Predict(data.Columns.ToDictionary(c => c.Name, c => Text(c.Values[i]))), 1e-12);
        }
    }

    [Fact]
    public void Trees_of_numbers_and_categories_predict_the_same()
    {
        double[] x = [.. Enumerable.Range(0, 300).Select(i => i % 13 == 0 ? double.NaN : i * 7 % 101)];
        string?[] region = [.. Enumerable.Range(0, 300).Select(i => (i * 7 % 10) switch { 0 or 1 => "north & <east>", 2 or 3 => "süd", 4 => null, _ => "west" })];
        double[] labels = [.. x.Select((v, i) => (double.IsNaN(v) ? 500 : 3 * v) + (region[i] switch { null => 900, "süd" => -700, _ => 40 }))];
        BinnedColumn[] columns = [BinnedColumn.Of(FeatureBins.EqualFrequency("x", x, 32), x), BinnedColumn.Of(FeatureBins.OfCategories("region", region), region)];
        var model = TreeTraining.Train(new() { Loss = TrainingLoss.Squared, LabelBound = 2000, Trees = 20, Depth = 4, LearningRate = 0.3 }, columns, labels);
        region[5] = "never seen";
        columns[1] = BinnedColumn.Of(columns[1].Bins, region);
        var (pmml, expected) = (new Pmml(PmmlTreeModel.Write(model, "y")), model.Predict(columns));
        for (var i = 0; i < 300; i++) Assert.Equal(expected[i], pmml.Predict(new Dictionary<string, string?> { ["x"] = Text(x[i]), ["region"] = region[i] }), 1e-9);
    }

    [Fact]
    public void Trees_without_a_split_and_by_what_is_missing_alone_are_models_too()
    {
        double[] values = [1, 1, double.NaN, double.NaN, 2, 2], labels = [0, 0, 1, 1, 0, 0];
        var column = BinnedColumn.Of(FeatureBins.EqualFrequency("score", values, 4), values);
        foreach (var settings in new TreeSettings[] { new() { Trees = 1, Depth = 1, MinimumChildWeight = 0 }, new() { Trees = 3, MinimumChildWeight = 100 } })
        {
            var model = TreeTraining.Train(settings, [column], labels);
            var pmml = new Pmml(PmmlTreeModel.Write(model, "score_"));
            Assert.Equal(model.Predict([column]), values.Select(x => pmml.Predict(new Dictionary<string, string?> { ["score"] = Text(x) })), (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Fact]
    public void Names_that_are_not_all_different_or_not_of_XML_are_refused()
    {
        var model = LinearRun.Of(CreditRows.German, Names).Plain(new() { Epochs = 1 });
        byte[] Write(params string[] names) => PmmlLinearModel.Write(LinearFamily.Logistic, [model], names[1..], names[0]);
        Assert.Throws<ArgumentException>(() => Write("y", "a", "b", "a"));
        Assert.Throws<ArgumentException>(() => Write("a", "a", "b", "c"));
        Assert.Throws<ArgumentException>(() => Write("y", "a", "b", ""));
        Assert.Throws<ArgumentException>(() => Write("y", "a", "b"));
        Assert.Throws<ArgumentException>(() => Write("y", "a", "b", "c\u0001"));
        Assert.Equal(["a\nb", "<!--", "]]>", "y"], XDocument.Parse(new Pmml(Write("y", "a\nb", "<!--", "]]>")).Text).Descendants().Where(e => e.Name.LocalName == "DataField").Select(e => e.Attribute("name")!.Value));
    }

    private static string? Text(double value) => double.IsNaN(value) ? null : value.ToString("R", CultureInfo.InvariantCulture);
}

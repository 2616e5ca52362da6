using System.Text.Json;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.FederatedLearning.Trees.RowWise;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees;

/// <summary>Areas under the curve beside those of scikit-learn's histogram boosting with the same settings on the same rows: plain, by columns and by rows.</summary>
public sealed class HistogramBoostingTests
{
    private const double Close = 0.005;
    private static readonly JsonElement Cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "trees-sklearn.json"))).RootElement.GetProperty("cases");

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Plain_trees_reach_the_same_areas(int number)
    {
        var one = Case.Of(number);
        one.Compare(TreeTraining.Train(one.Settings, one.Train.Binned(one.Bins), one.Train.Labels));
    }

    [Theory, InlineData(1, 2), InlineData(1, 3), InlineData(3, 2), InlineData(3, 3)]
    public async Task Trees_by_columns_reach_the_same_areas(int number, int owners)
    {
        var one = Case.Of(number);
        var (columns, options) = (one.Train.Binned(one.Bins), new ColumnWiseOptions { Parallelism = 2 });
        var names = Parties.Named(owners);
        BinnedColumn[] Own(int place) => columns[(columns.Length * place / owners)..(columns.Length * (place + 1) / owners)];
        var runs = await Parties.RunAsync<object>(names, async (self, channels) =>
        {
            var place = Array.IndexOf(names, self);
            if (place > 0) return await ColumnWiseTrees.AssistAsync(channels[names[0]], one.Settings, Own(place), RandomSource.Seeded(place), options);
            return await ColumnWiseTrees.TrainAsync([.. names[1..].Select(other => channels[other])], one.Settings, Own(0), one.Train.Labels, RandomSource.Seeded(0), options);
        });
        one.Compare(((LabelPart)runs[names[0]].Result!).Join([.. names[1..].Select(other => (FeaturePart)runs[other].Result!)]));
    }

    [Fact]
    public async Task Trees_by_rows_reach_the_same_areas()
    {
        var one = Case.Of(4);
        var bins = one.Train.Binned(one.Bins).Select(column => column.Bins).ToArray();
        var names = Parties.Named(3);
        var runs = await Parties.RunAsync(names, async (self, channels) =>
        {
            var own = one.Train.Where(i => i % 3 == Array.IndexOf(names, self));
            return await RowWiseTrees.TrainAsync([.. channels.Values], one.Settings, own.Binned(bins), own.Labels, RandomSource.Seeded(Array.IndexOf(names, self)));
        });
        Assert.All(runs.Values, run => one.Compare(run.Result.Model));
    }

    private sealed record Case(TreeSettings Settings, int Bins, CreditRows Train, CreditRows Held, double TrainArea, double HeldOutArea)
    {
        public static Case Of(int number)
        {
            var vector = Cases[number];
            double Number(string name) => vector.GetProperty(name).GetDouble();
            string Text(string name) => vector.GetProperty(name).GetString()!;
            var all = CreditRows.Read(Text("file"), Text("label"), Text("positive"));
            if (vector.GetProperty("columns") is { ValueKind: JsonValueKind.Array } columns) all = all with { Columns = [.. columns.EnumerateArray().Select(name => all.Columns.Single(c => c.Name == name.GetString()))] };
            var settings = new TreeSettings
            {
                Trees = (int)Number("trees"), Depth = (int)Number("depth"), LearningRate = Number("learningRate"), L2 = Number("l2"), MinimumChildWeight = Number("minimumChildWeight"),
            };
            return new(settings, (int)Number("bins"), all.Where(i => i % 4 != 3), all.Where(i => i % 4 == 3), Number("trainArea"), Number("heldOutArea"));
        }

        public void Compare(TreeModel model)
        {
            Assert.Equal(HeldOutArea, CreditRows.Area(model.Predict(Held.Binned(model.Features)), Held.Labels), Close);
            Assert.Equal(TrainArea, CreditRows.Area(model.Predict(Train.Binned(model.Features)), Train.Labels), Close);
        }
    }
}

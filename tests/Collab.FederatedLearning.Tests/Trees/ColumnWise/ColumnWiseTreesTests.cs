using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.ColumnWise;

public sealed class ColumnWiseTreesTests
{
    private static readonly ColumnWiseOptions Options = new() { Parallelism = 2 };
    private static readonly TreeSettings Settings = new() { Trees = 2, Depth = 3 };

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    public async Task Two_owners_get_the_trees_of_all_columns_together(int own)
    {
        var (columns, labels) = (CreditRows.German.Binned(16), CreditRows.German.Labels);
        var run = await TwoParty.RunAsync(
            c => ColumnWiseTrees.TrainAsync([c], Settings, columns[..own], labels, RandomSource.Seeded(1), Options, TestContext.Current.CancellationToken),
            c => ColumnWiseTrees.AssistAsync(c, Settings, columns[own..], RandomSource.Seeded(2), Options, TestContext.Current.CancellationToken));
        Assert.Equal(TreeTraining.Train(Settings, columns, labels).Encode(), run.Sender.Join([run.Receiver]).Encode());
        Assert.Equal([own, columns.Length - own], run.Sender.Counts);

        var chosen = run.Sender.Ensemble.Trees.SelectMany((tree, t) => tree.Nodes.Select(n => n.Split).OfType<Split>().Where(s => s.Feature >= own)
            .Select(s => new OwnedSplit(t, s.Feature - own, s.Bin, s.MissingLeft)));
        Assert.Equal(chosen, run.Receiver.Splits);
    }

    [Fact]
    public async Task Three_owners_get_the_trees_of_all_columns_together()
    {
        var (columns, labels) = (CreditRows.Mortgages.Binned(16), CreditRows.Mortgages.Labels);
        var settings = Settings with { Depth = 4, Leaves = 9 };
        var runs = await ThreeParty.RunAsync<object>(async (self, channels) =>
        {
            var others = channels.OrderBy(c => c.Key.Name, StringComparer.Ordinal).Select(c => c.Value).ToArray();
            return self.Name switch
            {
                "party-1" => await ColumnWiseTrees.TrainAsync(others, settings, columns[..3], labels, RandomSource.Seeded(1), Options),
                "party-2" => await ColumnWiseTrees.AssistAsync(others[0], settings, columns[3..8], RandomSource.Seeded(2), Options),
                _ => await ColumnWiseTrees.AssistAsync(others[0], settings, columns[8..], RandomSource.Seeded(3), Options),
            };
        });
        object Part(int party) => runs[PartyId.Parse($"party-{party}")].Result;
        var joined = ((LabelPart)Part(1)).Join([(FeaturePart)Part(2), (FeaturePart)Part(3)]);
        Assert.Equal(TreeTraining.Train(settings, columns, labels).Encode(), joined.Encode());
    }

    [Fact]
    public async Task Squared_loss_categories_and_missing_values_are_as_in_clear()
    {
        double[] x = [.. Enumerable.Range(0, 301).Select(i => i % 7 == 0 ? double.NaN : i % 50)], y = [.. x.Select((v, i) => (double.IsNaN(v) ? -30 : v) + (i % 3 == 1 ? 40 : 0))];
        string?[] kinds = [.. x.Select((_, i) => i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : i % 2 == 0 ? "c" : null)];
        BinnedColumn[] columns = [BinnedColumn.Of(FeatureBins.EqualFrequency("x", x, 8), x), BinnedColumn.Of(FeatureBins.OfCategories("kind", kinds), kinds)];
        var settings = new TreeSettings { Loss = TrainingLoss.Squared, LabelBound = 100, Trees = 3, Depth = 2, LearningRate = 0.5 };
        var run = await TwoParty.RunAsync(
            c => ColumnWiseTrees.TrainAsync([c], settings, [], y, RandomSource.Seeded(1), Options, TestContext.Current.CancellationToken),
            c => ColumnWiseTrees.AssistAsync(c, settings, columns, RandomSource.Seeded(2), Options, TestContext.Current.CancellationToken));
        Assert.Equal(TreeTraining.Train(settings, columns, y).Encode(), run.Sender.Join([run.Receiver]).Encode());
    }
}

using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.Secret;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Tests.Trees.Secret;

/// <summary>Columns divided among parties, trainings of them on shares, and their models opened.</summary>
internal sealed record SecretTreeRun(TreeSettings Settings, BinnedColumn[] Columns, double[] Labels, int[] Counts, int LabelOwner = 0)
{
    public JointRun? Joint { get; init; }

    /// <summary>What each party has at the end: the model opened, and predictions for its first rows.</summary>
    public async Task<(PlainTrees Model, double[] Predicted)[]> OpenedAsync(int predicted)
    {
        var some = Rows(predicted);
        return await RunAsync(async (engine, own) =>
        {
            using var part = await SecretTrees.TrainAsync(
                engine, Settings, Features, engine.Parties[LabelOwner], own(Columns), engine.Index == LabelOwner ? Labels : null, Labels.Length, cancellation: TestContext.Current.CancellationToken);
            var predictions = await SecretTrees.PredictAsync(engine, part, own(some), predicted, [engine.Parties[1]]);
            Assert.Equal(engine.Index == 1, predictions is not null);
            return ((await SecretTrees.RevealAsync(engine, part, engine.Parties))!, predictions ?? []);
        });
    }

    /// <summary>Trains alone.</summary>
    public Task<bool[]> TrainAsync() => RunAsync(async (engine, own) =>
    {
        using var part = await SecretTrees.TrainAsync(
            engine, Settings, Features, engine.Parties[LabelOwner], own(Columns), engine.Index == LabelOwner ? Labels : null, Labels.Length, cancellation: TestContext.Current.CancellationToken);
        return true;
    });

    /// <summary>The same in clear.</summary>
    public PlainTrees Plain() => PlainSecretTrees.Train(Settings, Columns, Labels);

    /// <summary>The first rows.</summary>
    public BinnedColumn[] Rows(int count) => [.. Columns.Select(column => column.Bins.IsCategory
        ? BinnedColumn.Of(column.Bins, Enumerable.Range(0, count).Select(i => column.Rows[i] == column.Bins.MissingBin ? null : column.Bins.Categories[column.Rows[i]]).ToArray())
        : BinnedColumn.Of(column.Bins, Enumerable.Range(0, count).Select(i => Middle(column, i)).ToArray()))];

    private IReadOnlyList<IReadOnlyList<FeatureShape>> Features =>
        [.. Counts.Select((_, party) => Own(party, Columns).Select(column => new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory)).ToArray())];

    // A value of the bin that the row is in.
    private static double Middle(BinnedColumn column, int row)
    {
        var bin = column.Rows[row];
        var edges = column.Bins.Edges;
        return bin == column.Bins.MissingBin ? double.NaN : bin < edges.Length ? edges[bin] : edges.Length == 0 ? 0 : edges[^1] + 1;
    }

    private BinnedColumn[] Own(int party, BinnedColumn[] all) => all[Counts.Take(party).Sum()..Counts.Take(party + 1).Sum()];

    private Task<T[]> RunAsync<T>(Func<IVectorEngine, Func<BinnedColumn[], BinnedColumn[]>, Task<T>> program) =>
        (Joint ?? new(Counts.Length)).RunAsync(engine => program(engine, all => Own(engine.Index, all)));
}

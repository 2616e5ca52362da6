using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.ColumnWise;

/// <summary>Parts of a model that stay apart, made here as training makes them.</summary>
public sealed class ColumnWisePredictionTests
{
    private static readonly Digest Training = Digest.Of("test", [1]);
    private static readonly BinnedColumn[] Columns = CreditRows.Mortgages.Binned(12);
    private static readonly TreeModel Model = TreeTraining.Train(new() { Trees = 5, Depth = 4 }, Columns, CreditRows.Mortgages.Labels);

    /// <summary>Messages of the label owner and of the other: a greeting each, and one batch.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 1, received: 2).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Fact]
    public async Task Three_parties_predict_as_the_whole_model()
    {
        var label = LabelPart.Decode(Label(4, 3, Columns.Length - 7).Encode());
        var runs = await ThreeParty.RunAsync(async (self, channels) =>
        {
            var others = channels.OrderBy(c => c.Key.Name, StringComparer.Ordinal).Select(c => c.Value).ToArray();
            if (self.Name == "party-1") return await ColumnWisePrediction.PredictAsync(others, label, Columns[..4], Columns[0].Rows.Length);
            var range = self.Name == "party-2" ? 4..7 : 7..Columns.Length;
            await ColumnWisePrediction.AssistAsync(others[0], FeaturePart.Decode(Feature(range).Encode()), Columns[range]);
            return [];
        });
        Assert.Equal(Model.Predict(Columns), runs[PartyId.Parse("party-1")].Result);
    }

    [Fact]
    public async Task Rows_beyond_a_batch_are_as_those_within()
    {
        var many = Columns.Select(c => BinnedColumn.Of(c.Bins, [.. Enumerable.Range(0, 70_000).Select(i => c.Bins.Edges.Length == 0 ? 0 : c.Bins.Edges[(i * 31) % c.Bins.Edges.Length])])).ToArray();
        var run = await TwoParty.RunAsync(
            c => ColumnWisePrediction.PredictAsync([c], Label(0, Columns.Length), [], 70_000),
            c => ColumnWisePrediction.AssistAsync(c, Feature(..), many));
        Assert.Equal(Model.Predict(many), run.Sender);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            c => ColumnWisePrediction.PredictAsync([c], Label(2, Columns.Length - 2), Columns[..2], Columns[0].Rows.Length),
            c => ColumnWisePrediction.AssistAsync(c, Feature(2..), Columns[2..]), Faults.At(message, kind, byReceiver)));

    [Fact]
    public async Task A_part_of_another_training_or_other_rows_are_refused()
    {
        var fewer = Columns[2..].Select(c => BinnedColumn.Of(c.Bins, [1.0, 2])).ToArray();
        var other = Feature(2..) with { Training = Digest.Of("test", [2]) };
        foreach (var (part, columns) in new[] { (other, Columns[2..]), (Feature(2..), fewer) })
        {
            var failures = await TwoParty.FailAsync(
                c => ColumnWisePrediction.PredictAsync([c], Label(2, Columns.Length - 2), Columns[..2], Columns[0].Rows.Length), c => ColumnWisePrediction.AssistAsync(c, part, columns));
            Assert.Contains("train-trees.predict.1", new[] { failures.Sender, failures.Receiver }.OfType<PeerFaultException>().Select(f => f.Step!.Name));
        }

        Assert.Throws<ArgumentException>(() => Label(2, Columns.Length - 2).Join([other]));
    }

    [Fact]
    public void Parts_are_read_strictly()
    {
        byte[] label = Label(2, Columns.Length - 2).Encode(), feature = Feature(2..).Encode();
        Assert.Equal(label, LabelPart.Decode(label).Encode());
        Assert.Equal(feature, FeaturePart.Decode(feature).Encode());
        for (var cut = 0; cut < feature.Length; cut += 7) Assert.Throws<MalformedException>(() => FeaturePart.Decode(feature.AsSpan(0, cut)));
        for (var cut = 0; cut < label.Length; cut += 7) Assert.Throws<MalformedException>(() => LabelPart.Decode(label.AsSpan(0, cut)));
        Assert.Throws<MalformedException>(() => LabelPart.Decode((Label(2, Columns.Length - 2) with { Counts = [2, 1] }).Encode()));
        Assert.Throws<MalformedException>(() => FeaturePart.Decode((Feature(2..) with { Splits = [new(0, 99, 0, false)] }).Encode()));
    }

    private static LabelPart Label(params int[] counts) => new(Training, Model.Ensemble, [.. Model.Features.Take(counts[0])], counts);

    private static FeaturePart Feature(Range range)
    {
        var (first, count) = range.GetOffsetAndLength(Columns.Length);
        return new(Training, [.. Model.Features.Skip(first).Take(count)],
        [
            .. Model.Ensemble.Trees.SelectMany((tree, t) => tree.Nodes.Select(n => n.Split).OfType<Split>().Where(s => s.Feature >= first && s.Feature < first + count)
                .Select(s => new OwnedSplit(t, s.Feature - first, s.Bin, s.MissingLeft))),
        ]);
    }
}

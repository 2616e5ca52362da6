using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.RowWise;
using Collab.Primitives;
using Collab.SecretSharing.Additive;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.RowWise;

public sealed class RowWiseTreesTests
{
    private static readonly TreeSettings Small = new() { Trees = 1, Depth = 1, MinimumChildWeight = 0 };
    private static readonly FeatureBins Bins = FeatureBins.Ordered("x", 1.5, 2.5);
    private static readonly double[] Labels = [0, 1, 1];
    private static readonly BinnedColumn[] Columns = [BinnedColumn.Of(Bins, [1, 2, double.NaN])];

    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 5, received: 5).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory]
    [InlineData(2), InlineData(3), InlineData(5)]
    public async Task Every_owner_gets_the_model_of_all_rows_together(int owners)
    {
        var settings = new TreeSettings { Trees = 4, Depth = 4, Leaves = 11 };
        var bins = CreditRows.Mortgages.Binned(24).Select(c => c.Bins).ToArray();
        var expected = TreeTraining.Train(settings, CreditRows.Mortgages.Binned(bins), CreditRows.Mortgages.Labels).Encode();
        var runs = await Parties.RunAsync(Parties.Named(owners), async (self, channels) =>
        {
            var place = int.Parse(self.Name[^1..], System.Globalization.CultureInfo.InvariantCulture) - 1;
            var own = CreditRows.Mortgages.Where(i => (i * i) % owners == place);                 // uneven parts, one perhaps empty
            return await RowWiseTrees.TrainAsync([.. channels.Values], settings, own.Binned(bins), own.Labels, RandomSource.Seeded(place));
        });
        Assert.All(runs.Values, run => Assert.Equal(expected, run.Result.Model.Encode()));
    }

    [Fact]
    public async Task Owners_of_one_class_each_train_together()
    {
        var run = await TwoParty.RunAsync(
            c => RowWiseTrees.TrainAsync([c], Small, [BinnedColumn.Of(Bins, [1, 1])], new double[] { 0, 0 }, RandomSource.Seeded(1)),
            c => RowWiseTrees.TrainAsync([c], Small, [BinnedColumn.Of(Bins, [2, 3])], new double[] { 1, 1 }, RandomSource.Seeded(2)));
        Assert.Equal(TreeTraining.Train(Small, [BinnedColumn.Of(Bins, [1, 1, 2, 3])], [0, 0, 1, 1]).Encode(), run.Sender.Model.Encode());
        Assert.Equal(run.Sender.Model.Encode(), run.Receiver.Model.Encode());
        Assert.Equal((4, 4), (run.Sender.Rows, run.Receiver.Rows));
    }

    [Fact]
    public async Task Labels_that_are_the_same_everywhere_are_refused_by_all()
    {
        var (a, b) = await TwoParty.FailAsync(
            c => RowWiseTrees.TrainAsync([c], Small, Columns, new double[] { 1, 1, 1 }, RandomSource.Seeded(1)),
            c => RowWiseTrees.TrainAsync([c], Small, Columns, new double[] { 1, 1, 1 }, RandomSource.Seeded(2)));
        Assert.Contains(TreeErrors.LabelConstant, new[] { a, b }.OfType<CollabException>().Select(e => e.Code));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<CollabException>(() => TwoParty.RunAsync(Train, Train, Faults.At(message, kind, byReceiver)));

    [Fact]
    public async Task Other_settings_or_bins_are_faults_of_step_1()
    {
        foreach (var (settings, bins) in new[] { (Small with { L2 = 2 }, Bins), (Small, FeatureBins.Ordered("x", 1.5, 2.25)) })
        {
            var (failure, other) = await TwoParty.FailAsync(
                Train, c => RowWiseTrees.TrainAsync([c], settings, [BinnedColumn.Of(bins, [1, 2, 3])], Labels, RandomSource.Seeded(2)));
            Assert.Contains("train-trees.rows.1", new[] { failure, other }.OfType<PeerFaultException>().Select(f => f.Step!.Name));
        }
    }

    [Theory]
    [InlineData("labels of no rows", "trees.totals-impossible"), InlineData("a sum beyond all rows", "trees.totals-impossible"), InlineData("one share too few", "peer.protocol")]
    public async Task Totals_of_no_rows_are_refused(string what, string code)
    {
        var (failure, _) = await TwoParty.FailAsync(Train, async channel =>
        {
            await channel.SendAsync(await channel.ReceiveAsync<AgreementMessage>(new("test")));
            await AddAsync(channel, what == "labels of no rows" ? [3, 9L << 24, 1] : [3, 2L << 24, 2L << 48]);
            await AddAsync(channel, what == "one share too few" ? new Int128[7] : [.. Enumerable.Repeat(Int128.One << 40, 8)]);
        });
        Assert.Equal(code, Assert.IsAssignableFrom<CollabException>(failure).Code.Name);

        static async Task AddAsync(IChannel channel, Int128[] values)
        {
            using var shares = await AdditiveSharing.ShareAndAddAsync([channel], Array.ConvertAll(values, v => (Collab.Arithmetic.WideIntegers.Integer256)v), RandomSource.Seeded(3));
            await AdditiveSharing.OpenAsync(channel, shares);
            await AdditiveSharing.ReceiveAsync([channel], values.Length, shares);
        }
    }

    private static async Task<TreeModel> Train(IChannel channel) => (await RowWiseTrees.TrainAsync([channel], Small, Columns, Labels, RandomSource.Seeded(1))).Model;
}

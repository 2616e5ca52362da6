using System.Buffers;
using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.ColumnWise;

/// <summary>Broken messages and bad peers: refused at their step, never a silent model.</summary>
public sealed class ColumnWiseFaultTests
{
    private static readonly TreeSettings Settings = new() { Trees = 1, Depth = 1, MinimumChildWeight = 0 };
    private static readonly StepId Step = new("test");
    private static readonly double[] Labels = [0, 0, 0, 1, 1, 1, 0, 1];
    private static readonly BinnedColumn[] Columns = [TreeTrainingTests.Column("x", 1, 2, 3, 4, 5, 6, 1, 6)];

    /// <summary>The label owner sends its key, nodes, one block, splits and sides; the owner of features its shapes, one answer and sides.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: LabelFrames, received: FeatureFrames).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    private const int LabelFrames = 5;
    private const int FeatureFrames = 3;

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(Train, Assist, Faults.At(message, kind, byReceiver)));

    [Fact]
    public async Task Other_settings_or_rows_are_faults_of_step_1()
    {
        foreach (var (settings, columns) in new[] { (Settings with { L2 = 2 }, Columns), (Settings, [TreeTrainingTests.Column("x", 1, 2)]) })
        {
            var (failure, _) = await TwoParty.FailAsync(Train, c => ColumnWiseTrees.AssistAsync(c, settings, columns, RandomSource.Seeded(2), new()));
            Assert.Equal("train-trees.1", Assert.IsType<PeerFaultException>(failure).Step!.Name);
        }
    }

    [Theory]
    [InlineData("settings", 2), InlineData("rows", 2), InlineData("stride", 2), InlineData("key", 2)]
    [InlineData("gradients", 3), InlineData("no such node", 3), InlineData("no nodes", 3), InlineData("a node twice", 3)]
    [InlineData("split of no node", 5), InlineData("split of no feature", 5), InlineData("split of no bin", 5), InlineData("child that is there", 5)]
    [InlineData("too few sides", 6), InlineData("sides of no node", 6)]
    public async Task An_owner_of_features_refuses_what_a_label_owner_should_not_send(string what, int step)
    {
        var (_, failure) = await TwoParty.FailAsync(c => BadLabelOwnerAsync(c, what), Assist);
        Assert.Equal($"train-trees.{step}", Assert.IsType<PeerFaultException>(failure).Step!.Name);
    }

    [Theory]
    [InlineData("no ciphertexts", 4), InlineData("fresh ciphertexts", 4), InlineData("sums of other rows", 4), InlineData("sides of other rows", 6), InlineData("no sides", 6), InlineData("one side too few", 6)]
    public async Task A_label_owner_refuses_what_an_owner_of_features_should_not_send(string what, int step)
    {
        var (failure, _) = await TwoParty.FailAsync(Train, c => BadFeatureOwnerAsync(c, what));
        Assert.Equal($"train-trees.{step}", Assert.IsType<PeerFaultException>(failure).Step!.Name);
    }

    [Theory, InlineData("one row more"), InlineData("more rows than there are"), InlineData("a bin too few"), InlineData("second sums too")]
    public async Task Counts_of_squared_loss_that_cannot_be_are_refused(string what)
    {
        var settings = Settings with { Loss = TrainingLoss.Squared, LabelBound = 1 };
        var (failure, _) = await TwoParty.FailAsync(
            channel => ColumnWiseTrees.TrainAsync([channel], settings, [], Labels, RandomSource.Seeded(1), new()),
            async channel =>
            {
                var layout = HistogramLayout.Of([Columns[0].Bins]);
                await channel.SendAsync(new FeatureHello(settings.Id, 8, layout));
                var hello = await channel.ReceiveAsync<LabelHello>(Step);
                using var key = PublicKey.Decode(GradientPacking.Parameters, hello.PublicKey);
                using var gradients = new EncryptedGradients(new((int)hello.Stride), key, Columns, layout, hasSecond: false, new(), RandomSource.Seeded(5));
                await channel.ReceiveAsync<NodesMessage>(Step);
                gradients.Begin([[0, 1, 2, 3, 4, 5, 6, 7]]);
                gradients.Set(0, await channel.ReceiveAsync<CiphertextPair>(Step));
                foreach (var answer in gradients.Sum(0, 9)) await channel.SendAsync(what == "second sums too" ? answer with { Second = answer.First } : answer);
                var counts = gradients.Count();
                Assert.Equal(8u, counts.Aggregate(0u, (sum, count) => sum + count));
                counts[0] += what == "one row more" ? 1u : what == "more rows than there are" ? uint.MaxValue - 8 : 0;
                await channel.SendAsync(new BinCountsMessage(what == "a bin too few" ? counts[1..] : counts));
                await channel.ReceiveAsync<OwnSplitsMessage>(Step);
            });
        Assert.Equal(ColumnWiseTrees.SumsStep, Assert.IsType<PeerFaultException>(failure).Step);
    }

    [Fact]
    public void Messages_are_read_strictly()
    {
        static void Strict<T>(T message)
            where T : IMessage<T>
        {
            var buffer = new ArrayBufferWriter<byte>();
            message.Encode(buffer);
            var bytes = buffer.WrittenSpan.ToArray();
            var again = new ArrayBufferWriter<byte>();
            T.Decode(bytes).Encode(again);
            Assert.Equal(bytes, again.WrittenSpan.ToArray());
            Assert.Throws<MalformedException>(() => T.Decode(bytes.AsSpan(1)));
            Assert.Throws<MalformedException>(() => T.Decode([.. bytes, 1]));
        }

        Strict(new FeatureHello(Settings.Id, 9, HistogramLayout.Of([Columns[0].Bins])));
        Strict(new LabelHello(Settings.Id, 9, 32, [1, 2, 3]));
        Strict(new CiphertextPair([3], [4]));
        Strict(new BinCountsMessage([1, 2]));
        Strict(new NodesMessage([1, 2]));
        Strict(new OwnSplitsMessage([new(1, 3, 0, 4, true)]));
        Strict(new SidesMessage([new(1, 3, [true, false, true]), new(2, 5, [])]));
        Assert.Throws<MalformedException>(() => SidesMessage.Decode([1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0b1101]));      // a bit beyond the last
    }

    [Fact]
    public async Task Arguments_that_do_not_fit_are_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ColumnWiseTrees.TrainAsync([], Settings, [], Labels, RandomSource.Seeded(1), new()));
        await Assert.ThrowsAsync<CollabException>(() => ColumnWiseTrees.TrainAsync([null!], Settings, [], new double[] { 1, 1 }, RandomSource.Seeded(1), new()));
        await Assert.ThrowsAsync<ArgumentException>(() => ColumnWiseTrees.TrainAsync([null!], Settings, Columns, new double[] { 1, 0 }, RandomSource.Seeded(1), new()));
    }

    private static Task<LabelPart> Train(IChannel channel) => ColumnWiseTrees.TrainAsync([channel], Settings, [], Labels, RandomSource.Seeded(1), new());

    private static Task<FeaturePart> Assist(IChannel channel) => ColumnWiseTrees.AssistAsync(channel, Settings, Columns, RandomSource.Seeded(2), new());

    // Follows the protocol up to what it does wrong.
    private static async Task BadLabelOwnerAsync(IChannel channel, string what)
    {
        await channel.ReceiveAsync<FeatureHello>(Step);
        using var secret = SecretKey.Generate(GradientPacking.Parameters, RandomSource.Seeded(1));
        using var key = secret.PublicKey(RandomSource.Seeded(2));
        var stride = what == "stride" ? 3u : 32;
        await channel.SendAsync(new LabelHello(
            what == "settings" ? (Settings with { L2 = 3 }).Id : Settings.Id, what == "rows" ? 9u : 8, stride, what == "key" ? [1, 2, 3] : key.Encode()));
        await channel.SendAsync(new NodesMessage(what switch { "no nodes" => [], "no such node" => [1], "a node twice" => [0, 0], _ => [0] }));
        using var plaintext = new GradientPacking(32).Encode(new long[8], [0, 1, 2, 3, 4, 5, 6, 7]);
        using var ciphertext = secret.Encrypt(plaintext, RandomSource.Seeded(3));
        var bytes = ciphertext.Encode();
        if (what == "gradients") bytes[0] ^= 1;
        await channel.SendAsync(new CiphertextPair(bytes, bytes));
        await channel.ReceiveAsync<CiphertextPair>(Step);
        await channel.SendAsync(new OwnSplitsMessage(what switch
        {
            "split of no node" => [new(1, 3, 0, 0, false)],
            "split of no feature" => [new(0, 1, 1, 0, false)],
            "split of no bin" => [new(0, 1, 0, 6, false)],
            "child that is there" => [new(0, 0, 0, 0, false)],
            _ => [],
        }));
        await channel.ReceiveAsync<SidesMessage>(Step);
        await channel.SendAsync(new SidesMessage([what == "too few sides" ? new(0, 1, new bool[7]) : new(3, 5, new bool[8])]));
        await channel.ReceiveAsync<SidesMessage>(Step);
    }

    private static async Task BadFeatureOwnerAsync(IChannel channel, string what)
    {
        var layout = HistogramLayout.Of([Columns[0].Bins]);
        await channel.SendAsync(new FeatureHello(Settings.Id, 8, layout));
        var hello = await channel.ReceiveAsync<LabelHello>(Step);
        using var key = PublicKey.Decode(GradientPacking.Parameters, hello.PublicKey);
        using var gradients = new EncryptedGradients(new((int)hello.Stride), key, Columns, layout, hasSecond: true, new(), RandomSource.Seeded(5));
        await channel.ReceiveAsync<NodesMessage>(Step);
        var pair = await channel.ReceiveAsync<CiphertextPair>(Step);
        var rows = new NodeRows(8);
        gradients.Begin([what == "sums of other rows" ? [0, 1, 2, 3, 4, 5, 6] : rows.Of(0).ToArray()]);
        gradients.Set(0, pair);
        var answers = what switch
        {
            "no ciphertexts" => [new CiphertextPair([], [])],
            "fresh ciphertexts" => [pair],
            _ => gradients.Sum(0, 9),
        };
        foreach (var answer in answers) await channel.SendAsync(answer);
        var split = (await channel.ReceiveAsync<OwnSplitsMessage>(Step)).Splits[0];
        var sides = rows.Sides(0, Columns[0], split.Bin, split.MissingLeft);
        if (what == "sides of other rows") (sides[0], sides[3]) = (sides[3], sides[0]);
        if (what == "one side too few") sides = sides[..7];
        await channel.SendAsync(new SidesMessage(what == "no sides" ? [] : [new(0, split.LeftChild, sides)]));
        await channel.ReceiveAsync<SidesMessage>(Step);
    }
}

using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Vole;

public class VolePsiTests
{
    private static readonly VolePsiOptions Options = new(Digest.Of("collab.test.psi-vole", []));

    /// <summary>Sizes of sender and receiver, of what they share and of an item: nothing, one, about the edges of parts and prefixes.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 0, 0, 0, 12 }, { 0, 1, 0, 12 }, { 1, 0, 0, 12 }, { 1, 1, 0, 12 }, { 1, 1, 1, 12 }, { 2, 2, 1, 12 }, { 7, 9, 3, 12 }, { 40, 3, 3, 12 },
        { 3, 4000, 2, 12 }, { 4000, 1, 1, 12 }, { 200, 200, 200, 1 }, { 100, 156, 0, 1 }, { 50, 40, 20, 10_240 },
        { 2047, 2047, 2047, 12 }, { 2048, 2049, 1000, 12 }, { 16_384, 5, 5, 12 }, { 16_385, 20_000, 9_999, 12 }, { 33_000, 12_000, 0, 12 },
    };

    [Theory, MemberData(nameof(Sizes))]
    public async Task The_result_is_the_plain_intersection_and_the_traffic_is_the_formula(int senderCount, int receiverCount, int common, int itemSize)
    {
        var sets = new SetPair((senderCount * 7919) + receiverCount, senderCount, receiverCount, common, itemSize);
        foreach (var security in new[] { SecurityModel.SemiHonest, SecurityModel.Malicious })
        {
            foreach (var both in new[] { false, true })
            {
                var options = Options with { Security = security, BothLearn = both };
                var run = await RunAsync(sets, options);
                Assert.Equal(sets.ReceiverRows, run.Receiver);
                Assert.Equal(both ? sets.SenderRows : null, run.Sender);
                var cost = VolePsiCost.Of(senderCount, receiverCount, security, both, common);
                Assert.Equal(
                    (cost.Messages, cost.Bytes),
                    (run.Usage.MessagesSent + run.Usage.MessagesReceived, run.Usage.BytesSent + run.Usage.BytesReceived));
            }
        }
    }

    [Fact]
    public async Task Random_pairs_of_sets_give_the_plain_intersection()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var largest = 1 << random.Next(0, 11);
            var (senderCount, receiverCount) = (random.Next(0, largest + 1), random.Next(0, largest + 1));
            var sets = new SetPair(i, senderCount, receiverCount, random.Next(0, Math.Min(senderCount, receiverCount) + 1), 8);
            var options = Options with
            {
                Security = i % 2 == 0 ? SecurityModel.SemiHonest : SecurityModel.Malicious,
                BothLearn = i % 3 == 0,
                Parallelism = 1 + (i % 2),
            };
            var run = await RunAsync(sets, options);
            Assert.Equal(sets.ReceiverRows, run.Receiver);
            Assert.Equal(options.BothLearn ? sets.SenderRows : null, run.Sender);
        }
    }

    [Theory]
    [InlineData(500, 400, SecurityModel.SemiHonest)]
    [InlineData(500, 400, SecurityModel.Malicious)]
    [InlineData(1, 1, SecurityModel.Malicious)]
    [InlineData(200, 30_000, SecurityModel.Malicious)]
    [InlineData(30_000, 200, SecurityModel.SemiHonest)]
    [InlineData(70_000, 70_000, SecurityModel.Malicious)]
    public async Task With_the_vector_ole_of_the_product_the_result_is_the_same_and_the_traffic_of_all_is_the_formula(
        int senderCount, int receiverCount, SecurityModel security)
    {
        var common = Math.Min(senderCount, receiverCount) / 3;
        var sets = new SetPair(11, senderCount, receiverCount, common);
        var options = Options with { Security = security, BothLearn = true };
        var run = await TwoParty.RunAsync(
            channel => VolePsi.SendAsync(channel, sets.Sender, RandomSource.System, options),
            channel => VolePsi.ReceiveAsync(channel, sets.Receiver, RandomSource.System, options));
        Assert.Equal(sets.ReceiverRows, run.Receiver);
        Assert.Equal(sets.SenderRows, run.Sender);
        var cost = VolePsiCost.Of(senderCount, receiverCount, security, bothLearn: true, common);
        Assert.Equal(cost.TotalMessages, run.Usage.MessagesSent + run.Usage.MessagesReceived);
        Assert.Equal((cost.TotalToReceiver, cost.TotalToSender), (run.Usage.BytesSent, run.Usage.BytesReceived));
    }

    [Fact]
    public async Task Equal_items_of_one_party_are_its_callers_mistake()
    {
        var twice = new SetPair(1, 100, 100, 50);
        twice.Sender[3] = twice.Sender[70];
        var failures = await FailAsync(twice);
        Assert.IsType<ArgumentException>(failures.Sender);
        twice = new SetPair(1, 100, 100, 50);
        twice.Receiver[3] = twice.Receiver[70];
        failures = await FailAsync(twice);
        Assert.IsType<ArgumentException>(failures.Receiver);
    }

    [Fact]
    public async Task Progress_ends_at_the_total_on_both_sides()
    {
        var sets = new SetPair(2, 20_000, 17_000, 100);
        Progress sender = new(), receiver = new();
        var ole = new DealerOle();
        await TwoParty.RunAsync(
            channel => VolePsi.SendDigestsAsync(
                channel, SetPair.Digests(Options.Context, sets.Sender), RandomSource.System, Options with { Progress = sender }, ole, default),
            channel => VolePsi.ReceiveDigestsAsync(
                channel, SetPair.Digests(Options.Context, sets.Receiver), RandomSource.System, Options with { Progress = receiver }, ole, default));
        foreach (var seen in new[] { sender.Seen, receiver.Seen }) Assert.Equal(new PsiProgress(37_000, 37_000), seen.MaxBy(progress => progress.Done));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => (Options with { Parallelism = 0 }).Check(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Options with { MaximumPeerItems = VolePsiOptions.LargestItemCount + 1 }).Check(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Options with { Security = 0 }).Check(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Options.Check(VolePsiOptions.LargestItemCount + 1));
    }

    private static Task<TwoPartyRun<int[]?, int[]>> RunAsync(SetPair sets, VolePsiOptions options)
    {
        var ole = new DealerOle();
        return TwoParty.RunAsync(
            channel => VolePsi.SendDigestsAsync(channel, SetPair.Digests(options.Context, sets.Sender), RandomSource.System, options, ole, default),
            channel => VolePsi.ReceiveDigestsAsync(channel, SetPair.Digests(options.Context, sets.Receiver), RandomSource.System, options, ole, default));
    }

    private static async Task<(Exception? Sender, Exception? Receiver)> FailAsync(SetPair sets)
    {
        var ole = new DealerOle();
        Exception? sender = null, receiver = null;
        await TwoParty.FailAsync(
            async channel => sender = await Record.ExceptionAsync(() => VolePsi.SendDigestsAsync(
                channel, SetPair.Digests(Options.Context, sets.Sender), RandomSource.System, Options, ole, default)),
            async channel => receiver = await Record.ExceptionAsync(() => VolePsi.ReceiveDigestsAsync(
                channel, SetPair.Digests(Options.Context, sets.Receiver), RandomSource.System, Options, ole, default)));
        return (sender, receiver);
    }

    private sealed class Progress : IProgress<PsiProgress>
    {
        public System.Collections.Concurrent.ConcurrentQueue<PsiProgress> Seen { get; } = new();

        public void Report(PsiProgress value) => Seen.Enqueue(value);
    }
}

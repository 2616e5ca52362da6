using System.Text;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Testing;

namespace Collab.Psi.Tests.Ecdh;

public class EcdhCardinalityTests
{
    private static readonly EcdhPsiOptions Options = new(Digest.Of("collab.test.psi-cardinality", [])) { MaximumPeerItems = 10_000 };
    private static readonly ReadOnlyMemory<byte>[] Own = Numbered(0, 3);
    private static readonly StepId Step = new("test");

    /// <summary>Sizes of sender and receiver and of what they share: nothing, one, and about the edges of a batch.</summary>
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 0, 0, 0 }, { 0, 1, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 1, 1 }, { 7, 9, 3 }, { 64, 65, 64 },
        { Batches.ItemCount - 1, 5, 5 }, { 5, Batches.ItemCount, 4 }, { Batches.ItemCount + 1, Batches.ItemCount + 1, 100 },
    };

    /// <summary>The sender sends its count, one reply and one batch; the receiver its count and one batch.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 3, received: 2).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory, MemberData(nameof(Sizes))]
    public async Task The_receiver_learns_how_many_are_common(int senderCount, int receiverCount, int common)
    {
        var run = await TwoParty.RunAsync(
            channel => EcdhCardinality.SendAsync(channel, Numbered(0, senderCount), RandomSource.System, Options with { Parallelism = 2 }),
            channel => EcdhCardinality.ReceiveAsync(channel, Numbered(senderCount - common, receiverCount), RandomSource.System, Options));

        Assert.Equal(common, run.Receiver);
        var cost = EcdhCardinalityCost.Of(senderCount, receiverCount);
        Assert.Equal(cost.Messages, run.Usage.MessagesSent + run.Usage.MessagesReceived);
        Assert.Equal((cost.ToReceiver, cost.ToSender), (run.Usage.BytesSent, run.Usage.BytesReceived));
    }

    /// <summary>All that the receiver gets is a function of its set: its order, the only thing that could tell which item matched, leaves no trace.</summary>
    [Fact]
    public async Task What_the_receiver_gets_does_not_depend_on_the_order_of_its_items()
    {
        var items = Numbered(0, 3000);
        var (first, second) = (await Received(items), await Received([.. items.Reverse()]));
        Assert.NotEqual(first.Sent, second.Sent);                                       // the order is in what it sends
        Assert.Equal(first.Got, second.Got);

        static async Task<(List<string> Sent, List<string> Got)> Received(ReadOnlyMemory<byte>[] items)
        {
            Dictionary<string, List<string>> sender = [], receiver = [];
            await TwoParty.RunAsync(
                channel => EcdhCardinality.SendAsync(new RecordingChannel(channel, "", sender), Numbered(1000, 100), RandomSource.Seeded(1), Options),
                channel => EcdhCardinality.ReceiveAsync(new RecordingChannel(channel, "", receiver), items, RandomSource.Seeded(2), Options));
            return (receiver[""], [.. sender[""], .. sender["sender-items"]]);
        }
    }

    /// <summary>Over new keys of the sender, the place of one item's mask in the answer is uniform.</summary>
    [Fact]
    public async Task The_place_of_an_item_in_the_answer_is_uniform()
    {
        const int runs = 400, items = 4;
        var places = new int[items];
        var hash = new Curve25519Hash(EcdhCardinality.Domain, Options.Context.ToArray());
        var width = Masks128.Width(1, items);
        for (var i = 0; i < runs; i++)
        {
            using var a = BlindingKey.Generate(RandomSource.Seeded(-1 - i));
            using var b = BlindingKey.Generate(RandomSource.Seeded(i));
            var point = new byte[Curve25519.PointSize];
            a.HashAndBlind(hash, Numbered(0, 1), point);
            b.Blind(point, point);

            Dictionary<string, List<string>> sent = [];
            await TwoParty.RunAsync(
                channel => EcdhCardinality.SendAsync(new RecordingChannel(channel, "", sent), Numbered(0, 1), RandomSource.Seeded(i), Options),
                channel => EcdhCardinality.ReceiveAsync(channel, Numbered(0, items), RandomSource.Seeded(-1 - i), Options));
            var answer = sent[""][1][8..].Chunk(2 * width).Select(mask => new string(mask)).ToList();
            Assert.Equal(items, answer.Count);
            places[answer.IndexOf(Convert.ToHexStringLower(point.AsSpan(0, width)))]++;
        }

        // χ² with 3 degrees of freedom; the seeds are fixed, so this is one number and not a chance.
        var expected = (double)runs / items;
        Assert.InRange(places.Sum(seen => Math.Pow(seen - expected, 2) / expected), 0, 16.3); // 0.1 %
    }

    [Fact]
    public async Task Nothing_is_answered_before_the_last_point_has_come()
    {
        var count = Batches.ItemCount + 1;
        var failures = await TwoParty.FailAsync(
            channel => EcdhCardinality.SendAsync(channel, [], RandomSource.Seeded(1), Options),
            async channel =>
            {
                await AnnounceAsync(channel, (ulong)count);
                using var key = BlindingKey.Generate(RandomSource.Seeded(2));
                var points = new byte[Batches.ItemCount * Curve25519.PointSize];
                key.HashAndBlind(new Curve25519Hash(EcdhCardinality.Domain), Numbered(0, Batches.ItemCount), points);
                await channel.SendAsync(new BlindedItems(0, points));
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.ReceiveAsync<SenderReply>(Step, patience.Token).AsTask());
                throw new InvalidOperationException("Nothing came, as it should be.");
            });
        Assert.IsType<InvalidOperationException>(failures.Receiver);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => EcdhCardinality.SendAsync(channel, Own, RandomSource.Seeded(1), Options),
            channel => EcdhCardinality.ReceiveAsync(channel, Own, RandomSource.Seeded(2), Options),
            Faults.At(message, kind, byReceiver)));

    /// <summary>A repeated point would mark its item by how often its mask stands in the answer.</summary>
    [Theory, InlineData(9, 9, "psi-cardinality.2"), InlineData(0, 9, "psi-cardinality.2"), InlineData(2, 9, "psi-cardinality.2"), InlineData(1, 9, "psi-cardinality.2")]
    public async Task The_sender_refuses_points_that_are_repeated_or_none_of_the_group(byte first, byte second, string step)
    {
        var failures = await TwoParty.FailAsync(
            channel => EcdhCardinality.SendAsync(channel, Own, RandomSource.Seeded(1), Options),
            async channel =>
            {
                await AnnounceAsync(channel, 2);
                await channel.SendAsync(new BlindedItems(0, Points(first, second)));
                await channel.ReceiveAsync<SenderReply>(Step);
            });
        Assert.Equal(step, Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory, InlineData(9, 9), InlineData(0, 9), InlineData(2, 9), InlineData(1, 9)]
    public async Task The_receiver_refuses_points_that_are_repeated_or_none_of_the_group(byte first, byte second)
    {
        var fault = await ReceiverFault(async (channel, fork) =>
        {
            await AnnounceAsync(channel, 2);
            await fork.SendAsync(new BlindedItems(0, Points(first, second)));
            await channel.ReceiveAsync<BlindedItems>(Step);
            await channel.SendAsync(new SenderReply(0, new byte[3 * Masks128.Width(2, 3)]));
        });
        Assert.Equal("psi-cardinality.4", fault.Step!.Name);
    }

    [Theory, InlineData(0, 0, true), InlineData(1, 0, false), InlineData(0, 1, false), InlineData(0, -1, false)]
    public async Task An_answer_out_of_order_or_of_another_size_is_refused(uint number, int more, bool descending)
    {
        var width = Masks128.Width(0, 3);
        var masks = new byte[3 * width + more];
        if (descending) masks[0] = 1;
        var fault = await ReceiverFault(async (channel, _) =>
        {
            await AnnounceAsync(channel, 0);
            await channel.ReceiveAsync<BlindedItems>(Step);
            await channel.SendAsync(new SenderReply(number, masks));
            await channel.ReceiveAsync<BlindedItems>(Step);
        });
        Assert.Equal("psi-cardinality.3", fault.Step!.Name);
    }

    [Fact]
    public async Task Another_context_or_too_many_items_is_a_fault_of_step_1()
    {
        var failures = await TwoParty.FailAsync(
            channel => EcdhCardinality.SendAsync(channel, Own, RandomSource.Seeded(1), Options),
            channel => EcdhCardinality.ReceiveAsync(channel, Own, RandomSource.Seeded(2), Options with { Context = Digest.Of("collab.test.psi.other", []) }));
        Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-cardinality.1" });
        var fault = await ReceiverFault((channel, _) => AnnounceAsync(channel, 10_001));
        Assert.Equal("psi-cardinality.1", fault.Step!.Name);
    }

    private static async Task<PeerFaultException> ReceiverFault(Func<IChannel, IChannel, Task> sender)
    {
        var failures = await TwoParty.FailAsync(
            channel => sender(channel, channel.Fork("sender-items")),
            channel => EcdhCardinality.ReceiveAsync(channel, Own, RandomSource.Seeded(2), Options));
        return Assert.IsType<PeerFaultException>(failures.Receiver);
    }

    private static async Task AnnounceAsync(IChannel channel, ulong count)
    {
        await channel.SendAsync(new Announcement(Options.Context, count));
        await channel.ReceiveAsync<Announcement>(Step);
    }

    /// <summary>x-coordinates: 9 is of the group, 0 and 1 of small order, 2 on the twist.</summary>
    private static byte[] Points(params byte[] coordinates)
    {
        var points = new byte[coordinates.Length * Curve25519.PointSize];
        for (var i = 0; i < coordinates.Length; i++) points[i * Curve25519.PointSize] = coordinates[i];
        return points;
    }

    private static ReadOnlyMemory<byte>[] Numbered(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {i}"))];
}

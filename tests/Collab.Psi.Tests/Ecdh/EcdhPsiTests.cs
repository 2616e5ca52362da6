using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Testing;

namespace Collab.Psi.Tests.Ecdh;

public class EcdhPsiTests
{
    private static readonly EcdhPsiOptions Options = new(Digest.Of("collab.test.psi", []));

    public static TheoryData<int> VectorCases => new(Enumerable.Range(0, 4));

    /// <summary>Sizes of sender and receiver and of what they share: nothing, one, and about the edges of a batch.</summary>
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 0, 0, 0 }, { 0, 1, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 1, 1 }, { 7, 9, 3 }, { 40, 3, 3 }, { 64, 65, 20 },
        { Batches.ItemCount - 1, 5, 5 }, { 5, Batches.ItemCount, 5 }, { Batches.ItemCount + 1, Batches.ItemCount + 1, 100 }, { 3, 2 * Batches.ItemCount + 1, 2 },
    };

    [Fact]
    public async Task The_receiver_learns_the_intersection()
    {
        var run = await TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(channel, Items("bo", "cy", "di"), RandomSource.Seeded(1), Options),
            channel => EcdhPsi.ReceiveAsync(channel, Items("al", "bo", "cy"), RandomSource.Seeded(2), Options));
        Assert.Equal([1, 2], run.Receiver);
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task The_result_is_the_plain_intersection_at_every_size(int senderCount, int receiverCount, int common)
    {
        var random = RandomSource.Seeded(senderCount * 7919 + receiverCount);
        var shared = Random(random, common);
        ReadOnlyMemory<byte>[] sender = [.. shared, .. Random(random, senderCount - common)];
        ReadOnlyMemory<byte>[] receiver = [.. Random(random, receiverCount - common), .. shared];
        receiver = [.. receiver.OrderBy(item => Convert.ToHexString(item.Span), StringComparer.Ordinal)];
        var held = sender.Select(item => Convert.ToHexString(item.Span)).ToHashSet();
        var expected = Enumerable.Range(0, receiver.Length).Where(i => held.Contains(Convert.ToHexString(receiver[i].Span)));

        var run = await TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(channel, sender, RandomSource.System, Options with { Parallelism = 2 }),
            channel => EcdhPsi.ReceiveAsync(channel, receiver, RandomSource.System, Options));

        Assert.Equal(expected, run.Receiver);
        Assert.Equal((MessagesSent(senderCount, receiverCount), BytesSent(senderCount, receiverCount)), (run.Usage.MessagesSent, run.Usage.BytesSent));
        Assert.Equal((1 + Batches.Count(receiverCount), BytesReceived(receiverCount)), (run.Usage.MessagesReceived, run.Usage.BytesReceived));
    }

    [Theory, MemberData(nameof(VectorCases))]
    public async Task Every_message_matches_the_independent_model(int number)
    {
        var vector = JsonNode.Parse(await File.ReadAllTextAsync("vectors/psi-ecdh.json"))!["cases"]![number]!;
        var options = new EcdhPsiOptions(Digest.Parse((string)vector["context"]!));
        Dictionary<string, List<string>> sender = [], receiver = [];
        var run = await TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(
                new RecordingChannel(channel, "", sender), Items(vector["senderItems"]!), RandomSource.Seeded((int)vector["senderSeed"]!), options),
            channel => EcdhPsi.ReceiveAsync(
                new RecordingChannel(channel, "", receiver), Items(vector["receiverItems"]!), RandomSource.Seeded((int)vector["receiverSeed"]!), options));

        var messages = vector["messages"]!;
        Assert.Equal([.. Texts(messages["1 sender"]!), .. Texts(messages["3 sender"]!)], sender[""]);
        Assert.Equal(Texts(messages["4 sender"]!), sender.GetValueOrDefault("sender-items", []));
        Assert.Equal([.. Texts(messages["1 receiver"]!), .. Texts(messages["2 receiver"]!)], receiver[""]);
        Assert.Equal(vector["intersection"]!.AsArray().Select(index => (int)index!), run.Receiver);
        Assert.Equal((int)vector["maskSize"]!, Masks128.Width(Items(vector["senderItems"]!).Length, Items(vector["receiverItems"]!).Length));
    }

    [Fact]
    public async Task The_same_items_look_different_in_another_context()
    {
        var first = await MessagesOf(Options);
        var second = await MessagesOf(new EcdhPsiOptions(Digest.Of("collab.test.psi.other", [])));
        Assert.Empty(first.Intersect(second));

        static async Task<IEnumerable<string>> MessagesOf(EcdhPsiOptions options)
        {
            Dictionary<string, List<string>> sent = [];
            await TwoParty.RunAsync(
                channel => EcdhPsi.SendAsync(new RecordingChannel(channel, "", sent), Items("bo"), RandomSource.Seeded(1), options),
                channel => EcdhPsi.ReceiveAsync(new RecordingChannel(channel, "", sent), Items("bo"), RandomSource.Seeded(2), options));
            return sent.Values.SelectMany(messages => messages);
        }
    }

    [Fact]
    public async Task Progress_ends_at_the_total_on_both_sides()
    {
        Progress sender = new(), receiver = new();
        var random = RandomSource.Seeded(3);
        await TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(channel, Random(random, 2500), RandomSource.Seeded(1), Options with { Progress = sender }),
            channel => EcdhPsi.ReceiveAsync(channel, Random(random, 100), RandomSource.Seeded(2), Options with { Progress = receiver }));
        foreach (var seen in new[] { sender.Seen, receiver.Seen })
        {
            Assert.Equal(new PsiProgress(2600, 2600), seen.MaxBy(progress => progress.Done));
            Assert.Equal(3, seen.Count);                                                // batches: two of 2500 items, one of 100
        }
    }

    [Fact]
    public async Task A_cancelled_run_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        Exception? seen = null;
        var failures = await TwoParty.FailAsync(
            async channel => seen = await Record.ExceptionAsync(() => EcdhPsi.SendAsync(
                channel, Items("bo"), RandomSource.Seeded(1), Options with { Progress = new Progress(stop.Cancel) }, stop.Token)),
            async channel =>
            {
                await channel.SendAsync(new Announcement(Options.Context, 1));
                await channel.ReceiveAsync<Announcement>(new StepId("test.1"));
                await channel.ReceiveAsync<Announcement>(new StepId("test.2"));         // the peer gives up before
            });
        Assert.IsAssignableFrom<OperationCanceledException>(seen);
        Assert.IsAssignableFrom<ProtocolException>(failures.Receiver);
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_before_anything_is_sent()
    {
        var failures = await TwoParty.FailAsync(
            channel => EcdhPsi.SendAsync(channel, Items("bo"), RandomSource.Seeded(1), Options with { Parallelism = 0 }),
            channel => EcdhPsi.ReceiveAsync(channel, Items("bo"), RandomSource.Seeded(1), Options with { MaximumPeerItems = EcdhPsiOptions.LargestItemCount + 1 }));
        Assert.IsType<ArgumentOutOfRangeException>(failures.Sender);
        Assert.IsType<ArgumentOutOfRangeException>(failures.Receiver);
    }

    /// <summary>The formulas of specs/psi-ecdh.md, "Messages", with its numbers and not those of the code.</summary>
    private static long BytesSent(long n, long m) => 40 + 4 * ((m + 2047) / 2048) + m * Width(n, m) + 4 * ((n + 2047) / 2048) + 32 * n;

    private static long BytesReceived(long m) => 40 + 4 * ((m + 2047) / 2048) + 32 * m;

    private static long MessagesSent(long n, long m) => 1 + (m + 2047) / 2048 + (n + 2047) / 2048;

    private static long Width(long n, long m) =>
        (long)Math.Ceiling((40 + Math.Ceiling(Math.Log2(Math.Max(n, 1))) + Math.Ceiling(Math.Log2(Math.Max(m, 1)))) / 8);

    private static ReadOnlyMemory<byte>[] Items(params string[] texts) => [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))];

    private static ReadOnlyMemory<byte>[] Items(JsonNode texts) => [.. Texts(texts).Select(text => (ReadOnlyMemory<byte>)Convert.FromHexString(text))];

    private static IEnumerable<string> Texts(JsonNode list) => list.AsArray().Select(text => (string)text!);

    private static IEnumerable<ReadOnlyMemory<byte>> RandomItems(RandomSource random, int count) =>
        Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<byte>)random.Bytes(12));

    private static ReadOnlyMemory<byte>[] Random(RandomSource random, int count) => [.. RandomItems(random, count)];

    private sealed class Progress(Action? onReport = null) : IProgress<PsiProgress>
    {
        public ConcurrentBag<PsiProgress> Seen { get; } = [];

        public void Report(PsiProgress value)
        {
            Seen.Add(value);
            onReport?.Invoke();
        }
    }
}

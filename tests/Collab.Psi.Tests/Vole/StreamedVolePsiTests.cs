using System.Collections.Concurrent;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Vole;

public sealed class StreamedVolePsiTests : IDisposable
{
    private static readonly Digest ItemContext = Digest.Of("collab.test.items", []);
    private static readonly StreamedPsiOptions Options = new(Digest.Of("collab.test.psi-stream", [])) { BucketItems = 256 };

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-psi-").FullName;

    private readonly SecretBytes _key = SecretBytes.Random(SpillFolder.KeySize, RandomSource.System);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(0, 0, 0), InlineData(0, 10, 0), InlineData(10, 0, 0), InlineData(1, 1, 1), InlineData(300, 10, 5), InlineData(5000, 3000, 1200), InlineData(100, 4000, 100)]
    public async Task Bucket_by_bucket_gives_the_plain_intersection(int senderCount, int receiverCount, int common)
    {
        var sets = new SetPair(senderCount + receiverCount, senderCount, receiverCount, common);
        foreach (var both in new[] { false, true })
        {
            var security = both ? SecurityModel.Malicious : SecurityModel.SemiHonest;
            var (sender, receiver) = await RunAsync(sets, Options with { Security = security, BothLearn = both });
            Assert.Equal(sets.ReceiverRows, receiver);
            Assert.Equal(both ? sets.SenderRows : [], sender);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));                    // nothing is left behind
    }

    [Fact]
    public async Task Sizes_of_messages_do_not_tell_the_loads_of_buckets()
    {
        var usages = new List<ChannelUsage>();
        for (var seed = 0; seed < 3; seed++)
        {
            var sets = new SetPair(seed, 4000, 4000, 10 * seed);
            usages.Add((await TwoPartyRunAsync(sets, Options with { Security = SecurityModel.SemiHonest, BothLearn = true })).Usage);
        }

        Assert.Single(usages.Distinct());
        var cost = VolePsiCost.OfStreamed(4000, 4000, Options.BucketItems, SecurityModel.SemiHonest, bothLearn: true);
        Assert.Equal((cost.ToReceiver, cost.ToSender), (usages[0].BytesSent, usages[0].BytesReceived));
        Assert.Equal(cost.Messages, usages[0].MessagesSent + usages[0].MessagesReceived);
    }

    [Fact]
    public async Task A_run_that_broke_is_resumed_at_its_first_bucket_that_is_not_finished()
    {
        var sets = new SetPair(3, 4000, 4000, 700);
        using var sender = Spill("sender", sets.Sender);
        using var receiver = Spill("receiver", sets.Receiver);
        sender.Keep = receiver.Keep = true;
        var done = 0;
        var broken = await TwoParty.FailAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Options, _ole, null, default),
            channel => StreamedVolePsi.RunAsync(
                false, channel, receiver, RandomSource.System, Options, _ole,
                (_, _) => ++done == 5 ? throw new ChannelException(ChannelException.Closed, channel.Peer, "Broken by the test.") : default, default));
        Assert.NotNull(broken.Receiver);

        using var senderAgain = SpillFolder.Open(Path.Combine(_folder, "sender"), ItemContext, _key);
        using var receiverAgain = SpillFolder.Open(Path.Combine(_folder, "receiver"), ItemContext, _key);
        senderAgain.Keep = receiverAgain.Keep = false;
        var rows = new List<long>();
        var counting = new CountingOle(_ole);
        await TwoParty.RunAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, senderAgain, RandomSource.System, Again, counting, null, default),
            channel => StreamedVolePsi.RunAsync(false, channel, receiverAgain, RandomSource.System, Again, _ole, Into(rows), default));
        Assert.Equal(sets.ReceiverRows, rows.Order().Select(row => (int)row));
        Assert.InRange(counting.Count, 10, 12);                                         // 16 buckets; 4 or 5 were finished by both, one perhaps by one
    }

    [Fact]
    public async Task Notes_of_finished_buckets_are_those_of_the_messages_that_both_saw_and_are_told_when_it_goes_on()
    {
        var sets = new SetPair(3, 4000, 4000, 700);
        using var sender = Spill("sender", sets.Sender);
        using var receiver = Spill("receiver", sets.Receiver);
        var done = 0;
        await TwoParty.FailAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Options with { Note = bucket => [1, (byte)bucket] }, _ole, null, default),
            channel => StreamedVolePsi.RunAsync(
                false, channel, receiver, RandomSource.System, Options with { Note = bucket => [1, (byte)bucket] }, _ole,
                (_, _) => ++done == 5 ? throw new ChannelException(ChannelException.Closed, channel.Peer, "Broken by the test.") : default, default));
        var notes = (Sender: new List<string>(), Receiver: new List<string>());
        StreamedPsiOptions Noting(List<string> into) => Again with
        {
            Note = bucket => [2, (byte)bucket], Resumed = (bucket, note) => into.Add($"{bucket}: {Convert.ToHexString(note)}"),
        };
        await TwoParty.RunAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Noting(notes.Sender), _ole, null, default),
            channel => StreamedVolePsi.RunAsync(false, channel, receiver, RandomSource.System, Noting(notes.Receiver), _ole, Into([]), default));
        Assert.Equal(notes.Sender, notes.Receiver);
        Assert.InRange(notes.Sender.Count, 4, 5);
        Assert.Equal("0: 0100", notes.Sender[0]);
    }

    [Fact]
    public async Task A_peer_that_wants_two_finished_buckets_again_breaks_the_protocol()
    {
        var sets = new SetPair(5, 4000, 4000, 700);
        using var sender = Spill("sender", sets.Sender);
        using var receiver = Spill("receiver", sets.Receiver);
        await TwoParty.RunAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Options, _ole, null, default),
            channel => StreamedVolePsi.RunAsync(false, channel, receiver, RandomSource.System, Options, _ole, Into([]), default));
        receiver.Forget(14, 16);
        receiver.Forget(15, 16);
        var failures = await TwoParty.FailAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Again, _ole, null, default),
            channel => StreamedVolePsi.RunAsync(false, channel, receiver, RandomSource.System, Again, _ole, Into([]), default));
        Assert.Equal("psi-vole.b2", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Fact]
    public async Task A_peer_that_comes_back_with_another_number_of_items_breaks_the_protocol()
    {
        using var sender = Spill("sender", new SetPair(5, 100, 50, 7).Sender);
        foreach (var count in new[] { 50, 51 })
        {
            var options = Options with { Context = Digest.Of("collab.test.psi-stream", [(byte)count]) };
            var sets = new SetPair(5, 100, count, 7);
            using var receiver = Spill("receiver", sets.Receiver);
            var send = (IChannel channel) => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, options, _ole, null, default);
            var receive = (IChannel channel) => StreamedVolePsi.RunAsync(false, channel, receiver, RandomSource.System, options, _ole, Into([]), default);
            if (count == 50) await TwoParty.RunAsync(send, receive);
            else Assert.Equal("psi-vole.b1", Assert.IsType<PeerFaultException>((await TwoParty.FailAsync(send, receive)).Sender).Step!.Name);
        }
    }

    [Theory, InlineData(1), InlineData(700), InlineData(20_000)]
    public void Of_items_that_repeat_the_first_stands_and_the_others_are_told(int distinct)
    {
        var sets = new SetPair(9, distinct, 1, 0);
        var digests = SetPair.Digests(ItemContext, sets.Sender);
        using var folder = SpillFolder.Create(Path.Combine(_folder, "repeats"), ItemContext, _key);
        var random = new Random(4);
        var seen = new Dictionary<Gf128, long>();
        var expected = new List<(long, long)>();
        for (var row = 0L; row < 2 * distinct; row++)
        {
            var digest = digests[random.Next(distinct)];
            folder.Add([digest], [row]);
            if (!seen.TryAdd(digest, row)) expected.Add((seen[digest], row));
        }

        var told = new List<(long, long)>();
        folder.Complete((first, repeated) => told.Add((first, repeated)));
        Assert.Equal(expected.Order(), told.Order());
        Assert.Equal(seen.Count, folder.Count);
        folder.Keep = true;
        using var again = SpillFolder.Open(Path.Combine(_folder, "repeats"), ItemContext, _key);
        var (kept, rows) = (new Gf128[seen.Count], new long[seen.Count]);
        again.Read(0, 1, kept, rows);
        Assert.Equal(seen.Select(pair => (pair.Value, pair.Key)).OrderBy(pair => pair.Value), rows.Zip(kept).OrderBy(pair => pair.First));
    }

    private static StreamedPsiOptions Again => Options with { Context = Digest.Of("collab.test.psi-stream.again", []) };

    [Fact]
    public async Task Another_item_context_or_bucket_size_is_a_fault_of_the_first_step()
    {
        var sets = new SetPair(4, 10, 10, 5);
        foreach (var other in new[] { Options with { BucketItems = 255 }, Options with { BothLearn = true }, Again })
        {
            using var sender = Spill("sender", sets.Sender);
            using var receiver = Spill("receiver", sets.Receiver);
            var failures = await TwoParty.FailAsync(
                channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Options, _ole, null, default),
                channel => StreamedVolePsi.RunAsync(false, channel, receiver, RandomSource.System, other, _ole, Into([]), default));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-vole.b1" });
        }
    }

    /// <summary>Malicious form, both learn, one bucket: counts and finished buckets, then the messages of the bucket.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_broken_message_never_yields_a_silent_result(bool byReceiver)
    {
        var sets = new SetPair(6, 12, 10, 5);
        var options = Options with { BothLearn = true };
        var usage = (await TwoPartyRunAsync(sets, options)).Usage;
        var sent = byReceiver ? usage.MessagesReceived : usage.MessagesSent;
        Assert.InRange(sent, 5, 10);
        for (var message = 0; message < sent; message++)
        {
            foreach (var kind in Enum.GetValues<FaultKind>())
                await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoPartyRunAsync(sets, options, Faults.At(message, kind, byReceiver)));
        }
    }

    [Fact]
    public async Task A_bucket_beyond_the_last_cannot_be_finished()
    {
        var sets = new SetPair(4, 10, 10, 5);
        using var sender = Spill("sender", sets.Sender);
        var failures = await TwoParty.FailAsync(
            channel => StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, Options, _ole, null, default),
            async channel =>
            {
                await channel.SendAsync(await channel.ReceiveAsync<VoleAnnouncement>(new("test")));
                var all = new byte[FinishedBuckets.Size];
                all.AsSpan().Fill(0xFF);
                await channel.SendAsync(new FinishedBuckets(all));
                await channel.ReceiveAsync<FinishedBuckets>(new("test"));
                await channel.ReceiveAsync<FinishedBuckets>(new("test"));
            });
        Assert.Equal("psi-vole.b2", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(16), InlineData(256)]
    public void Capacities_hold_random_loads_and_are_close_to_the_mean(int buckets)
    {
        const int Items = 400_000;
        var plan = BucketPlan.Of(Items, 1000, (Items + buckets - 1) / buckets)!.Value;
        Assert.Equal(buckets, plan.BucketCount);
        var loads = new int[buckets];
        var random = new Random(7);
        for (var i = 0; i < Items; i++) loads[random.Next(buckets)]++;
        Assert.InRange(plan.SenderCapacity, loads.Max(), (Items / buckets * 1.3) + 1);
        Assert.Equal(buckets == 1 ? 1000 : plan.ReceiverCapacity, plan.ReceiverCapacity);
        Assert.Null(BucketPlan.Of(1L << 40, 1, 1 << 20));
    }

    [Fact]
    public void A_disk_that_takes_nothing_gives_a_coded_error()
    {
        using var folder = SpillFolder.Create(Path.Combine(_folder, "gone"), ItemContext);
        Directory.Delete(Path.Combine(_folder, "gone"));
        folder.Add(new ItemBatch(new Gf128[] { Gf128.One }, new long[] { 1 }));
        Assert.Equal(SpillFolder.Failed, Assert.Throws<CollabException>(() => folder.Complete()).Code);
        Assert.Equal(SpillFolder.Failed, Assert.Throws<CollabException>(() => SpillFolder.Create(_folder, ItemContext)).Code);
        Assert.Equal(SpillFolder.Failed, Assert.Throws<CollabException>(() => SpillFolder.Open(_folder, ItemContext, _key)).Code);
    }

    [Fact]
    public void A_damaged_or_foreign_folder_is_not_opened()
    {
        var path = Path.Combine(_folder, "sender");
        using var folder = Spill("sender", new SetPair(1, 100, 1, 0).Sender);
        folder.Keep = true;
        Assert.Throws<CollabException>(() => SpillFolder.Open(path, Digest.Of("collab.test.other", []), _key));
        Assert.Equal(100, SpillFolder.Open(path, ItemContext, _key).Count);
        var part = Directory.EnumerateFiles(path, "*.items").First();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(part));
        using (var other = SecretBytes.Random(SpillFolder.KeySize, RandomSource.System)) Assert.Throws<CollabException>(() => SpillFolder.Open(path, ItemContext, other));
        using (var file = File.OpenWrite(part)) file.SetLength(file.Length - 1);
        using var damaged = SpillFolder.Open(path, ItemContext, _key);
        Assert.Equal(SpillFolder.Failed, Assert.Throws<CollabException>(() => damaged.Read(0, 1, new Gf128[100], new long[100])).Code);
        File.Delete(part);
        Assert.Throws<CollabException>(() => SpillFolder.Open(path, ItemContext, _key));
    }

    private readonly DealerOle _ole = new();

    private SpillFolder Spill(string name, ReadOnlyMemory<byte>[] items)
    {
        var folder = SpillFolder.Create(Path.Combine(_folder, name), ItemContext, _key);
        var digests = SetPair.Digests(ItemContext, items);
        for (var start = 0; start < items.Length; start += 1000)
        {
            var size = Math.Min(1000, items.Length - start);
            folder.Add(new ItemBatch(digests.AsMemory(start, size), Enumerable.Range(start, size).Select(row => (long)row).ToArray()));
        }

        folder.Complete();
        return folder;
    }

    private async Task<TwoPartyRun<List<long>, List<long>>> TwoPartyRunAsync(SetPair sets, StreamedPsiOptions options, ChannelFault? fault = null)
    {
        var ole = new DealerOle();
        using var sender = Spill("sender", sets.Sender);
        using var receiver = Spill("receiver", sets.Receiver);
        return await TwoParty.RunAsync<List<long>, List<long>>(
            async channel =>
            {
                var rows = new List<long>();
                await StreamedVolePsi.RunAsync(true, channel, sender, RandomSource.System, options, ole, Into(rows), default);
                return rows;
            },
            async channel =>
            {
                var rows = new List<long>();
                await StreamedVolePsi.RunAsync(false, channel, receiver, RandomSource.System, options, ole, Into(rows), default);
                return rows;
            },
            fault);
    }

    private async Task<(int[] Sender, int[] Receiver)> RunAsync(SetPair sets, StreamedPsiOptions options)
    {
        var run = await TwoPartyRunAsync(sets, options);
        return ([.. run.Sender.Order().Select(row => (int)row)], [.. run.Receiver.Order().Select(row => (int)row)]);
    }

    private static Func<ReadOnlyMemory<long>, CancellationToken, ValueTask> Into(List<long> rows) => (found, _) =>
    {
        rows.AddRange(found.Span);
        return default;
    };

    private sealed class CountingOle(IVectorOle inner) : IVectorOle
    {
        public int Count { get; private set; }

        public Task<VoleSender> SendAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
        {
            Count++;
            return inner.SendAsync(channel, count, random, options, cancellation);
        }

        public Task<VoleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation) =>
            inner.ReceiveAsync(channel, count, random, options, cancellation);
    }
}

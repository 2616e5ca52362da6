using System.Text;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Psi.Incremental;
using Collab.Testing;

namespace Collab.Psi.Tests.Incremental;

public class IncrementalPsiTests
{
    private static readonly StepId Step = new("test");

    /// <summary>After each of these the party dies: before anything is prepared, with the other not knowing, with the other knowing, after the end.</summary>
    public static TheoryData<string, bool> Deaths => new(
        from step in new[] { "written", "prepared", "told", "heard", "committed" }
        from atReceiver in new[] { false, true }
        where atReceiver || step != "written"
        select (step, atReceiver));

    /// <summary>The sender sends its state, one reply, one batch that comes and one that goes, and its readiness; the receiver its state, one batch and its readiness.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 5, received: 3).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task Every_day_the_intersection_is_the_plain_one(int seed)
    {
        using var pair = new IncrementalPair(seed);
        var random = new Random(seed);
        HashSet<int> sender = [], receiver = [];
        HashSet<UInt128> known = [];
        for (var day = 1; day <= 12; day++)
        {
            var scale = day == 1 ? 1500 : day % 3 == 0 ? 0 : 40;
            int[] Adds(HashSet<int> set) => [.. Enumerable.Range(0, scale).Select(_ => random.Next(3000)).Distinct().Where(number => !set.Contains(number))];
            int[] Removes(HashSet<int> set) => [.. set.Where(_ => random.Next(20) == 0)];
            var (senderAdds, senderRemoves) = (Adds(sender), Removes(sender));
            var (receiverAdds, receiverRemoves) = (Adds(receiver), Removes(receiver));

            var changes = await pair.UpdateAsync(day, senderAdds, senderRemoves, receiverAdds, receiverRemoves);

            sender.UnionWith(senderAdds);
            sender.ExceptWith(senderRemoves);
            receiver.UnionWith(receiverAdds);
            receiver.ExceptWith(receiverRemoves);
            HashSet<UInt128> expected = [.. sender.Intersect(receiver).Select(IncrementalPair.Id)];
            Assert.Equal(expected.Except(known).Order(), changes.Added);
            Assert.Equal(known.Except(expected).Order(), changes.Removed);
            Assert.Equal(day, changes.Version);
            known = expected;
            if (day % 4 == 0) pair.Reopen();
            Assert.Equal(expected.Order(), pair.Receiver.ReadIntersection().Order());
            Assert.Equal(day, pair.Sender.Version);
        }
    }

    [Fact]
    public async Task An_item_that_leaves_and_comes_back_under_another_identifier_is_seen_as_such()
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2], [], [1, 2, 3], []);
        var changes = (await TwoParty.RunAsync(
            channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(2)),
            channel => IncrementalPsi.ReceiveAsync(
                channel, pair.Receiver,
                [new(7, IncrementalPair.Items(1)[0]), new(IncrementalPair.Id(3), IncrementalPair.Items(2)[0])],   // 1 under another name; row 3 becomes what row 2 was
                [IncrementalPair.Id(1), IncrementalPair.Id(2), IncrementalPair.Id(3)], IncrementalPair.Named(2)))).Receiver;
        Assert.Equal([(UInt128)7, IncrementalPair.Id(3)], changes.Added);
        Assert.Equal([IncrementalPair.Id(1), IncrementalPair.Id(2)], changes.Removed);
        Assert.Equal([(UInt128)7, IncrementalPair.Id(3)], pair.Receiver.ReadIntersection().Order());
    }

    /// <summary>What passes grows with the change and not with the sets.</summary>
    [Fact]
    public async Task An_update_sends_what_it_changes_and_no_more()
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [.. Enumerable.Range(0, 3000)], [], [.. Enumerable.Range(2000, 3000)], []);
        var run = await TwoParty.RunAsync(
            channel => IncrementalPsi.SendAsync(
                channel, pair.Sender, IncrementalPair.Items(3000, 4000), IncrementalPair.Items(2500), RandomSource.Seeded(1), IncrementalPair.Named(2)),
            channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, IncrementalPair.Rows(1, 9999), [IncrementalPair.Id(2001)], IncrementalPair.Named(2)));
        // specs/psi-incremental.md, "Messages": two additions each, one removal of the sender; that of the receiver passes in no form.
        Assert.Equal(152 + (4 + 2 * 16) + (4 + 2 * 32) + (4 + 32) + 32, run.Usage.BytesSent);
        Assert.Equal(152 + (4 + 2 * 32) + 32, run.Usage.BytesReceived);
        Assert.Equal(IncrementalPsiCost.Of(2, 1, 2).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
        Assert.Equal(IncrementalPsiCost.Of(2, 1, 2).Messages, run.Usage.MessagesSent + run.Usage.MessagesReceived);
    }

    [Theory, MemberData(nameof(Deaths))]
    public async Task A_crash_at_any_step_is_mended_by_repeating_the_update(string step, bool atReceiver)
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2, 3], [], [2, 3, 4], []);
        Action<string> die = done =>
        {
            if (done == step) throw new IOException("The process died.");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => pair.UpdateAsync(
            2, [4, 5], [3], [5, 6], [2], atReceiver ? null : die, atReceiver ? die : null));
        pair.Reopen();

        var changes = await pair.UpdateAsync(2, [4, 5], [3], [5, 6], [2]);

        Assert.Equal([IncrementalPair.Id(4), IncrementalPair.Id(5)], changes.Added);
        Assert.Equal([IncrementalPair.Id(2), IncrementalPair.Id(3)], changes.Removed);
        Assert.Equal((2, 2), (pair.Sender.Version, pair.Receiver.Version));
        Assert.Null(pair.Sender.UnfinishedUpdate);
        Assert.Null(pair.Receiver.UnfinishedUpdate);
        Assert.Equal([IncrementalPair.Id(4), IncrementalPair.Id(5)], pair.Receiver.ReadIntersection().Order());
        Assert.Equal([IncrementalPair.Id(6)], (await pair.UpdateAsync(3, [6], [], [], [])).Added);
    }

    /// <summary>A death while an earlier death is mended.</summary>
    [Fact]
    public async Task A_crash_while_settling_is_mended_too()
    {
        using var pair = new IncrementalPair();
        await Assert.ThrowsAnyAsync<Exception>(() => pair.UpdateAsync(
            1, [1], [], [1], [], null, done => { if (done == "told") throw new IOException("The process died."); }));
        pair.Reopen();
        await Record.ExceptionAsync(() => pair.UpdateAsync(
            1, [1], [], [1], [], null, done => { if (done == "settled") throw new IOException("The process died."); }));
        pair.Reopen();
        Assert.Equal([IncrementalPair.Id(1)], (await pair.UpdateAsync(1, [1], [], [1], [])).Added);
        Assert.Equal((1, 1), (pair.Sender.Version, pair.Receiver.Version));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_leaves_both_able_to_repeat(int message, FaultKind kind, bool byReceiver)
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2, 3], [], [2, 3, 4], []);
        await Assert.ThrowsAnyAsync<CollabException>(() => pair.UpdateAsync(2, [4], [3], [5], [], fault: Faults.At(message, kind, byReceiver)));
        pair.Reopen();
        var changes = await pair.UpdateAsync(2, [4], [3], [5], []);
        Assert.Equal([IncrementalPair.Id(4)], changes.Added);
        Assert.Equal([IncrementalPair.Id(3)], changes.Removed);
        Assert.Equal([IncrementalPair.Id(2), IncrementalPair.Id(4)], pair.Receiver.ReadIntersection().Order());
    }

    [Fact]
    public async Task An_update_that_is_repeated_after_its_end_changes_nothing_and_tells_the_same()
    {
        using var pair = new IncrementalPair();
        var first = await pair.UpdateAsync(1, [1, 2], [], [2, 3], []);
        var second = await pair.UpdateAsync(1, [1, 2], [], [2, 3], []);
        Assert.Equal(first.Added, second.Added);
        Assert.Equal(1, second.Version);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_state_restored_from_an_older_copy_is_refused(bool ofReceiver)
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2], [], [2, 3], []);
        var folder = ofReceiver ? pair.ReceiverFolder : pair.SenderFolder;
        var copy = pair.Save(folder);
        await pair.UpdateAsync(2, [3], [], [], []);
        pair.Restore(folder, copy);
        await AssertDiverged(pair, 3);
    }

    [Fact]
    public async Task A_lost_state_is_refused_and_so_is_one_of_another_history_of_the_same_length()
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2], [], [2, 3], []);
        pair.LoseSender();
        await AssertDiverged(pair, 2);

        using var other = new IncrementalPair(5);
        await other.UpdateAsync(1, [1, 2], [], [2, 3], []);
        var failures = await TwoParty.FailAsync(
            channel => IncrementalPsi.SendAsync(channel, other.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(2)),
            channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, [], [], IncrementalPair.Named(2)));
        Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is IncrementalStateException { Code.Name: "psi.state-diverged" });
    }

    [Fact]
    public async Task Another_update_waits_for_the_unfinished_one()
    {
        using var pair = new IncrementalPair();
        await Assert.ThrowsAnyAsync<Exception>(() => pair.UpdateAsync(
            1, [1], [], [1], [], null, done => { if (done == "told") throw new IOException("The process died."); }));
        pair.Reopen();
        Assert.Equal(IncrementalPair.Named(1).Update, pair.Receiver.UnfinishedUpdate);
        var failures = await TwoParty.FailAsync(
            channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(2)),
            channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, [], [], IncrementalPair.Named(2)));
        Assert.IsType<ArgumentException>(failures.Receiver);
    }

    [Fact]
    public async Task The_callers_mistakes_change_nothing()
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2], [], [2, 3], []);
        foreach (var (adds, removes) in new (IncrementalItem[], UInt128[])[]
        {
            ([], [IncrementalPair.Id(9)]),                                              // an identifier that is not there
            ([new(IncrementalPair.Id(2), IncrementalPair.Items(8)[0])], []),            // one that is
            ([new(8, IncrementalPair.Items(2)[0])], []),                                // an item that is there
            ([new(8, IncrementalPair.Items(8)[0]), new(9, IncrementalPair.Items(8)[0])], []),   // one item twice
            ([], [IncrementalPair.Id(2), IncrementalPair.Id(2)]),
        })
        {
            var failures = await TwoParty.FailAsync(
                channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(2)),
                channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, adds, removes, IncrementalPair.Named(2)));
            Assert.IsType<ArgumentException>(failures.Receiver);
            pair.Reopen();
            Assert.Equal(1, pair.Receiver.Version);
        }

        Assert.Equal([IncrementalPair.Id(3)], (await pair.UpdateAsync(2, [3], [], [], [])).Added);
    }

    [Theory]
    [InlineData(new[] { 2 }, new int[0])]                                               // added though it is there
    [InlineData(new int[0], new[] { 9 })]                                               // removed though it is not
    [InlineData(new[] { 7, 7 }, new int[0])]
    [InlineData(new[] { 7 }, new[] { 7 })]
    public async Task A_sender_whose_changes_do_not_fit_its_set_breaks_step_4(int[] adds, int[] removes)
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2], [], [2, 3], []);
        var fault = await Assert.ThrowsAsync<PeerFaultException>(() => pair.UpdateAsync(2, adds, removes, [], []));
        Assert.Equal("psi-incremental.4", fault.Step!.Name);
        Assert.Equal(TwoParty.Sender, fault.Party);
    }

    [Fact]
    public async Task A_peer_with_another_history_at_the_end_breaks_step_5()
    {
        using var pair = new IncrementalPair();
        var failures = await TwoParty.FailAsync(
            channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(1)),
            async channel =>
            {
                var state = await channel.ReceiveAsync<StateAnnouncement>(Step);
                await channel.SendAsync(state);
                await channel.SendAsync(new UpdatePrepared(default));
                await channel.ReceiveAsync<UpdatePrepared>(Step);
            });
        Assert.Equal("psi-incremental.5", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
        pair.Reopen();
        Assert.Equal(0, pair.Sender.Version);
    }

    [Fact]
    public async Task Too_many_changes_another_name_or_removals_of_a_receiver_are_refused_in_step_1()
    {
        foreach (var change in new Func<StateAnnouncement, StateAnnouncement>[]
        {
            state => state with { Additions = ulong.MaxValue }, state => state with { Removals = 1 }, state => state with { Update = Digest.Of("other", []) },
        })
        {
            using var pair = new IncrementalPair();
            var failures = await TwoParty.FailAsync(
                channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(1)),
                async channel => await channel.SendAsync(change(await channel.ReceiveAsync<StateAnnouncement>(Step))));
            Assert.Equal("psi-incremental.1", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
        }
    }

    [Fact]
    public async Task A_point_of_small_order_is_refused_on_both_sides()
    {
        using var pair = new IncrementalPair();
        var failures = await TwoParty.FailAsync(
            channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(1)),
            async channel =>
            {
                await channel.SendAsync((await channel.ReceiveAsync<StateAnnouncement>(Step)) with { Additions = 1 });
                await channel.SendAsync(new BlindedItems(0, new byte[32]));
                await channel.ReceiveAsync<SenderReply>(Step);
            });
        Assert.Equal("psi-incremental.2", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
        failures = await TwoParty.FailAsync(
            async channel =>
            {
                await channel.SendAsync((await channel.ReceiveAsync<StateAnnouncement>(Step)) with { Additions = 1 });
                await channel.Fork("sender-added").SendAsync(new BlindedItems(0, new byte[32]));
                await channel.ReceiveAsync<UpdatePrepared>(Step);
            },
            channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, [], [], IncrementalPair.Named(1)));
        Assert.Equal("psi-incremental.4", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    /// <summary>What lies on the disk of either party: no item, no key, and nothing at the sender that depends on how its set matches.</summary>
    [Fact]
    public async Task The_disk_holds_neither_items_nor_keys()
    {
        using var pair = new IncrementalPair();
        await pair.UpdateAsync(1, [1, 2, 3], [], [2, 3, 4], []);
        Assert.Equal(["lock", "state"], Directory.EnumerateFiles(pair.SenderFolder).Select(Path.GetFileName).Order());
        pair.Sender.Dispose();
        pair.Receiver.Dispose();
        var item = Encoding.ASCII.GetBytes("item ");
        Span<byte> scalar = stackalloc byte[32];
        Arithmetic.Curves.Curve25519.FillScalar(scalar, RandomSource.Seeded(1));        // the sender's key, by its seed
        Span<byte> other = stackalloc byte[32];
        Arithmetic.Curves.Curve25519.FillScalar(other, RandomSource.Seeded(2));
        foreach (var file in Directory.EnumerateFiles(pair.SenderFolder).Concat(Directory.EnumerateFiles(pair.ReceiverFolder)))
        {
            var content = File.ReadAllBytes(file);
            Assert.True(content.AsSpan().IndexOf(item) < 0 && content.AsSpan().IndexOf(scalar[..16]) < 0 && content.AsSpan().IndexOf(other[..16]) < 0);
        }

        pair.Reopen();
    }

    /// <summary>The sender's part of the conversation is the same whatever the receiver holds, but for the masks of what it adds.</summary>
    [Fact]
    public async Task The_receivers_removals_and_old_items_show_nowhere_at_the_sender()
    {
        var (first, second) = (await Seen([2, 3, 4], [2]), await Seen([7, 8, 9], []));
        Assert.Equal(first, second);

        static async Task<List<string>> Seen(int[] old, int[] removed)
        {
            using var pair = new IncrementalPair();
            await pair.UpdateAsync(1, [1, 2, 3], [], old, []);
            Dictionary<string, List<string>> sent = [];
            await TwoParty.RunAsync(
                channel => IncrementalPsi.SendAsync(channel, pair.Sender, IncrementalPair.Items(5), [], RandomSource.Seeded(1), IncrementalPair.Named(2)),
                channel => IncrementalPsi.ReceiveAsync(
                    new RecordingChannel(channel, "", sent), pair.Receiver, IncrementalPair.Rows(5), [.. removed.Select(IncrementalPair.Id)], IncrementalPair.Named(2)));
            // The state of the history differs, for the first update does; points and counts must not.
            return [.. sent[""].Select(message => message.Length == 2 * StateAnnouncement.Size ? message[^32..] : message).Where(message => message.Length != 64)];
        }
    }
    private static async Task AssertDiverged(IncrementalPair pair, int day)
    {
        var failures = await TwoParty.FailAsync(
            channel => IncrementalPsi.SendAsync(channel, pair.Sender, [], [], RandomSource.Seeded(1), IncrementalPair.Named(day)),
            channel => IncrementalPsi.ReceiveAsync(channel, pair.Receiver, [], [], IncrementalPair.Named(day)));
        Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is IncrementalStateException { Code.Name: "psi.state-diverged" });
        Assert.NotNull(failures.Sender);
        Assert.NotNull(failures.Receiver);
    }
}

using System.Runtime.InteropServices;
using Collab.Channels;
using Collab.Pir.Index;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Pir.Tests.Index;

public class IndexRetrievalTests
{
    private static readonly IndexRetrievalOptions Options = new(Digest.Of("test", "index"u8)) { MaximumQueries = 200 };

    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 3, received: 3).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory]
    [InlineData(1, 1, 64)]
    [InlineData(64, 3, 64)]
    [InlineData(65, 32, 64)]
    [InlineData(1000, 7, 128)]
    [InlineData(300, 100, 320)]
    public async Task A_client_gets_the_records_of_its_indices(int records, int size, int columns)
    {
        using var table = new IndexTable(records, size, columns, parallelism: 2);
        int[] wanted = [.. Enumerable.Range(0, Math.Min(records, 60)).Select(i => (int)((long)i * 7919 % records)), records - 1, 0, 0];
        var run = await AskAsync(table.Database, null, wanted);
        Assert.Equal(wanted.Length, run.Sender);
        Assert.Equal(wanted.Select(i => table.Plain[i]), run.Receiver.Records);
    }

    [Fact]
    public async Task Bytes_of_every_value_come_back()
    {
        using var database = IndexDatabase.Create(new(64, 256, 64), (i, to) => { for (var b = 0; b < 256; b++) to[b] = (byte)((b + i) & 255); }, RandomSource.Seeded(3));
        var run = await AskAsync(database, null, [5]);
        Assert.Equal(Enumerable.Range(0, 256).Select(b => (byte)((b + 5) & 255)), run.Receiver.Records[0]);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        using var table = new IndexTable(100, 4, 64);
        await Assert.ThrowsAnyAsync<ProtocolException>(() => AskAsync(table.Database, null, [3, 99], Faults.At(message, kind, byReceiver)));
    }

    [Fact]
    public async Task What_the_server_sees_has_the_same_sizes_whatever_is_asked()
    {
        using var table = new IndexTable(1000, 8, 128);
        var usages = new List<ChannelUsage>();
        foreach (var index in new[] { 0, 1, 127, 128, 999 }) usages.Add((await AskAsync(table.Database, null, [index])).Usage);
        Assert.Single(usages.Distinct());
    }

    [Fact]
    public async Task Sizes_are_those_of_the_spec()
    {
        using var table = new IndexTable(1000, 8, 128);
        var shape = table.Database.Shape;
        var run = await AskAsync(table.Database, null, [1, 2]);
        Assert.Equal(64 + shape.HintBytes + 4 + 4 + 2 * shape.AnswerBytes, run.Usage.BytesSent);
        Assert.Equal(65 + 36 + 4 + 2 * shape.QueryBytes, run.Usage.BytesReceived);
    }

    [Fact]
    public async Task An_update_brings_a_kept_hint_to_the_new_version_for_the_bytes_of_the_changes()
    {
        using var table = new IndexTable(2000, 6, 256);
        var first = await AskAsync(table.Database, null, [17]);
        var changes = table.Draw(Enumerable.Range(0, 20).Select(i => i * 97), seed: 5);
        var version = table.Database.Update(changes);
        table.Database.Update([(1999, new byte[6])]);
        foreach (var (record, bytes) in changes) table.Plain[record] = bytes.ToArray();
        table.Plain[1999] = new byte[6];
        var second = await AskAsync(table.Database, first.Receiver.Hint, [0, 97, 98, 1999]);
        Assert.Equal(new[] { 0, 97, 98, 1999 }.Select(i => table.Plain[i]), second.Receiver.Records);
        Assert.Equal(64 + 2 * 40 + 21 * (4 + 12) + 4 + 4 * table.Database.Shape.AnswerBytes, second.Usage.BytesSent);
        Assert.Equal(table.Database.Version, second.Receiver.Hint.Version);
        Assert.NotEqual(version, table.Database.Version);

        // The same hint as one made of the new table from nothing.
        var whole = await AskAsync(table.Database, null, []);
        Assert.Equal(whole.Receiver.Hint.Rows(0, table.Database.Shape.Rows), second.Receiver.Hint.Rows(0, table.Database.Shape.Rows));
    }

    [Theory, InlineData(3000, 1, 128, 2900), InlineData(400, 5, 64, 90), InlineData(300, 3, 128, 1), InlineData(70, 200, 64, 40)]
    public void Tables_that_were_changed_have_the_hint_and_the_bytes_of_new_ones(int records, int size, int columns, int changed)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            using var table = new IndexTable(records, size, columns, parallelism: threads);
            int[] order = [.. Enumerable.Range(0, records)];
            new Random(3).Shuffle(order);
            var changes = table.Draw(order.Take(changed), seed: 9);
            table.Database.Update(changes);
            foreach (var (record, bytes) in changes) table.Plain[record] = bytes.ToArray();
            using var made = IndexDatabase.Create(table.Database.Shape, (i, to) => table.Plain[i].CopyTo(to), RandomSource.Seeded(1));
            using IndexLease lease = table.Database.Lease(), expected = made.Lease();
            Assert.Equal(expected.Words, lease.Words);
            var (products, expectedProducts) = (new uint[made.Shape.Rows], new uint[made.Shape.Rows]);
            var vector = MemoryMarshal.Cast<byte, uint>(RandomSource.Seeded(2).Bytes(sizeof(uint) * columns)).ToArray();
            table.Database.Answer(table.Database.Version, vector, products);
            made.Answer(made.Version, vector, expectedProducts);
            Assert.Equal(expectedProducts, products);
        }
    }

    [Fact]
    public void Changes_of_no_record_or_of_one_twice_are_refused_and_change_nothing()
    {
        using var table = new IndexTable(100, 4, 64);
        var version = table.Database.Version;
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Database.Update([(3, new byte[4]), (100, new byte[4])]));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Database.Update([(-1, new byte[4])]));
        Assert.Throws<ArgumentException>(() => table.Database.Update([(3, new byte[4]), (3, new byte[4])]));
        Assert.Throws<ArgumentException>(() => table.Database.Update([(3, new byte[5])]));
        Assert.Equal(version, table.Database.Update([(3, table.Plain[3])]));
        Assert.Equal(version, table.Database.Version);
    }

    [Fact]
    public async Task A_client_of_another_table_takes_the_whole_hint()
    {
        using var one = new IndexTable(100, 4, 64);
        using var other = new IndexTable(100, 4, 64, seed: 2);
        var first = await AskAsync(one.Database, null, [5]);
        var second = await AskAsync(other.Database, first.Receiver.Hint, [5]);
        Assert.Equal(other.Plain[5], second.Receiver.Records[0]);
    }

    [Fact]
    public async Task Answers_to_a_held_version_are_right_while_the_table_changes()
    {
        using var table = new IndexTable(3000, 5, 192);
        using var lease = table.Database.Lease();
        using var stop = new CancellationTokenSource();
        var updates = Task.Run(() =>
        {
            var done = 0;
            for (; !stop.IsCancellationRequested || done < 3; done++)
                table.Database.Update(table.Draw(Enumerable.Range(0, 30).Select(i => (done + i * 97) % 3000), seed: done));
            return done;
        });
        int[] wanted = [.. Enumerable.Range(0, 100).Select(i => i * 29)];
        var held = await TwoParty.RunAsync(
            async channel =>
            {
                await IndexRetrieval.SendHintAsync(channel, lease, Options, default);
                while (table.Database.Version == lease.Version) await Task.Yield();      // at least one update has passed
                return await IndexRetrieval.AnswerAsync(channel, lease, Options, default);
            },
            channel => IndexRetrieval.RetrieveAsync(channel, null, wanted, RandomSource.Seeded(4), Options));
        await stop.CancelAsync();
        Assert.True(await updates >= 3);
        Assert.Equal(wanted.Select(i => table.Plain[i]), held.Receiver.Records);     // Plain is what was held: Draw leaves it
    }

    [Fact]
    public async Task A_server_answers_no_more_queries_than_it_was_told_and_no_other_version()
    {
        using var table = new IndexTable(100, 4, 64);
        var many = await TwoParty.FailAsync(
            channel => IndexRetrieval.ServeAsync(channel, table.Database, Options with { MaximumQueries = 1 }),
            channel => IndexRetrieval.RetrieveAsync(channel, null, [1, 2], RandomSource.Seeded(4), Options));
        Assert.Equal("retrieval-index.4", Assert.IsType<PeerFaultException>(many.Sender).Step!.Name);
        var context = await TwoParty.FailAsync(
            channel => IndexRetrieval.ServeAsync(channel, table.Database, Options with { Context = default }),
            channel => IndexRetrieval.RetrieveAsync(channel, null, [1, 2], RandomSource.Seeded(4), Options));
        Assert.Equal("retrieval-index.1", Assert.IsType<PeerFaultException>(context.Sender).Step!.Name);
    }

    [Fact]
    public async Task A_client_takes_no_larger_hint_than_it_allows()
    {
        using var table = new IndexTable(100, 4, 64);
        var failures = await TwoParty.FailAsync(
            channel => IndexRetrieval.ServeAsync(channel, table.Database, Options),
            channel => IndexRetrieval.RetrieveAsync(channel, null, [1], RandomSource.Seeded(4), Options with { MaximumHint = 1000 }));
        Assert.Equal("retrieval-index.2", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Fact]
    public async Task Whatever_one_party_does_to_a_message_is_a_fault_or_a_wrong_record_but_never_a_crash()
    {
        using var table = new IndexTable(100, 4, 64);
        var sent = new List<MessageName>();
        _ = await TwoParty.RunAsync(
            channel => IndexRetrieval.ServeAsync(new DeviatingChannel(channel, "", null, sent), table.Database, Options),
            channel => IndexRetrieval.RetrieveAsync(channel, null, [1], RandomSource.Seeded(4), Options));
        foreach (var message in sent.ToArray())
        {
            foreach (var kind in Deviation.Kinds)
            {
                var failures = await TwoParty.FailAsync(
                    channel => IndexRetrieval.ServeAsync(new DeviatingChannel(channel, "", new(message, kind), []), table.Database, Options),
                    channel => IndexRetrieval.RetrieveAsync(channel, null, [1], RandomSource.Seeded(4), Options));
                Assert.True(failures.Receiver is null or ProtocolException, failures.Receiver?.ToString());
                Assert.True(failures.Sender is null or ProtocolException, failures.Sender?.ToString());
            }
        }
    }

    [Fact]
    public void Shapes_beyond_the_limits_are_refused()
    {
        Assert.False(new IndexShape(0, 1, 64).IsSound);
        Assert.False(new IndexShape(1, 0, 64).IsSound);
        Assert.False(new IndexShape(1, 1, 63).IsSound);
        Assert.False(new IndexShape(1, 1, 1 << 21).IsSound);
        Assert.False(new IndexShape(int.MaxValue, 1 << 16, 64).IsSound);
        Assert.Throws<ArgumentException>(() => IndexShape.For(1 << 30, 4));
        Assert.Throws<ArgumentException>(() => IndexDatabase.Create(new(1, 1, 65), (_, _) => { }, RandomSource.Seeded(1)));
        foreach (var (records, size, queries) in new[] { (1, 1, 1), (1_000_000, 48, 1), (1_000_000, 48, 1152), (1 << 20, 1024, 1152), (100_000, 18, 3) })
        {
            var shape = IndexShape.For(records, size, queries);
            Assert.True(shape.IsSound);
            Assert.True((long)shape.Columns * shape.Depth >= records);
        }
    }

    private static Task<TwoPartyRun<int, (byte[][] Records, IndexHint Hint)>> AskAsync(
        IndexDatabase database, IndexHint? known, int[] wanted, ChannelFault? fault = null) => TwoParty.RunAsync(
            channel => IndexRetrieval.ServeAsync(channel, database, Options),
            channel => IndexRetrieval.RetrieveAsync(channel, known, wanted, RandomSource.Seeded(4), Options),
            fault);
}

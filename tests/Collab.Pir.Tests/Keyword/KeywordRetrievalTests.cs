using System.Text;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Pir.Keyword;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Pir.Tests.Keyword;

public class KeywordRetrievalTests : IDisposable
{
    private static readonly KeywordOptions Options = new(Digest.Of("test", "keyword"u8));

    private readonly OprfKey _key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.Seeded(1));

    /// <summary>The server sends header, evaluated keys, and on each side header, hint and answers; the client blinded keys, and on each side version, count and queries.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 8, received: 7).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 0)]
    [InlineData(500, 33)]
    [InlineData(3000, 8)]
    public async Task A_client_gets_the_values_of_its_keys_and_that_there_is_none(int records, int longest)
    {
        using var database = Make(records, longest);
        Assert.Equal(records, database.Count);
        int[] wanted = [.. Enumerable.Range(0, 30).Select(i => i * 137), 0, 0];
        var run = await AskAsync(database, null, wanted);
        Assert.Equal(wanted.Length, run.Sender);
        Assert.Equal(wanted.Select(i => i < records ? Value(i, longest, 0) : null), run.Receiver.Values);
    }

    [Fact]
    public async Task Records_of_other_keys_never_open_and_no_key_beside_the_table_matches()
    {
        using var database = Make(2000, 4);
        var run = await AskAsync(database, null, [.. Enumerable.Range(2000, 600)]);
        Assert.All(run.Receiver.Values, Assert.Null);
    }

    [Fact]
    public async Task A_hit_and_a_miss_have_the_same_sizes_and_numbers_of_messages()
    {
        using var database = Make(1000, 16);
        var usages = new List<ChannelUsage>();
        foreach (var wanted in new[] { 0, 1, 999, 1000, 123_456 }) usages.Add((await AskAsync(database, null, [wanted])).Usage);
        Assert.Single(usages.Distinct());
    }

    [Fact]
    public async Task Sizes_are_those_of_the_spec()
    {
        using var database = Make(1000, 16);
        var (shape, parts) = (database.Shape, (database.Shape.Side.HintBytes + (1 << 20) - 1) >> 20);
        var run = await AskAsync(database, null, [1, 2, 3]);
        Assert.Equal(92 + 3 * 32 + 64 + 2 * (64 + 4 * parts + 4) + shape.HintBytes + 6 * shape.Side.AnswerBytes, run.Usage.BytesSent);
        Assert.Equal(3 * 32 + 2 * (65 + 36 + 4) + 6 * shape.Side.QueryBytes, run.Usage.BytesReceived);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        using var database = Make(20, 4);
        await Assert.ThrowsAnyAsync<ProtocolException>(() => AskAsync(database, null, [3], Faults.At(message, kind, byReceiver)));
    }

    [Fact]
    public async Task Whatever_one_party_does_to_a_message_no_wrong_value_comes_out()
    {
        using var database = Make(20, 4);
        foreach (var byClient in new[] { false, true })
        {
            var sent = new List<MessageName>();
            await RunAsync(null, sent);
            foreach (var message in sent.ToArray())
            {
                foreach (var kind in Deviation.Kinds) await RunAsync(new(message, kind), []);
            }

            async Task RunAsync(Deviation? deviation, List<MessageName> names)
            {
                byte[]?[]? values = null;
                IChannel Around(IChannel channel, bool client) => client == byClient ? new DeviatingChannel(channel, "", deviation, names) : channel;
                var failures = await TwoParty.FailAsync(
                    channel => KeywordRetrieval.ServeAsync(Around(channel, false), database, RandomSource.Seeded(2), Options),
                    async channel => (values, _) = await KeywordRetrieval.RetrieveAsync(Around(channel, true), null, [Key(3)], RandomSource.Seeded(3), Options));
                Assert.True(failures.Receiver is null or ProtocolException, failures.Receiver?.ToString());
                Assert.True(failures.Sender is null or ProtocolException, failures.Sender?.ToString());
                Assert.True(values is null || values[0] is null || values[0]!.AsSpan().SequenceEqual(Value(3, 4, 0)), $"{deviation}");
            }
        }
    }

    [Fact]
    public async Task A_server_that_uses_another_key_than_it_announced_is_caught()
    {
        using var other = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, RandomSource.Seeded(9));
        using var database = Make(20, 4);
        var failures = await TwoParty.FailAsync(
            channel => KeywordRetrieval.ServeAsync(channel, database, RandomSource.Seeded(2), Options),
            channel => KeywordRetrieval.RetrieveAsync(new RewritingChannel(channel, other.PublicKey), null, [Key(3)], RandomSource.Seeded(3), Options));
        Assert.Equal("retrieval-keyword.3", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Fact]
    public async Task Keys_are_counted_before_they_are_answered_and_none_is_when_the_meter_refuses()
    {
        using var database = Make(20, 4);
        var counted = new List<int>();
        var metered = Options with { Meter = (count, _) => { counted.Add(count); return Task.CompletedTask; } };
        await AskAsync(database, null, [1, 2], serverOptions: metered);
        Assert.Equal([2], counted);

        var refusing = Options with { Meter = (_, _) => throw new CollabException(KeywordErrors.QuotaSpent, "No query is left.") };
        var failures = await TwoParty.FailAsync(
            channel => KeywordRetrieval.ServeAsync(channel, database, RandomSource.Seeded(2), refusing),
            channel => KeywordRetrieval.RetrieveAsync(channel, null, [Key(3)], RandomSource.Seeded(3), Options));
        Assert.Equal(KeywordErrors.QuotaSpent, Assert.IsType<CollabException>(failures.Sender).Code);
        Assert.NotNull(failures.Receiver);

        var many = await TwoParty.FailAsync(
            channel => KeywordRetrieval.ServeAsync(channel, database, RandomSource.Seeded(2), Options with { MaximumKeys = 1 }),
            channel => KeywordRetrieval.RetrieveAsync(channel, null, [Key(3), Key(4)], RandomSource.Seeded(3), Options));
        Assert.Equal("retrieval-keyword.2", Assert.IsType<PeerFaultException>(many.Sender).Step!.Name);
    }

    [Fact]
    public async Task An_update_changes_adds_and_removes_records_and_a_kept_hint_follows_for_the_bytes_of_the_changes()
    {
        using var database = Make(1000, 8);
        var first = await AskAsync(database, null, [7]);
        database.Update([.. Enumerable.Range(0, 5).Select(i => Record(i, 8, 1)), Record(5000, 8, 1)], [Key(9), Key(77_777)]);
        Assert.Equal(1000, database.Count);
        var second = await AskAsync(database, first.Receiver.Hint, [0, 4, 5, 9, 5000, 77_777]);
        Assert.Equal([Value(0, 8, 1), Value(4, 8, 1), Value(5, 8, 0), null, Value(5000, 8, 1), null], second.Receiver.Values);
        Assert.True(second.Usage.BytesSent < first.Usage.BytesSent / 10);
    }

    [Fact]
    public async Task Queries_while_the_table_changes_are_none_wrong()
    {
        using var database = Make(2000, 12);
        using var stop = new CancellationTokenSource();
        var updates = Task.Run(() =>
        {
            var done = 0;
            for (; !stop.IsCancellationRequested || done < 2; done++)
                database.Update([.. Enumerable.Range(0, 20).Select(i => Record(i * 100 + 1 + done % 50, 12, done + 1))], []);
            return done;
        });
        KeywordHint? hint = null;
        for (var run = 0; run < 6; run++)
        {
            var context = Options with { Context = Digest.Of("test", [(byte)run]) };
            int[] wanted = [0, 100, 1, 51, 1901, 2500];
            var asked = await AskAsync(database, hint, wanted, options: context);
            hint = asked.Receiver.Hint;
            Assert.Equal([Value(0, 12, 0), Value(100, 12, 0), null], [asked.Receiver.Values[0], asked.Receiver.Values[1], asked.Receiver.Values[5]]);
            // Of those that change, each is whole and of one version: the first 8 bytes name it.
            for (var k = 2; k < 5; k++)
            {
                var value = Assert.IsType<byte[]>(asked.Receiver.Values[k]);
                Assert.Equal(Value(wanted[k], 12, BitConverter.ToInt32(value)), value);
            }
        }

        await stop.CancelAsync();
        Assert.True(await updates >= 2);
    }

    [Fact]
    public void Duplicate_keys_long_values_and_too_many_records_are_refused_and_change_nothing()
    {
        using var database = Make(100, 8);
        Assert.Equal(KeywordErrors.DuplicateKey, Assert.Throws<CollabException>(() =>
            KeywordDatabase.Create(_key, KeywordShape.For(10, 4), [Record(1, 4, 0), Record(2, 4, 0), Record(1, 4, 1)], RandomSource.Seeded(3))).Code);
        Assert.Equal(KeywordErrors.ValueTooLong, Assert.Throws<CollabException>(() => database.Update([new(Key(3), new byte[9])], [])).Code);
        Assert.Equal(KeywordErrors.DuplicateKey, Assert.Throws<CollabException>(() => database.Update([Record(500, 8, 1), Record(500, 8, 2)], [])).Code);
        Assert.Equal(KeywordErrors.TableFull, Assert.Throws<CollabException>(() => database.Update([.. Enumerable.Range(1000, 101).Select(i => Record(i, 8, 0))], [])).Code);
        Assert.Equal(100, database.Count);
        database.Update([], [Key(0)]);
        database.Update([Record(1000, 8, 0)], []);
        Assert.Equal(100, database.Count);
    }

    [Fact]
    public void Layouts_beyond_the_limits_are_refused_and_bins_have_room()
    {
        Assert.False(new KeywordShape(0, 1, 64).IsSound);
        Assert.False(new KeywordShape(1, -1, 64).IsSound);
        Assert.False(new KeywordShape(1, 65_001, 64).IsSound);
        Assert.False(new KeywordShape(1, 1, 65).IsSound);
        Assert.False(new KeywordShape(int.MaxValue, 1, 64).IsSound);
        Assert.Throws<ArgumentException>(() => KeywordShape.For(1 << 26, 4096));

        // Two choices, the emptier: 10^5 records of random bins leave no bin of the layout full.
        foreach (var bins in new[] { 64, 1024, 8192 })
        {
            var shape = new KeywordShape(100_000, 4, bins);
            var random = new Random(bins);
            SealedRecord[] records = [.. Enumerable.Range(1, 100_000).Select(i => new SealedRecord((UInt128)i, random.Next(bins), random.Next(bins), default))];
            new CellMap(shape).Place(records, RandomSource.Seeded(bins), (cell, _) => Assert.InRange(cell.Record, 0, shape.Side.Records - 1));
        }
    }

    private static ReadOnlyMemory<byte> Key(int i) => Encoding.UTF8.GetBytes($"key {i}");

    /// <summary>From 0 to the longest length, by the record; the first bytes are the version where they fit.</summary>
    private static byte[] Value(int i, int longest, int version)
    {
        byte[] bytes = [.. BitConverter.GetBytes(version), .. Enumerable.Range(0, longest).Select(b => (byte)((i * 31 + b + version) & 255))];
        return bytes[..(version > 0 || longest == 12 ? longest : (longest - i % (longest + 1)))];
    }

    private static KeywordRecord Record(int i, int longest, int version) => new(Key(i), Value(i, longest, version));

    private KeywordDatabase Make(int records, int longest) => KeywordDatabase.Create(
        _key, KeywordShape.For(Math.Max(1, records), longest, 4), [.. Enumerable.Range(0, records).Select(i => Record(i, longest, 0))], RandomSource.Seeded(5), 2);

    private static Task<TwoPartyRun<int, (byte[]?[] Values, KeywordHint Hint)>> AskAsync(
        KeywordDatabase database, KeywordHint? known, int[] wanted, ChannelFault? fault = null, KeywordOptions? options = null, KeywordOptions? serverOptions = null) =>
        TwoParty.RunAsync(
            channel => KeywordRetrieval.ServeAsync(channel, database, RandomSource.Seeded(2), serverOptions ?? options ?? Options),
            channel => KeywordRetrieval.RetrieveAsync(channel, known, [.. wanted.Select(Key)], RandomSource.Seeded(3), options ?? Options),
            fault);

    /// <summary>Receives another public key than the one that was sent.</summary>
    private sealed class RewritingChannel(IChannel inner, ReadOnlyMemory<byte> publicKey) : IChannel
    {
        public PartyId Peer => inner.Peer;

        public ChannelUsage Usage => inner.Usage;

        public ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
            where T : IMessage<T> => inner.SendAsync(message, cancellation);

        public async ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
            where T : IMessage<T>
        {
            var message = await inner.ReceiveAsync<T>(step, cancellation);
            return message is KeywordHeader header ? (T)(object)(header with { PublicKey = publicKey }) : message;
        }

        public IChannel Fork(string label) => inner.Fork(label);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

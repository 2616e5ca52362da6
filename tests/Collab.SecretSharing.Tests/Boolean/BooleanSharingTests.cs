using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Boolean;

public class BooleanSharingTests
{
    private static readonly Digest Context = Digest.Of("collab.test.boolean", []);

    public static TheoryData<int> Lengths => new(0, 1, 63, 64, 65, 513, 5000);

    public static TheoryData<int, int> Strings => new()
    {
        { 0, 61 }, { 1, 61 }, { 1, 1 }, { 65, 1 }, { 64, 2 }, { 63, 5 }, { 200, 6 }, { 129, 7 }, { 300, 8 }, { 300, 31 }, { 513, 61 }, { 300, 63 }, { 257, 64 }, { 3000, 43 },
    };

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(4, 4)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task Conjunction_is_that_of_the_plain_bits(int length)
    {
        var random = RandomSource.Seeded(length);
        BitVector x = BitVector.Random(length, random), y = BitVector.Random(length, random);
        var (x0, x1) = Split(x, random);
        var (y0, y1) = Split(y, random);
        var run = await RunAsync(
            async engine => await BooleanGates.OpenAsync(engine, await BooleanGates.AndAsync(engine, x0, y0)),
            async engine => await BooleanGates.OpenAsync(engine, await BooleanGates.AndAsync(engine, x1, y1)));
        for (var i = 0; i < length; i++) Assert.Equal(x[i] && y[i], run.Sender[i]);
        Assert.Equal(run.Sender.Words.ToArray(), run.Receiver.Words.ToArray());
        Assert.Equal(length == 0 ? 1 : 2, run.Usage.MessagesSent);
    }

    [Theory, MemberData(nameof(Strings))]
    public async Task Equality_is_that_of_the_plain_strings(int length, int bits)
    {
        var random = RandomSource.Seeded(length + bits);
        ulong[] x = new ulong[length], y = new ulong[length];
        for (var i = 0; i < length; i++)
        {
            x[i] = random.NextUInt64() >> (64 - bits);
            y[i] = (i % 4) switch
            {
                0 => x[i],
                1 => x[i] ^ (1UL << (i % bits)),                    // one bit apart
                2 => ~x[i] & (ulong.MaxValue >> (64 - bits)),       // every bit apart
                _ => random.NextUInt64() >> (64 - bits),
            };
        }

        DealtTransfers first = new(BooleanParty.First), second = new(BooleanParty.Second);
        var run = await RunAsync(engine => EqualityTest.EqualAsync(engine, x, bits), engine => EqualityTest.EqualAsync(engine, y, bits), first, second);
        for (var i = 0; i < length; i++) Assert.Equal(x[i] == y[i], run.Sender.Share[i] ^ run.Receiver.Share[i]);
        if (length < 64) return;
        var ones = run.Sender.Share.PopCount();
        Assert.InRange(ones, length / 4, length * 3 / 4);           // a share is a fair coin whatever the bit
        Assert.InRange(first.Count, (long)length * EqualityTest.TransfersOf(bits), (length + 63) * (long)EqualityTest.TransfersOf(bits));
    }

    [Fact]
    public void Sixty_one_bits_cost_what_the_spec_says()
    {
        Assert.Equal(67, EqualityTest.TransfersOf(61));
        Assert.Equal(61 + (61 * 6) + 6 + 63, EqualityTest.WireBitsOf(61));
        Assert.Equal(64 + 7 + 3, EqualityTest.TransfersOf(64));
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task Bits_become_integers_and_multiply_them(int length)
    {
        var random = RandomSource.Seeded(length + 7);
        var bits = BitVector.Random(length, random);
        var (b0, b1) = Split(bits, random);
        foreach (var width in new[] { 32, 64, 128 })
        {
            var modulus = width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;
            UInt128[] v = Words(length, random, modulus), w = Words(length, random, modulus);
            var run = await RunAsync(
                engine => ProgramAsync(engine, b0, v, new(w.Select(x => unchecked(x - 5) & modulus).ToArray(), width)),
                engine => ProgramAsync(engine, b1, default, new(w.Select(_ => (UInt128)5).ToArray(), width)));
            for (var i = 0; i < length; i++)
            {
                UInt128 bit = bits[i] ? 1u : 0u;
                Assert.Equal(bit, unchecked(run.Sender[0].Share[i] + run.Receiver[0].Share[i]) & modulus);
                Assert.Equal(unchecked(bit * v[i]), unchecked(run.Sender[1].Share[i] + run.Receiver[1].Share[i]) & modulus);
                Assert.Equal(unchecked(bit * w[i]), unchecked(run.Sender[2].Share[i] + run.Receiver[2].Share[i]) & modulus);
            }
        }

        static async Task<SharedWords[]> ProgramAsync(BooleanEngine engine, SharedBits bits, ReadOnlyMemory<UInt128> known, SharedWords shared) =>
        [
            await ObliviousSelection.ToWordsAsync(engine, bits, shared.WordBits),
            await ObliviousSelection.MultiplyAsync(engine, bits, BooleanParty.First, known, shared.WordBits),
            await ObliviousSelection.MultiplyAsync(engine, bits, shared),
        ];
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(5, 5)]
    [InlineData(4, 5)]
    [InlineData(6, 5)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MaxValue - 1, int.MaxValue)]
    [InlineData(1 << 20, 10)]
    public async Task A_count_reaches_its_threshold_or_does_not(int count, int threshold)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            foreach (var width in new[] { 32, 64 })
            {
                var share = RandomSource.Seeded(seed).NextUInt64() >> (64 - width);
                var other = unchecked((ulong)count - share) & (ulong.MaxValue >> (64 - width));
                var run = await RunAsync(
                    engine => AtLeastAsync(engine, new([share], width), threshold), engine => AtLeastAsync(engine, new([other], width), threshold));
                Assert.Equal(count >= threshold, run.Sender[0]);
                Assert.Equal(count >= threshold, run.Receiver[0]);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(70)]
    public async Task Many_counts_are_told_apart_at_once(int counts)
    {
        var random = RandomSource.Seeded(counts);
        uint[] values = [.. Enumerable.Range(0, counts).Select(i => (uint)(8 + (i * 5 % 7)))], shares = [.. values.Select(_ => (uint)(random.NextUInt64() >> 32))];
        var run = await RunAsync(
            engine => AtLeastAsync(engine, new([.. shares.Select(share => (UInt128)share)], 32), 10),
            engine => AtLeastAsync(engine, new([.. values.Zip(shares, (value, share) => (UInt128)unchecked(value - share))], 32), 10));
        Assert.Equal(values.Select(value => value >= 10), Enumerable.Range(0, counts).Select(i => run.Sender[i]));
    }

    private static async Task<BitVector> AtLeastAsync(BooleanEngine engine, SharedWords counts, long threshold) =>
        await BooleanGates.OpenAsync(engine, await ThresholdTest.AtLeastAsync(engine, counts, threshold));

    [Theory]
    [InlineData(BooleanParty.First)]
    [InlineData(BooleanParty.Second)]
    public async Task Words_are_opened_to_the_one_named(BooleanParty receiver)
    {
        var run = await RunAsync(
            engine => WordOpening.OpenAsync(engine, new([UInt128.MaxValue, 3], 128), receiver),
            engine => WordOpening.OpenAsync(engine, new([2, 4], 128), receiver));
        var (told, untold) = receiver == BooleanParty.First ? (run.Sender, run.Receiver) : (run.Receiver, run.Sender);
        Assert.Equal([1, 7], told!);
        Assert.Null(untold);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var random = RandomSource.Seeded(3);
        var strings = Enumerable.Range(0, 40).Select(_ => random.NextUInt64() >> 3).ToArray();
        var failures = await TwoParty.FailAsync(
            channel => ProgramAsync(channel, BooleanParty.First, strings), channel => ProgramAsync(channel, BooleanParty.Second, strings),
            Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or ProtocolException or IOException, $"{failure}");

        static async Task ProgramAsync(IChannel channel, BooleanParty party, ulong[] strings)
        {
            using var transfers = new DealtTransfers(party);
            using var engine = new BooleanEngine(party, channel, transfers, Context);
            using var equal = await EqualityTest.EqualAsync(engine, strings, 61);
            using var count = (await ObliviousSelection.ToWordsAsync(engine, equal, 32)).Total();
            await BooleanGates.OpenAsync(engine, await ThresholdTest.AtLeastAsync(engine, count, 3));
        }
    }

    [Fact]
    public async Task Another_length_is_the_peers_fault_and_names_the_step()
    {
        var failures = await TwoParty.FailAsync(
            channel => ProgramAsync(channel, BooleanParty.First, new ulong[10]), channel => ProgramAsync(channel, BooleanParty.Second, new ulong[11]));
        var fault = Assert.IsType<PeerFaultException>(failures.Sender);
        Assert.Equal("boolean-sharing.5a", fault.Step!.Name);

        static async Task ProgramAsync(IChannel channel, BooleanParty party, ulong[] strings)
        {
            using var transfers = new DealtTransfers(party);
            using var engine = new BooleanEngine(party, channel, transfers, Context);
            await EqualityTest.EqualAsync(engine, strings, 61);
        }
    }

    [Fact]
    public async Task Strings_longer_than_stated_are_refused() => Assert.IsType<ArgumentException>(
        (await TwoParty.FailAsync(
            async channel => await EqualityTest.EqualAsync(
                new BooleanEngine(BooleanParty.First, channel, new DealtTransfers(BooleanParty.First), Context), new ulong[] { 8 }, 3),
            channel => channel.ReceiveAsync<BooleanMessage>(new StepId("test")).AsTask())).Sender);

    private static (SharedBits First, SharedBits Second) Split(BitVector bits, RandomSource random)
    {
        var first = new SharedBits(BitVector.Random(bits.Length, random));
        return (first, first.Xor(SharedBits.OfKnown(bits.Length, bits)));
    }

    private static UInt128[] Words(int length, RandomSource random, UInt128 modulus) =>
        [.. Enumerable.Range(0, length).Select(_ => new UInt128(random.NextUInt64(), random.NextUInt64()) & modulus)];

    private static Task<TwoPartyRun<T, T>> RunAsync<T>(
        Func<BooleanEngine, Task<T>> first, Func<BooleanEngine, Task<T>> second, DealtTransfers? firstTransfers = null, DealtTransfers? secondTransfers = null)
    {
        return TwoParty.RunAsync(
            channel => ProgramAsync(channel, BooleanParty.First, first, firstTransfers), channel => ProgramAsync(channel, BooleanParty.Second, second, secondTransfers));

        static async Task<T> ProgramAsync(IChannel channel, BooleanParty party, Func<BooleanEngine, Task<T>> program, DealtTransfers? transfers)
        {
            using var dealt = transfers ?? new DealtTransfers(party);
            using var engine = new BooleanEngine(party, channel, dealt, Context);
            return await program(engine);
        }
    }
}

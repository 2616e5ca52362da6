using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Permutations;

public class KnownMovesTests
{
    private const ulong Mask = 0x1FFFF;
    private const int BitCount = 17;

    public static TheoryData<int, BooleanParty> Lengths
    {
        get
        {
            var rows = new TheoryData<int, BooleanParty>();
            foreach (var length in new[] { 1, 2, 3, 5, 8, 31, 64, 65, 700 }) rows.Add(length, length % 2 == 0 ? BooleanParty.First : BooleanParty.Second);
            return rows;
        }
    }

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(1, 1)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    /// <summary>Every order of up to seven rows, and random ones of more: the switches bring each row to its place.</summary>
    [Fact]
    public void The_network_makes_every_order()
    {
        for (var n = 0; n <= 7; n++)
        {
            foreach (var order in Orders([], n)) Check(order);
        }

        var random = RandomSource.Seeded(5);
        for (var n = 8; n < 300; n += 7) Check(Shuffled(n, random));
        Check([.. Enumerable.Range(0, 1 << 10)]);
        Check([.. Enumerable.Range(0, 1025).Reverse()]);

        static void Check(int[] order)
        {
            int[] rows = [.. Enumerable.Range(0, order.Length)];
            var settings = PermutationSettings.OfVariableTime(order);
            var layers = MoveLayer.Permuting(order.Length).ToList();
            Assert.Equal(layers.Select(layer => layer.From.Length), MoveLayer.PairsPermuting(order.Length));
            foreach (var (layer, bits) in layers.Zip(settings))
            {
                for (var i = 0; i < bits.Length; i++)
                    if (bits[i]) (rows[layer.From[i]], rows[layer.To[i]]) = (rows[layer.To[i]], rows[layer.From[i]]);
            }

            Assert.Equal(order, rows);
        }

        static IEnumerable<int[]> Orders(int[] begun, int n) => begun.Length == n
            ? [begun]
            : Enumerable.Range(0, n).Except(begun).SelectMany(next => Orders([.. begun, next], n));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 2)]
    [InlineData(-1, 0)]
    public void What_is_no_order_is_refused(params int[] order) => Assert.Throws<ArgumentException>(() => PermutationSettings.OfVariableTime(order));

    [Theory, MemberData(nameof(Lengths))]
    public async Task Rows_come_into_the_order_that_one_party_knows(int length, BooleanParty knower)
    {
        var random = RandomSource.Seeded(length);
        var (words, bits, order) = (Words(length, ulong.MaxValue, random), Words(length, Mask, random), Shuffled(length, random));
        DealtTransfers first = new(BooleanParty.First), second = new(BooleanParty.Second);
        var run = await BooleanPair.RunAsync(
            async engine =>
            {
                var rows = Share(engine, words, bits);
                await KnownMoves.PermuteAsync(engine, knower, engine.Party == knower ? order : default, rows);
                return rows;
            },
            first, second);
        var (actualWords, actualBits) = Plain(run);
        Assert.Equal(order.Select(row => words[row]), actualWords);
        Assert.Equal(order.Select(row => bits[row]), actualBits);
        Assert.Equal(MoveLayer.PairsPermuting(length).Sum(), first.Count);
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task Every_row_gets_what_the_first_of_its_run_holds(int length, BooleanParty knower)
    {
        var random = RandomSource.Seeded(length + 1);
        var words = Words(length, ulong.MaxValue, random);
        foreach (var density in new[] { 0, 1, 4, 64 })
        {
            var joined = new BitVector(length);
            for (var i = 1; i < length; i++) joined[i] = density == 64 || (density > 0 && random.NextUInt64() % (ulong)(density + 1) > 0);
            var run = await BooleanPair.RunAsync(async engine =>
            {
                var rows = Share(engine, words, null);
                await KnownMoves.CarryAsync(engine, knower, engine.Party == knower ? joined : null, rows);
                return rows;
            });
            var expected = words.ToArray();
            for (var i = 1; i < length; i++)
                if (joined[i]) expected[i] = expected[i - 1];
            Assert.Equal(expected, Plain(run).Words);
            Assert.Equal(MoveLayer.Carrying(length).Select(layer => layer.From.Length), MoveLayer.PairsCarrying(length));
        }
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task Halves_are_exchanged_where_a_shared_bit_says_so(int length, BooleanParty knower)
    {
        var random = RandomSource.Seeded(length + 2);
        var (words, bits, choices) = (Words(2 * length, ulong.MaxValue, random), Words(2 * length, Mask, random), Words(length, 1, random));
        DealtTransfers first = new(BooleanParty.First), second = new(BooleanParty.Second);
        var run = await BooleanPair.RunAsync(
            async engine =>
            {
                var (rows, share) = (Share(engine, words, bits), BitVector.Random(length, RandomSource.Seeded(3)));
                for (var i = 0; engine.Party == knower && i < length; i++) share[i] ^= choices[i] == 1;
                await KnownMoves.ExchangeHalvesAsync(engine, new SharedBits(share), rows);
                return rows;
            },
            first, second);
        int[] from = [.. Enumerable.Range(0, 2 * length).Select(i => choices[i % length] == 1 ? (i + length) % (2 * length) : i)];
        var (actualWords, actualBits) = Plain(run);
        Assert.Equal(from.Select(row => words[row]), actualWords);
        Assert.Equal(from.Select(row => bits[row]), actualBits);
        Assert.Equal(2 * length, first.Count);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(65), InlineData(700)]
    public async Task A_shuffle_keeps_the_rows_and_each_partys_order_tells(int length)
    {
        var (words, bits) = (Words(length, ulong.MaxValue, RandomSource.Seeded(length)), Words(length, Mask, RandomSource.Seeded(length + 1)));
        var orders = new List<ulong[]>();
        foreach (var (ofFirst, ofSecond) in new[] { (1, 2), (1, 2), (3, 2), (1, 4) })
        {
            var run = await BooleanPair.RunAsync(async engine =>
            {
                var rows = Share(engine, words, bits);
                await KnownMoves.ShuffleAsync(engine, [rows], RandomSource.Seeded(engine.Party == BooleanParty.First ? ofFirst : ofSecond));
                return rows;
            });
            var (shuffledWords, shuffledBits) = Plain(run);
            Assert.Equal(words.Zip(bits).Order(), shuffledWords.Zip(shuffledBits).Order());
            orders.Add([.. shuffledWords]);
        }

        Assert.Equal(orders[0], orders[1]);
        if (length < 65) return;
        Assert.NotEqual(orders[0], orders[2]);
        Assert.NotEqual(orders[0], orders[3]);
    }

    /// <summary>Each of the six orders of three rows about as often: 6,000 draws, each within 7 standard deviations of 1,000.</summary>
    [Fact]
    public void A_drawn_order_is_uniform()
    {
        var random = RandomSource.Seeded(11);
        var seen = new Dictionary<string, int>();
        for (var i = 0; i < 6000; i++)
        {
            using var order = RandomOrder.Draw(random, 3);
            var name = string.Join(' ', order.Span.ToArray());
            seen[name] = seen.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(6, seen.Count);
        foreach (var count in seen.Values) Assert.InRange(count, 800, 1200);
    }

    [Fact]
    public async Task Shares_are_as_random_after_the_moves_whatever_the_order()
    {
        var run = await BooleanPair.RunAsync(async engine =>
        {
            var rows = Share(engine, new ulong[64], new ulong[64]);
            await KnownMoves.PermuteAsync(engine, BooleanParty.First, engine.Party == BooleanParty.First ? Enumerable.Range(0, 64).ToArray() : default, rows);
            return rows;
        });
        Assert.Equal(64, run.Sender.Words!.Distinct().Count());
        Assert.Equal(64, run.Receiver.Words!.Distinct().Count());
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var failures = await TwoParty.FailAsync(channel => ProgramAsync(channel, BooleanParty.First), channel => ProgramAsync(channel, BooleanParty.Second), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or ProtocolException or IOException, $"{failure}");

        static Task<bool> ProgramAsync(IChannel channel, BooleanParty party) => BooleanPair.PartyAsync(channel, party, async engine =>
        {
            await KnownMoves.PermuteAsync(engine, BooleanParty.Second, party == BooleanParty.Second ? new[] { 2, 0, 1, 4, 3 } : default, Share(engine, new ulong[5], new ulong[5]));
            return true;
        });
    }

    [Theory]
    [InlineData(4, "oblivious-permutation.1")]
    [InlineData(6, "oblivious-permutation.1")]
    public async Task Another_length_is_the_peers_fault_and_names_the_step(int length, string step)
    {
        var failures = await TwoParty.FailAsync(channel => ProgramAsync(channel, BooleanParty.First, 5), channel => ProgramAsync(channel, BooleanParty.Second, length));
        Assert.Equal(step, Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);

        static Task<bool> ProgramAsync(IChannel channel, BooleanParty party, int length) => BooleanPair.PartyAsync(channel, party, async engine =>
        {
            await KnownMoves.PermuteAsync(engine, BooleanParty.Second, party == BooleanParty.Second ? Enumerable.Range(0, length).ToArray() : default, new(new ulong[length], null, 0));
            return true;
        });
    }

    [Fact]
    public void Rows_of_nothing_or_of_too_many_bits_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RowShares(null, null, 0));
        Assert.Throws<ArgumentException>(() => new RowShares(new ulong[2], new ulong[3], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowShares(null, new ulong[2], 65));
    }

    private static RowShares Share(BooleanEngine engine, ulong[] words, ulong[]? bits)
    {
        var random = RandomSource.Seeded(99);
        ulong[] otherWords = Words(words.Length, ulong.MaxValue, random), otherBits = Words(words.Length, Mask, random);
        var first = engine.Party == BooleanParty.First;
        return new(
            first ? otherWords : [.. words.Zip(otherWords, (w, o) => unchecked(w - o))],
            bits is null ? null : first ? otherBits : [.. bits.Zip(otherBits, (b, o) => b ^ o)], bits is null ? 0 : BitCount);
    }

    private static (IEnumerable<ulong> Words, IEnumerable<ulong> Bits) Plain(TwoPartyRun<RowShares, RowShares> run) => (
        run.Sender.Words!.Zip(run.Receiver.Words!, (a, b) => unchecked(a + b)), run.Sender.Bits is null ? [] : run.Sender.Bits.Zip(run.Receiver.Bits!, (a, b) => a ^ b));

    private static ulong[] Words(int length, ulong mask, RandomSource random) => [.. Enumerable.Range(0, length).Select(_ => random.NextUInt64() & mask)];

    private static int[] Shuffled(int length, RandomSource random) => [.. Enumerable.Range(0, length).Select(i => (random.NextUInt64(), i)).Order().Select(pair => pair.i)];
}

using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Tests.Boolean;
using Collab.SecretSharing.TwoPartyRing;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Ranks;

/// <summary>Rows in an order that one party knows, of which nobody knows which count, against plain counting over all pairs of rows.</summary>
public class OrderedRowsTests
{
    /// <summary>Rows, different values, groups, of so many rows one counts.</summary>
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 1, 2, 1 }, { 2, 1, 2, 1 }, { 3, 2, 2, 1 }, { 16, 1, 2, 2 }, { 33, 40, 3, 2 }, { 100, 9, 2, 3 }, { 257, 1 << 20, 2, 2 }, { 300, 20, 5, 1 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public async Task Counts_rank_sums_and_ties_are_those_of_the_rows_that_count(int n, int different, int groups, int every)
    {
        foreach (var knower in new[] { BooleanParty.First, BooleanParty.Second })
        {
            var rows = Plain.Random(n, different, groups, every);
            var run = await BooleanPair.RunAsync(async engine =>
            {
                using var ordered = await rows.ShareAsync(engine, knower);
                return (ordered.Counts, await ordered.TotalsAsync());
            });
            Assert.Equal(rows.Counts(), Opened(run.Sender.Counts, run.Receiver.Counts));
            Assert.Equal(rows.Totals(), Opened(run.Sender.Item2, run.Receiver.Item2));
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public async Task Sums_of_weighted_ranks_are_those_of_the_rows_that_count(int n, int different, int groups, int every)
    {
        foreach (var knower in new[] { BooleanParty.First, BooleanParty.Second })
        {
            var rows = Plain.Random(n, different, groups, every);
            var random = RandomSource.Seeded(n);
            ulong[] weights = [.. rows.Groups.Select(group => group < 0 ? 0 : random.NextUInt64())], masks = [.. weights.Select(_ => random.NextUInt64())];
            var run = await BooleanPair.RunAsync(async engine =>
            {
                using var ordered = await rows.ShareAsync(engine, knower);
                return await ordered.SumOfDoubledRanksAsync(engine.Party == BooleanParty.First ? masks : [.. weights.Zip(masks, (weight, mask) => unchecked(weight - mask))]);
            });
            Assert.Equal(rows.SumOfDoubledRanks(weights), unchecked(run.Sender + run.Receiver));
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public async Task Distance_and_whether_there_are_ties_are_those_of_the_rows_that_count(int n, int different, int groups, int every)
    {
        if (groups != 2) return;
        var rows = Plain.Random(n, different, groups, every);
        var run = await BooleanPair.RunAsync(async (engine, ring) =>
        {
            using var ordered = await rows.ShareAsync(engine, BooleanParty.Second);
            return await ordered.GreatestDistanceAsync(ring);
        });
        Assert.Equal(rows.Distance(), Opened(run.Sender, run.Receiver));
    }

    [Theory, MemberData(nameof(Shapes))]
    public async Task Values_of_ranks_are_those_of_the_rows_that_count(int n, int different, int groups, int every)
    {
        var rows = Plain.Random(n, different, groups, every);
        (long A, long B)[] probabilities = [(0, 1), (1, 4), (1, 2), (3, 4), (999_999_999, 1_000_000_000), (1, 1)];
        OrderTarget[] targets =
        [
            .. from g in Enumerable.Range(0, groups)
               where rows.Counts()[g] > 0
               from p in probabilities
               from upper in new[] { false, true }
               select new OrderTarget(g, p.A, p.B, upper),
        ];
        if (targets.Length == 0) return;
        var run = await BooleanPair.RunAsync(async (engine, ring) =>
        {
            using var ordered = await rows.ShareAsync(engine, BooleanParty.Second);
            return await ordered.ValuesOfRanksAsync(ring, engine.Party == BooleanParty.Second ? rows.Values : default, targets);
        });
        Assert.Equal(targets.Select(rows.ValueOf), Opened(run.Sender, run.Receiver));
    }

    [Fact]
    public async Task What_is_no_probability_or_no_group_is_refused()
    {
        foreach (var target in new OrderTarget[] { new(1, 1, 2, false), new(0, 3, 2, false), new(0, -1, 2, false), new(0, 1, 2_000_000_000, false), new(0, 0, 0, false) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => BooleanPair.RunAsync(async (engine, ring) =>
            {
                using var ordered = await Plain.Random(4, 2, 1, 1).ShareAsync(engine, BooleanParty.Second);
                return await ordered.ValuesOfRanksAsync(ring, engine.Party == BooleanParty.Second ? new ulong[4] : default, [target]);
            }));
        }
    }

    private static ulong[] Opened(SharedWords first, SharedWords second)
    {
        Assert.Equal(first.Length, second.Length);
        return [.. Enumerable.Range(0, first.Length).Select(i => unchecked((ulong)first.Share[i] + (ulong)second.Share[i]))];
    }

    /// <summary>Rows in ascending order; group −1 does not count.</summary>
    private sealed record Plain(ulong[] Values, int[] Groups, int GroupCount)
    {
        public static Plain Random(int n, int different, int groups, int every)
        {
            var random = RandomSource.Seeded(n + different);
            return new(
                [.. Enumerable.Range(0, n).Select(_ => random.NextUInt64() % (ulong)different * 3).Order()],
                [.. Enumerable.Range(0, n).Select(_ => random.NextUInt64() % (ulong)every == 0 ? (int)(random.NextUInt64() % (ulong)groups) : -1)], groups);
        }

        public async Task<OrderedRows> ShareAsync(BooleanEngine engine, BooleanParty knower)
        {
            var joined = new BitVector(Values.Length);
            for (var i = 1; i < Values.Length; i++) joined[i] = Values[i] == Values[i - 1];
            var random = RandomSource.Seeded(7);
            var groups = new List<SharedBits>();
            for (var g = 0; g < GroupCount; g++)
            {
                var share = BitVector.Random(Values.Length, random);
                for (var i = 0; engine.Party == BooleanParty.Second && i < Values.Length; i++) share[i] ^= Groups[i] == g;
                groups.Add(new(share));
            }

            return await OrderedRows.CreateAsync(engine, knower, engine.Party == knower ? joined : null, groups);
        }

        public ulong[] Counts() => [.. Enumerable.Range(0, GroupCount).Select(g => (ulong)Groups.Count(group => group == g))];

        public ulong[] Totals()
        {
            var counting = Values.Zip(Groups).Where(row => row.Second >= 0).ToList();
            ulong Doubled(ulong value) => 1 + (2 * (ulong)counting.Count(row => row.First < value)) + (ulong)counting.Count(row => row.First == value);
            return
            [
                .. Enumerable.Range(0, GroupCount).Select(g => counting.Where(row => row.Second == g).Aggregate(0UL, (sum, row) => sum + Doubled(row.First))),
                counting.GroupBy(row => row.First).Aggregate(0UL, (sum, tie) => sum + ((ulong)tie.Count() * (((ulong)tie.Count() * (ulong)tie.Count()) - 1))),
            ];
        }

        public ulong SumOfDoubledRanks(ulong[] weights)
        {
            ulong[] counting = [.. Values.Zip(Groups).Where(row => row.Second >= 0).Select(row => row.First)];
            return Values.Zip(weights).Aggregate(0UL, (sum, row) => unchecked(
                sum + (row.Second * (1 + (2 * (ulong)counting.Count(value => value < row.First)) + (ulong)counting.Count(value => value == row.First)))));
        }

        public ulong[] Distance()
        {
            var counts = Counts();
            long At(ulong value, int group) => Values.Zip(Groups).Count(row => row.Second == group && row.First <= value);
            var distance = Values.Max(value => Math.Abs(((long)counts[1] * At(value, 0)) - ((long)counts[0] * At(value, 1))));
            return [(ulong)distance, Totals()[^1] > 0 ? 1UL : 0];
        }

        public ulong ValueOf(OrderTarget target)
        {
            ulong[] values = [.. Values.Zip(Groups).Where(row => row.Second == target.Group).Select(row => row.First)];
            var product = (Int128)(values.Length - 1) * target.Numerator;
            var rank = target.IsUpper ? (product + target.Denominator - 1) / target.Denominator : product / target.Denominator;
            return values[(int)rank];
        }
    }
}

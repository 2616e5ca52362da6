using Collab.Primitives;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Tests.Replicated;
using Collab.SecretSharing.Tests.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Ranks;

/// <summary>Merging, ranks and what is made of them, of two and three parties, against plain counting over all pairs of rows.</summary>
public class RankedRowsTests
{
    /// <summary>Rows of each party, bits of the keys, how many different keys, groups.</summary>
    public static TheoryData<int[], int, int, int> Shapes => new()
    {
        { [1, 0, 0], 1, 1, 2 },
        { [1, 1, 0], 63, 2, 2 },
        { [3, 2, 2], 63, 1, 2 },
        { [5, 3, 4], 7, 4, 3 },
        { [20, 1, 13], 63, 9, 2 },
        { [33, 31, 32], 20, 1 << 19, 4 },
        { [64, 17, 40], 63, 30, 2 },
    };

    [Fact]
    public void The_merging_network_merges_whatever_the_lengths()
    {
        for (var first = 0; first <= 9; first++)
        {
            for (var second = 0; second <= 9; second++)
            {
                var (order, stages) = MergingNetwork.Plan(first, second);
                Assert.Equal(Enumerable.Range(0, first + second), order.Order());
                Assert.All(stages, stage => Assert.Equal(2 * stage.Lower.Length, stage.Lower.Concat(stage.Upper).Distinct().Count()));
                Assert.Equal(stages.Select(stage => (long)stage.Lower.Length), MergingNetwork.PairsOfStages(first, second));
                var longer = Math.Max(first, second);
                Assert.True(Math.Min(first, second) == 0 ? stages.Count == 0 : stages.Count <= 1 + Math.Ceiling(Math.Log2(longer)));

                // A network that merges all ascending words of zeros and ones merges all (Knuth, section 5.3.4, theorem Z and exercise).
                for (var ones = 0; ones <= first; ones++)
                {
                    for (var others = 0; others <= second; others++)
                    {
                        int[] rows = [.. Enumerable.Range(0, first).Select(i => i < ones ? 0 : 1), .. Enumerable.Range(0, second).Select(i => i < others ? 0 : 1)];
                        foreach (var (lower, upper) in stages)
                        {
                            for (var i = 0; i < lower.Length; i++)
                                if (rows[upper[i]] < rows[lower[i]]) (rows[lower[i]], rows[upper[i]]) = (rows[upper[i]], rows[lower[i]]);
                        }

                        Assert.Equal(rows.Order(), order.Select(place => rows[place]));
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public async Task Rank_sums_ties_and_distance_are_those_of_all_pairs(int[] lengths, int bits, int different, int groups)
    {
        var rows = Rows.Random(lengths, bits, different, groups);
        foreach (var security in new[] { SecurityModel.SemiHonest, SecurityModel.Malicious })
            await Trio.EqualsPlainAsync(security, rows.Statistics(), engine => StatisticsAsync(engine, rows));
        var two = Rows.Random(lengths[..2], bits, different, groups);
        await Pair.EqualsPlainAsync(two.Statistics(), engine => StatisticsAsync(engine, two));
    }

    [Fact]
    public async Task Rows_of_no_group_behind_all_others_change_nothing()
    {
        var rows = Rows.Random([9, 6, 11], 8, 6, 2);
        var padded = rows.PaddedTo([16, 8, 16], 256) with { Bits = 9 };
        Assert.Equal(rows.Statistics(), padded.Statistics());
        await Trio.EqualsPlainAsync(SecurityModel.SemiHonest, rows.Statistics(), engine => StatisticsAsync(engine, padded));
    }

    [Theory]
    [InlineData(SecurityModel.SemiHonest, 40)]
    [InlineData(SecurityModel.Malicious, 12)]
    public async Task Products_of_ranks_by_two_keys_are_those_of_the_rows(SecurityModel security, int n)
    {
        var (xs, ys) = (Trio.Words(n, 3, 4), Trio.Words(n, 4, 5));
        await Trio.EqualsPlainAsync(security, RankProducts(xs, ys), engine => RankProductsAsync(engine, xs, ys));
        await Pair.EqualsPlainAsync(RankProducts(xs, ys), engine => RankProductsAsync(engine, xs, ys));
    }

    [Fact]
    public async Task A_part_out_of_order_is_seen()
    {
        ulong[] keys = [0, 5, 5, (1UL << 63) - 1, (1UL << 63) - 2, 3, 3];
        await Trio.EqualsPlainAsync(SecurityModel.Malicious, [2, 0, 0], async engine =>
        {
            using SharedVector all = await engine.InputAsync(0, keys), ordered = SharedVectors.Slice(all, 0, 4), one = SharedVectors.Slice(all, 0, 1);
            var found = new List<ulong>();
            foreach (var part in new[] { all, ordered, one })
            {
                using var disorder = await RankedRows.DisorderAsync(engine, part, 63);
                found.AddRange(await engine.OpenAsync(disorder));
            }

            return [.. found];
        });
    }

    [Fact]
    public async Task Shapes_that_do_not_fit_are_refused() =>
        await Trio.RunAsync(SecurityModel.SemiHonest, async engine =>
        {
            using SharedVector three = engine.Constant([1, 2, 3]), two = engine.Constant([1, 2]), none = engine.Constant([]);
            using var many = SharedVector.Allocate(RankedRows.MostRows, engine.ComponentCount, zeroed: true);
            await Assert.ThrowsAsync<ArgumentException>(() => RankedRows.MergeAsync(engine, [], 8));
            await Assert.ThrowsAsync<ArgumentException>(() => RankedRows.MergeAsync(engine, [[three, two]], 8));
            await Assert.ThrowsAsync<ArgumentException>(() => RankedRows.MergeAsync(engine, [[three, three], [two]], 8));
            await Assert.ThrowsAsync<ArgumentException>(() => RankedRows.MergeAsync(engine, [[none]], 8));
            await Assert.ThrowsAsync<ArgumentException>(() => RankedRows.MergeAsync(engine, [[many], [two]], 8));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RankedRows.MergeAsync(engine, [[three]], 64));
            return 0;
        });

    private static async Task<ulong[]> StatisticsAsync(IVectorEngine engine, Rows rows)
    {
        var parts = new List<SharedVector[]>();
        for (var p = 0; p < engine.Parties.Count; p++)
        {
            var vectors = new List<SharedVector> { await engine.InputAsync(p, rows.Keys[p]) };
            foreach (var indicator in rows.Indicators(p)) vectors.Add(await engine.InputAsync(p, indicator));
            parts.Add([.. vectors]);
        }

        using var ranked = await RankedRows.MergeAsync(engine, parts, rows.Bits);
        foreach (var vector in parts.SelectMany(part => part)) vector.Dispose();
        using SharedVector totals = await ranked.TotalsAsync(rows.Groups), distance = await ranked.GreatestDistanceAsync();
        using var both = SharedVectors.Concatenate(totals, distance);
        return await engine.OpenAsync(both);
    }

    /// <summary>Σ of products of doubled ranks, and the ties of each, of rows that two parties hold; a row of each does not count.</summary>
    private static async Task<ulong[]> RankProductsAsync(IVectorEngine engine, ulong[] xs, ulong[] ys)
    {
        var parts = new List<SharedVector[]>();
        for (var p = 0; p < 2; p++)
        {
            var rows = xs.Zip(ys).Where((_, i) => i % 2 == p).Order().ToArray();
            parts.Add(
            [
                await engine.InputAsync(p, [.. rows.Select(row => row.First), 31]), await engine.InputAsync(p, [.. rows.Select(row => row.Second), 63]),
                await engine.InputAsync(p, [.. rows.Select(_ => 1UL), 0]),
            ]);
        }

        using var byX = await RankedRows.MergeAsync(engine, parts, 5);
        foreach (var vector in parts.SelectMany(part => part)) vector.Dispose();
        using var all = await byX.CorrelationAsync(6);
        return await engine.OpenAsync(all);
    }

    private static ulong[] RankProducts(ulong[] xs, ulong[] ys)
    {
        ulong[] a = Doubled(xs), b = Doubled(ys);
        return [Sum(a.Zip(b, (p, q) => p * q)), Ties(xs), Ties(ys)];
    }

    /// <summary>2 · (rows below + (rows alike + 1) / 2), counted over all pairs.</summary>
    private static ulong[] Doubled(ulong[] keys) =>
        [.. keys.Select(key => (ulong)((2 * keys.Count(other => other < key)) + keys.Count(other => other == key) + 1))];

    private static ulong Ties(IEnumerable<ulong> keys) => Sum(keys.GroupBy(key => key).Select(tie => (ulong)tie.Count()).Select(t => (t * t * t) - t));

    private static ulong Sum(IEnumerable<ulong> words) => words.Aggregate(0UL, (sum, word) => sum + word);

    /// <summary>Rows of each party, ascending: keys, and the group of each (−1: none).</summary>
    private sealed record Rows(int Bits, int Groups, ulong[][] Keys, int[][] GroupOf)
    {
        public static Rows Random(int[] lengths, int bits, int different, int groups)
        {
            var keys = Trio.Words(different, bits, 3);
            var random = RandomSource.Seeded(7);
            ulong[][] chosen = [.. lengths.Select(n => Enumerable.Range(0, n).Select(_ => keys[random.NextUInt64() % (ulong)different]).Order().ToArray())];
            return new Rows(bits, groups, chosen, [.. lengths.Select(n => Enumerable.Range(0, n).Select(_ => (int)(random.NextUInt64() % (ulong)groups)).ToArray())]);
        }

        public Rows PaddedTo(int[] lengths, ulong key) => this with
        {
            Keys = [.. Keys.Zip(lengths, (keys, n) => keys.Concat(Enumerable.Repeat(key, n - keys.Length)).ToArray())],
            GroupOf = [.. GroupOf.Zip(lengths, (of, n) => of.Concat(Enumerable.Repeat(-1, n - of.Length)).ToArray())],
        };

        public IEnumerable<ulong[]> Indicators(int party) => Enumerable.Range(0, Groups).Select(g => GroupOf[party].Select(of => of == g ? 1UL : 0).ToArray());

        /// <summary>What step 5 and step 6 must give.</summary>
        public ulong[] Statistics()
        {
            var rows = Keys.SelectMany(keys => keys).Zip(GroupOf.SelectMany(of => of)).Where(row => row.Second >= 0).ToArray();
            var doubled = Doubled([.. rows.Select(row => row.First)]);
            var sums = new ulong[Groups];
            for (var i = 0; i < rows.Length; i++) sums[rows[i].Second] += doubled[i];
            var ties = Ties(rows.Select(row => row.First));
            long m = rows.Count(row => row.Second == 0), n = rows.Count(row => row.Second == 1);
            var distance = rows.Max(at => Math.Abs(
                (rows.Count(row => row.Second == 0 && row.First <= at.First) * n) - (rows.Count(row => row.Second == 1 && row.First <= at.First) * m)));
            return [.. sums, ties, (ulong)distance, ties > 0 ? 1UL : 0];
        }
    }
}

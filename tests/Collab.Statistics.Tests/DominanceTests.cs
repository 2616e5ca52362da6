using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using Collab.Statistics.Results;
using Collab.Testing;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests;

public sealed class DominanceTests
{
    private static readonly StatisticsQuestion Question = new([new Measure("age", 0), new Measure("cost", 0)], null, [Statistic.Sum], 1);

    public static TheoryData<int, int, int, bool> Rules => new()
    {
        { 10, 0, 0, false }, { 10, 0, 0, true }, { 1, 0, 0, true }, { 100, 0, 0, false }, { 37, 0, 0, true },
        { 0, 1, 50, false }, { 0, 2, 85, false }, { 0, 3, 99, true }, { 15, 2, 85, false }, { 13, 3, 77, true }, { 10, 1, 1, false },
    };

    [Theory, MemberData(nameof(Rules))]
    public void The_circuit_equals_the_rules_as_they_are_written(int percent, int largest, int share, bool squares)
    {
        var form = new DominanceForm(new DominanceRule(percent, largest, share), squares);
        var random = RandomSource.Seeded((percent * 1000) + (largest * 100) + share);
        foreach (var owners in new[] { 1, 2, 3, 5 })
        {
            var builder = new CircuitBuilder();
            var words = Enumerable.Range(0, owners).Select(_ => builder.Input(form.WordBits)).ToList();
            var circuit = builder.Build([form.Safe(builder, words)]);
            var seen = new HashSet<bool>();
            for (var round = 0; round < 60; round++)
            {
                var values = Enumerable.Range(0, owners).Select(_ => Values(random, round)).ToList();
                var safe = IsSafe(values.SelectMany(v => v), percent, largest, share, squares);
                Assert.Equal([safe], circuit.Evaluate([.. values.SelectMany(v => form.Word(Contributions(form, v)))]));
                seen.Add(safe);
            }

            Assert.Equal(2, seen.Count);
        }
    }

    // T − x₁ − x₂ against p% of x₁; the largest n against k% of T: exactly at the border, and one beside it.
    [Theory]
    [InlineData(10, 0, 0, 100, 50, 10, true)]
    [InlineData(10, 0, 0, 100, 50, 9, false)]
    [InlineData(10, 0, 0, -100, 100, 10, true)]
    [InlineData(10, 0, 0, 0, 0, 0, true)] // all are 0, and so they are told: no row contributes more than another
    [InlineData(10, 0, 0, 0, 0, 1, false)]
    [InlineData(0, 1, 50, 50, 30, 20, true)]
    [InlineData(0, 1, 50, 51, 30, 20, false)]
    [InlineData(0, 2, 80, 50, 30, 20, true)]
    [InlineData(0, 2, 80, 50, 31, 20, false)]
    [InlineData(0, 3, 99, 50, 30, 20, false)]
    [InlineData(10, 1, 50, 60, 20, 20, false)] // passes p alone
    [InlineData(30, 1, 50, 40, 60, 11, false)] // passes neither
    public void Cells_at_the_border_are_told(int percent, int largest, int share, long x, long y, long z, bool safe)
    {
        var form = new DominanceForm(new DominanceRule(percent, largest, share), squares: false);
        long[][] values = [[x, z], [y]];
        Assert.Equal(safe, IsSafe(values.SelectMany(v => v), percent, largest, share, false));
        var builder = new CircuitBuilder();
        var words = values.Select(_ => builder.Input(form.WordBits)).ToList();
        var circuit = builder.Build([form.Safe(builder, words)]);
        Assert.Equal([safe], circuit.Evaluate([.. values.SelectMany(v => form.Word(Contributions(form, v)))]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_widest_totals_of_all_owners_do_not_wrap(bool squares)
    {
        var form = new DominanceForm(new DominanceRule(99, 3, 99), squares);
        var builder = new CircuitBuilder();
        var words = Enumerable.Range(0, StatisticsPlan.MaximumOwners).Select(_ => builder.Input(form.WordBits)).ToList();
        var circuit = builder.Build([form.Safe(builder, words)]);
        var totalsOnly = Enumerable.Range(0, StatisticsPlan.MaximumOwners).SelectMany(_ => Enumerable.Range(0, form.WordBits).Select(i => i < form.TotalBits));
        Assert.True(circuit.Evaluate([.. totalsOnly])[0]);
        var largestOnly = Enumerable.Range(0, StatisticsPlan.MaximumOwners).SelectMany(_ => Enumerable.Range(0, form.WordBits).Select(i => i >= form.TotalBits));
        Assert.False(circuit.Evaluate([.. largestOnly])[0]);
    }

    // Squares are stricter: what passes with them passes without, for p by at least twice the percent.
    [Theory]
    [InlineData(10, 0, 0)]
    [InlineData(25, 0, 0)]
    [InlineData(0, 1, 60)]
    [InlineData(0, 2, 85)]
    [InlineData(0, 3, 90)]
    public void What_passes_with_squares_passes_with_values(int percent, int largest, int share)
    {
        var random = RandomSource.Seeded(percent + share);
        var passed = 0;
        for (var round = 0; round < 2000; round++)
        {
            var values = Enumerable.Range(0, 3 + (int)(random.NextUInt64() % 12)).Select(_ => (long)(random.NextUInt64() % 100)).ToArray();
            if (!IsSafe(values, percent, largest, share, squares: true)) continue;
            passed++;
            Assert.True(IsSafe(values, percent * 2, largest, share, squares: false));
        }

        Assert.True(passed > 50);
    }

    [Fact]
    public void An_owner_keeps_sums_and_largest_over_all_batches_and_of_the_smallest_number_too()
    {
        var plan = StatisticsPlan.Create(Question with { Dominance = new DominanceRule(10, 3, 80) }, [PartyId.Parse("a"), PartyId.Parse("b")], JointRun.Registry);
        long[] values = [3, -9, long.MinValue, 4, 0, 5, long.MaxValue, 2, -1, 8, 7, 6, 9];
        var own = Summary(plan, values.Select(v => new Row("", v, 1))).Own[0].Contributions!;
        Assert.Equal([1UL << 63, long.MaxValue, 9], own.Largest);
        Assert.Equal(values.Aggregate(BigInteger.Zero, (sum, x) => sum + BigInteger.Abs(x)), own.Sum);
        Assert.Equal(values.Aggregate(BigInteger.Zero, (sum, x) => sum + ((BigInteger)x * x)), own.SumOfSquares);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task A_dominated_cell_is_withheld_of_which_nothing_is_opened(int owners, bool receiverOwns)
    {
        var question = Question with
        {
            Statistics = [Statistic.Count, Statistic.Sum, Statistic.Minimum, Statistic.Maximum], MinimumGroupSize = 5, Dominance = DominanceRule.Default,
        };
        // Costs: one patient's 10,000 beside others of at most 30. Ages are even.
        var rows = Enumerable.Range(0, owners).Select(o => Enumerable.Range(0, 6).Select(i => new Row("", 40 + i, o == 1 && i == 3 ? 10_000 : 5 * i)).ToArray()).ToArray();
        var run = await new JointRun(question, rows, receiverOwns).GoAsync();
        Assert.Empty(run.Failures);
        Assert.Equal([false, true], run.Result!.Cells.Select(c => c.Withheld));
        Assert.All(run.Released.Values, released => Assert.Equal([true, false], released));
        foreach (var message in run.Network.Passed.Where(m => m.To == run.Plan.Receiver && m.Type == JointRun.Shares))
            Assert.Contains(message.Payload.Length, new[] { 2 * 32, 4 * 32 }); // two totals of one cell; of both only among owners
        var free = await new JointRun(question with { Dominance = null }, rows, receiverOwns).GoAsync();
        Assert.All(free.Result!.Cells, cell => Assert.False(cell.Withheld));
        Assert.Equal(free.Result.Cells[0].Values!.Select(v => v.ToString()), run.Result.Cells[0].Values!.Select(v => v.ToString()));
    }

    [Fact]
    public async Task With_a_variance_squares_decide()
    {
        // 100 beside 99 rows of 1: 97 more than 10% of 100, but 97 is not 21% of 10,000; the variance alone would give the 100 away.
        Row[] one = [new Row("", 100, 100), .. Enumerable.Range(0, 50).Select(_ => new Row("", 1, 90))];
        Row[] two = [.. Enumerable.Range(0, 49).Select(_ => new Row("", 1, 95))];
        var question = Question with { Dominance = DominanceRule.Default };
        Assert.Equal([false, false], (await new JointRun(question, [one, two]).GoAsync()).Result!.Cells.Select(c => c.Withheld));
        var run = await new JointRun(question with { Statistics = [Statistic.Variance] }, [one, two]).GoAsync();
        Assert.Empty(run.Failures);
        Assert.Equal([true, false], run.Result!.Cells.Select(c => c.Withheld));
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(3, true, true)]
    [InlineData(4, true, false)]
    public async Task Messages_and_bytes_are_those_described(int owners, bool receiverOwns, bool variance)
    {
        var question = Question with { Statistics = [variance ? Statistic.Variance : Statistic.Mean], Dominance = new DominanceRule(10, 2, 85) };
        var rows = Enumerable.Range(0, owners).Select(_ => Enumerable.Range(0, 12).Select(i => new Row("", 30 + i, 40 + i)).ToArray()).ToArray();
        var run = await new JointRun(question, rows, receiverOwns).GoAsync();
        Assert.Empty(run.Failures);
        foreach (var outlook in JointStatistics.Describe(run.Plan))
        {
            foreach (var (peer, channel) in run.Network.Of(outlook.Party))
            {
                var planned = outlook.Sends.SingleOrDefault(s => s.To == peer) ?? new PlannedTraffic(peer, 0, 0, 0);
                Assert.Equal((planned.Messages, planned.Bytes), (channel.Usage.MessagesSent, channel.Usage.BytesSent));
            }
        }
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("truncate")]
    [InlineData("flip")]
    public async Task A_broken_message_never_yields_a_silent_result(string fault)
    {
        var question = Question with { Statistics = [Statistic.Sum, Statistic.Count], Dominance = DominanceRule.Default };
        Row[] rows = [.. Enumerable.Range(0, 12).Select(i => new Row("", 30 + i, 40 + i))];
        var sound = await new JointRun(question, [rows, rows]).GoAsync();
        foreach (var (from, to, index, type, _) in sound.Network.Passed.Where(m => m.Type != JointRun.Shares))
        {
            var run = await new JointRun(question, [rows, rows], spoil: message => (message.From, message.To, message.Index) != (from, to, index)
                ? message.Payload
                : fault switch
                {
                    "drop" => null,
                    "truncate" => message.Payload[..^1],
                    _ => [.. message.Payload[..^1], (byte)(message.Payload[^1] ^ 1)],
                }).GoAsync();
            Assert.NotEmpty(run.Failures);
            Assert.All(run.Failures.Values, failure => Assert.IsAssignableFrom<ProtocolException>(failure));
            Assert.True(run.Result is null, $"{type}, {from} to {to}, message {index}");
        }
    }

    [Fact]
    public void The_numbers_of_gates_are_those_of_the_spec()
    {
        int Gates(StatisticsQuestion question) =>
            DisclosureGate.For(StatisticsPlan.Create(question, [PartyId.Parse("a"), PartyId.Parse("b")], JointRun.Registry).Gate).Circuit.AndCount;
        var free = Gates(Question with { Statistics = [Statistic.Mean], MinimumGroupSize = 10 });
        Assert.Equal(79, free);
        int More(DominanceRule rule, Statistic statistic) => Gates(Question with { Statistics = [statistic], MinimumGroupSize = 10, Dominance = rule }) - free;
        Assert.Equal(
            [799, 339, 732, 1110, 1249, 1883],
            [
                More(new(10, 0, 0), Statistic.Mean), More(new(0, 1, 50), Statistic.Mean), More(new(0, 2, 85), Statistic.Mean), More(new(0, 3, 75), Statistic.Mean),
                More(new(10, 2, 85), Statistic.Mean), More(new(10, 0, 0), Statistic.Variance),
            ]);
    }

    [Fact]
    public void A_rule_is_only_of_sums_and_has_numbers()
    {
        foreach (var question in new[]
        {
            Question with { Statistics = [Statistic.Count, Statistic.Maximum], Dominance = DominanceRule.Default },
            Question with { Dominance = new DominanceRule(0, 0, 0) },
            Question with { Dominance = new DominanceRule(101, 0, 0) },
            Question with { Dominance = new DominanceRule(0, 2, 0) },
            Question with { Dominance = new DominanceRule(0, 4, 90) },
            Question with { Dominance = new DominanceRule(5, 0, 90) },
        })
        {
            var failure = Assert.Throws<CollabException>(() => StatisticsPlan.Create(question, [PartyId.Parse("a"), PartyId.Parse("b")], JointRun.Registry));
            Assert.Equal(StatisticsErrors.QuestionUnfit, failure.Code);
        }
    }

    // The rules as textbooks write them, over fractions.
    private static bool IsSafe(IEnumerable<long> values, int percent, int largest, int share, bool squares)
    {
        var x = values.Select(v => squares ? (BigInteger)v * v : BigInteger.Abs(v)).OrderDescending().Concat(Enumerable.Repeat(BigInteger.Zero, 3)).ToList();
        var total = x.Aggregate(BigInteger.Add);
        var keepsDistance = squares
            ? 10_000 * (total - x[1]) >= (100 + percent) * (100 + percent) * x[0]
            : 100 * (total - x[0] - x[1]) >= percent * x[0];
        return (percent == 0 || keepsDistance) && (largest == 0 || 100 * x.Take(largest).Aggregate(BigInteger.Add) <= share * total);
    }

    private static CellContributions Contributions(DominanceForm form, long[] values)
    {
        var moments = new Collab.Arithmetic.WideIntegers.ExactMoments();
        moments.Add(values);
        var contributions = new CellContributions(form.Largest);
        contributions.Add(values, moments);
        return contributions;
    }

    // None, few or some; of one size, of many, with one far above the others, and the extremes.
    private static long[] Values(RandomSource random, int round) => [.. Enumerable.Range(0, (int)(random.NextUInt64() % (ulong)(round % 9 * 4 + 1))).Select(_ => (round % 4) switch
    {
        0 => (long)(random.NextUInt64() % 10) - 4,
        1 => (long)(random.NextUInt64() % 1000) + 1000,
        2 => random.NextUInt64() % 6 == 0 ? long.MinValue : unchecked((long)random.NextUInt64()) >> 1,
        _ => unchecked((long)random.NextUInt64()) >> (int)(random.NextUInt64() % 64),
    })];
}

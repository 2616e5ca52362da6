using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Tests.Disclosure;
using Collab.Testing;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests;

/// <summary>Groups and their total in one answer: what is withheld follows from nothing that is told.</summary>
public sealed class TotalTests
{
    private static readonly StatisticsQuestion Question = new([new Measure("age", 0), new Measure("cost", 0)], new GroupBy("sex", ["a", "b", "c", "d"]), [Statistic.Count, Statistic.Sum], 4) { Total = true };

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_small_group_is_covered_by_another_and_the_total_is_told(int owners, bool receiverOwns)
    {
        // Of d there are three people; c, the nearest that passed, goes with them. Nobody in b has a cost: it is withheld too, and c covers both.
        Row[][] rows = [.. Enumerable.Range(0, owners).Select(owner => Enumerable.Range(0, 21).Select(i =>
            new Row(i < 7 ? "a" : i < 14 ? "b" : i < 20 || owner > 2 ? "c" : "d", 10 + i, i is >= 7 and < 14 ? null : 100 + i)).ToArray())];
        rows[0] = [.. rows[0], .. owners == 2 ? new[] { new Row("d", 1, 1) } : []];
        var run = await new JointRun(Question, rows, receiverOwns).GoAsync();
        Assert.Empty(run.Failures);
        Assert.Equal(["a/age", "a/cost", "b/age", "/age", "/cost"], run.Result!.Cells.Where(cell => !cell.Withheld).Select(cell => $"{cell.Level}/{cell.Measure.Column}"));
        var all = rows.SelectMany(own => own).ToArray();
        foreach (var (measure, total) in run.Result.Cells.TakeLast(2).Index())
        {
            long[] values = [.. all.Select(row => row.Values[measure]).OfType<long>()];
            Assert.Equal([$"{values.Length}", $"{values.Sum()}"], run.Result.Rows().Where(row => row.Level.Length == 0 && row.Measure == total.Measure.Column).Select(row => row.Value));
        }

        foreach (var outlook in JointStatistics.Describe(run.Plan))
        {
            foreach (var (peer, channel) in run.Network.Of(outlook.Party))
            {
                var planned = outlook.Sends.SingleOrDefault(s => s.To == peer) ?? new PlannedTraffic(peer, 0, 0, 0);
                Assert.Equal((planned.Messages, planned.Bytes - (5 * planned.BytesLessPerWithheldCell)), (channel.Usage.MessagesSent, channel.Usage.BytesSent));
            }
        }
    }

    [Fact]
    public async Task A_total_whose_rest_one_row_makes_up_is_withheld_and_so_is_one_without_any_group_beside_it()
    {
        // In d one row dwarfs all of c: both together would give it. The ages of d are as those of others.
        Row[] rows = [.. Enumerable.Range(0, 24).Select(i => new Row(i < 8 ? "a" : i < 12 ? "b" : i < 18 ? "c" : "d", 30, i == 23 ? 1_000_000 : 100))];
        var run = await new JointRun(Question with { Dominance = DominanceRule.Default }, [rows[..12], rows[12..]]).GoAsync();
        Assert.Empty(run.Failures);
        Assert.Equal(["d/cost", "/cost"], run.Result!.Cells.Where(cell => cell.Withheld).Select(cell => $"{cell.Level}/{cell.Measure.Column}"));

        var none = await new JointRun(Question, [[new Row("a", 1, 1), new Row("b", 1, 1), new Row("c", 1, 1)], [new Row("d", 1, 1), new Row("a", 1, 1), new Row("b", 1, 1)]]).GoAsync();
        Assert.Empty(none.Failures);
        Assert.All(none.Result!.Cells, cell => Assert.True(cell.Withheld));
    }

    [Fact]
    public void Of_random_tables_no_withheld_group_is_determined_by_what_is_told()
    {
        var (withheld, given, totals) = (0, 0, 0);
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = RandomSource.Seeded(seed);
            var levels = 2 + (int)(random.NextUInt64() % 5);
            int[] people = [.. Enumerable.Range(0, 8 + (int)(random.NextUInt64() % 25)).Select(_ => (int)Math.Min(random.NextUInt64() % (ulong)levels, random.NextUInt64() % (ulong)levels))];
            var question = new StatisticsQuestion([new Measure("pay", 0)], new GroupBy("g", [.. Enumerable.Range(0, levels).Select(level => $"{level}")]), [Statistic.Sum], 4) { Total = true };
            var plan = StatisticsPlan.Create(question, [PartyId.Parse("a"), PartyId.Parse("b")], PartyId.Parse("registry"));
            int[][] cells = [.. Enumerable.Range(0, levels).Select(level => people.Select(person => person == level ? 1 : 0).ToArray()), people.Select(_ => 1).ToArray()];
            bool[] passed = [.. cells.Take(levels).Select(cell => cell.Sum() >= 4)];
            passed = [.. passed, plan.RestOf(0, passed).Sum(level => cells[level].Sum()) >= 4];
            var opened = plan.Opened(passed);
            List<int[]> told = [.. cells.Where((_, i) => opened[i])];
            foreach (var (level, cell) in cells.Take(levels).Index())
            {
                if (passed[level] || cell.Sum() == 0) continue;
                withheld++;
                Assert.False(WithheldGroupsTests.IsDetermined(told, cell), $"seed {seed}");
                if (WithheldGroupsTests.IsDetermined([.. cells.Where((_, i) => i == levels || passed[i])], cell)) given++; // with no group to cover it
            }

            totals += opened[levels] ? 1 : 0;
        }

        Assert.True(withheld > 200 && given > 50 && totals > 150, $"{withheld} {given} {totals}");
    }

    [Fact]
    public void A_total_stands_beside_named_groups_and_no_extremes()
    {
        PartyId[] owners = [PartyId.Parse("a"), PartyId.Parse("b")];
        foreach (var unfit in new[]
        {
            Question with { GroupBy = null }, Question with { Statistics = [Statistic.Minimum] }, Question with { Statistics = [Statistic.Sum, Statistic.Maximum] },
            Question with { GroupBy = new GroupBy("sex", ["a", ""]) },
        })
        {
            Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => StatisticsPlan.Create(unfit, owners, JointRun.Registry)).Code);
            var writer = new CanonicalWriter();
            QuestionEncoding.Encode(writer, unfit);
            Assert.Throws<MalformedException>(() => Decode(writer.ToArray()));
        }

        foreach (var fit in new[] { Question, Question with { Dominance = DominanceRule.Default }, Question with { Total = false }, Question with { Statistics = [Statistic.Count], Privacy = new PrivacyChoice(NoiseMechanism.Laplace, 1, 0, []) } })
        {
            var writer = new CanonicalWriter();
            QuestionEncoding.Encode(writer, fit);
            var again = new CanonicalWriter();
            QuestionEncoding.Encode(again, Decode(writer.ToArray()));
            Assert.Equal(writer.ToArray(), again.ToArray());
            Assert.Equal(fit.Total, ((StatisticsQuestion)Decode(writer.ToArray())).Total);
        }

        static Question Decode(byte[] bytes)
        {
            var reader = new CanonicalReader(bytes);
            return QuestionEncoding.Decode(ref reader);
        }
    }
}

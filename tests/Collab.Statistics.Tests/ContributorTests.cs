using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Results;
using Collab.Testing;

namespace Collab.Statistics.Tests;

/// <summary>The minimum counts contributors, each once at each owner, and not rows.</summary>
public sealed class ContributorTests
{
    private static readonly PartyId Registry = PartyId.Parse("registry");
    private static readonly PartyId[] Owners = [PartyId.Parse("lakeview"), PartyId.Parse("riverside")];

    private static readonly StatisticsQuestion Question = new(
        [new Measure("cost", 0), new Measure("days", 0)], new GroupBy("ward", ["a", "b", "c"]), [Statistic.Count, Statistic.Sum], 4) { Contributor = "patient" };

    [Fact]
    public async Task A_cell_of_many_rows_of_few_contributors_is_withheld_and_one_of_enough_tells_its_rows()
    {
        Visit[] lakeview = [.. Visits("a", 20, "p"), .. Visits("b", 3, "p", "q"), .. Visits("c", 5, "p", "q", "r")];
        Visit[] riverside = [.. Visits("a", 20, "p", "q"), .. Visits("b", 1, "r", "s"), .. Visits("c", 9, null, null, "x")];
        var result = await RunAsync(Question, lakeview, riverside);

        Assert.Equal([true, false, false], result.Cells.Where(cell => cell.Measure.Column == "cost").Select(cell => cell.Withheld)); // 1 + 2, 2 + 2, 3 + 1: who is with both counts twice
        Assert.Equal([8, 42], result.Cells.Where(cell => cell is { Withheld: false, Measure.Column: "cost" }).Select(cell => (int)((DecimalValue)cell.Values![0]).Units));
        Assert.All(result.Cells.Where(cell => cell.Measure.Column == "days"), cell => Assert.True(cell.Withheld)); // nobody has that value
        Assert.False((await RunAsync(Question with { Contributor = null }, lakeview, riverside)).Cells[0].Withheld);
    }

    [Fact]
    public async Task A_rest_of_a_total_counts_each_contributor_of_its_groups_once()
    {
        Visit[] many = [.. Visits("a", 1, "p"), .. Visits("b", 2, "p", "q"), .. Visits("c", 2, "u", "v", "w")];
        Visit[] few = [.. Visits("b", 1, "p", "q"), .. Visits("c", 1, "u")];
        var question = Question with { Measures = [new Measure("cost", 0)], Total = true };

        // Group a has one contributor and is covered by b, which has four; together they are still the same p and q at the one, p and q at the other.
        var told = (await RunAsync(question, many, few)).Cells;
        Assert.Equal([true, true, false, false], told.Select(cell => cell.Withheld));
        var rest = StatisticsPlan.Create(question, Owners, Registry);
        var own = Summary(rest, many).Own;
        Assert.Equal([1L, 2, 3, 5], own.Select(cell => cell.Counted));
        Assert.Equal(2, own[0].Plus(own[1]).Counted);
    }

    [Fact]
    public void Contributors_are_named_by_text_or_numbers_over_all_batches()
    {
        var plan = StatisticsPlan.Create(Question with { GroupBy = null, Measures = [new Measure("cost", 0)] }, Owners, Registry);
        var summary = new LocalSummary(plan);
        foreach (var ids in new long[][] { [1, 2, 2], [2, 3, 0] })
        {
            summary.Add(new ColumnBatch(1, 3,
            [
                new NumberColumn(new ColumnSchema("cost", ColumnType.Integer, 0), new long[] { 5, 5, 5 }, new[] { true, true, true }),
                new NumberColumn(new ColumnSchema("patient", ColumnType.Integer, 0), ids, ids.Select(id => id != 0).ToArray()),
            ]));
        }

        Assert.Equal((6L, 3L), (summary.Own[0].Count, summary.Own[0].Counted));
        Assert.Equal(["cost", "patient"], plan.Columns);
        var missing = new ColumnBatch(1, 1, [new NumberColumn(new ColumnSchema("cost", ColumnType.Integer, 0), new long[] { 5 }, new[] { true })]);
        Assert.Equal(StatisticsErrors.ColumnUnfit, Assert.Throws<CollabException>(() => summary.Add(missing)).Code);
    }

    [Fact]
    public void The_column_stands_in_the_plan_and_is_no_other_part_of_the_question()
    {
        foreach (var fit in new[] { Question, Question with { Total = true }, Question with { Dominance = DominanceRule.Default }, Question with { Contributor = "person" } })
        {
            var read = (StatisticsQuestion)Decode(Encode(fit));
            Assert.Equal(Encode(fit), Encode(read));
            Assert.Equal((fit.Contributor, fit.Total, fit.Dominance), (read.Contributor, read.Total, read.Dominance));
            for (var length = 0; length < Encode(fit).Length; length++) Assert.Throws<MalformedException>(() => Decode(Encode(fit)[..length]));
        }

        Assert.Equal(4, new[] { Question, Question with { Total = true }, Question with { Contributor = "person" }, Question with { Contributor = null } }.Select(q => Convert.ToHexString(Encode(q))).Distinct().Count());
        foreach (var unfit in new[]
        {
            Question with { Contributor = "" }, Question with { Contributor = "ward" }, Question with { Contributor = "days" },
            Question with { Total = true, Statistics = [Statistic.Minimum] }, Question with { Statistics = [Statistic.Count], Dominance = DominanceRule.Default },
        })
        {
            Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => StatisticsPlan.Create(unfit, Owners, Registry)).Code);
            Assert.Throws<MalformedException>(() => Decode(Encode(unfit)));
        }

        var noisy = Question with { Statistics = [Statistic.Count], Privacy = new PrivacyChoice(NoiseMechanism.Laplace, 1, 0, []) };
        Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => StatisticsPlan.Create(noisy, Owners, Registry)).Code);
    }

    private static async Task<StatisticsResult> RunAsync(StatisticsQuestion question, params Visit[][] visits)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var plan = StatisticsPlan.Create(question, Owners, Registry);
        var network = new InMemoryNetwork([.. Owners, Registry]);
        StatisticsResult? result = null;
        var parts = new Dictionary<PartyId, Func<Task>> { [Registry] = async () => result = await JointStatistics.ReceiveAsync(plan, network.Of(Registry), cancellation: cancellation) };
        foreach (var (i, owner) in Owners.Index())
            parts[owner] = async () => await JointStatistics.ContributeAsync(plan, owner, network.Of(owner), Summary(plan, visits[i]), RandomSource.Seeded(i), cancellation: cancellation);
        Assert.Empty(await network.RunAsync(parts));
        return result!;
    }

    private static LocalSummary Summary(StatisticsPlan plan, Visit[] visits)
    {
        var summary = new LocalSummary(plan);
        foreach (var chunk in visits.Chunk(3))
        {
            summary.Add(new ColumnBatch(1, chunk.Length,
            [
                new TextColumn(new ColumnSchema("ward", ColumnType.Text, 0), [.. chunk.Select(visit => visit.Ward)]),
                new TextColumn(new ColumnSchema("patient", ColumnType.Text, 0), [.. chunk.Select(visit => visit.Patient)]),
                new NumberColumn(new ColumnSchema("cost", ColumnType.Integer, 0), chunk.Select(_ => 10L).ToArray(), chunk.Select(_ => true).ToArray()),
                new NumberColumn(new ColumnSchema("days", ColumnType.Integer, 0), new long[chunk.Length], new bool[chunk.Length]),
            ]));
        }

        return summary;
    }

    private static IEnumerable<Visit> Visits(string ward, int times, params string?[] patients) => patients.SelectMany(patient => Enumerable.Repeat(new Visit(ward, patient), times));

    private static byte[] Encode(StatisticsQuestion question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        return writer.ToArray();
    }

    private static Question Decode(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        var question = QuestionEncoding.Decode(ref reader);
        reader.End();
        return question;
    }

    private sealed record Visit(string Ward, string? Patient);
}

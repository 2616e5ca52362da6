using System.Buffers.Binary;
using System.Globalization;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Analyses;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>Rank tests and Spearman's correlation of values without bins, by two and three owners for real, against R on all rows; bad data; what passes.</summary>
public class RankProcedureTests
{
    private static readonly Measure Ratio = new("pirat", 15);
    private static readonly GroupBy Denied = new("deny", ["yes", "no"]), Chist = new("chist", ["1", "2", "3", "4", "5", "6"]), Single = new("single", ["yes", "no"]);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Rank_tests_of_values_are_those_of_R_over_all_rows(int owners, bool receiverOwns)
    {
        Analysis[] analyses =
        [
            new Analysis.Ranked(Ratio, Denied, null, RankTest.MannWhitney), new Analysis.Ranked(Ratio, Chist, null, RankTest.KruskalWallis),
            new Analysis.Ranked(Ratio, Single, null, RankTest.KolmogorovSmirnov),
        ];
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 5), Columns.Hmda, owners, receiverOwns);
        RVectors.Check("mann-whitney-hmda", result[0][0]);
        RVectors.Check("kruskal-wallis", result[1][0]);
        RVectors.Check("kolmogorov-smirnov-hmda", result[2][0]);
    }

    [Fact]
    public async Task With_the_receiver_as_dealer_two_owners_find_the_same()
    {
        Analysis[] analyses =
        [
            new Analysis.Ranked(Ratio, Denied, null, RankTest.MannWhitney, IsDealt: true), new Analysis.Ranked(Ratio, Chist, null, RankTest.KruskalWallis, IsDealt: true),
            new Analysis.Ranked(Ratio, Single, null, RankTest.KolmogorovSmirnov, IsDealt: true),
        ];
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 5), Columns.Hmda, 2, false);
        RVectors.Check("mann-whitney-hmda", result[0][0]);
        RVectors.Check("kruskal-wallis", result[1][0]);
        RVectors.Check("kolmogorov-smirnov-hmda", result[2][0]);
        var spearman = new Analysis.Ranked(new Measure("Duration", 0), null, new Measure("Amount", 0), RankTest.Spearman, IsDealt: true);
        RVectors.Check("spearman", (await AnalysisRun.RunAsync(new AnalysisQuestion([spearman], 10), Columns.Credit, 2, false))[0][0]);
    }

    [Theory, InlineData(3, true)]
    public async Task Spearmans_correlation_is_that_of_R_over_all_rows(int owners, bool receiverOwns)
    {
        var spearman = new Analysis.Ranked(new Measure("Duration", 0), null, new Measure("Amount", 0), RankTest.Spearman);
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion([spearman], 10), Columns.Credit, owners, receiverOwns);
        RVectors.Check("spearman", result[0][0]);
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Rows_with_missing_values_are_left_out(int owners)
    {
        Analysis[] analyses =
        [
            new Analysis.Ranked(new Measure("bmi", 13), new GroupBy("male", ["1", "0"]), null, RankTest.MannWhitney),
            new Analysis.Ranked(new Measure("weight", 1), null, new Measure("height", 0), RankTest.Spearman),
        ];
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 10), Columns.Nafld, owners, false, rows: 400);
        RVectors.Check("ranks-missing-mann-whitney", result[0][0]);
        RVectors.Check("ranks-missing-spearman", result[1][0]);
    }

    [Fact]
    public async Task Few_rows_are_tested_exactly_unless_they_are_tied()
    {
        string[] first = ["1.83", "0.50", "1.62", "2.48", "1.68", "1.88", "1.55", "3.06", "1.30"], second = ["0.878", "0.647", "0.598", "2.05", "1.06", "1.29", "1.07", "3.14", "1.28"];
        var rows = first.Select(value => ((long?)Columns.Units(value, 3), "a")).Concat(second.Select(value => ((long?)Columns.Units(value, 3), "b"))).ToArray();
        var few = await RunAsync(5, [rows[..4], rows[4..]], RankTest.MannWhitney, RankTest.KolmogorovSmirnov);
        RVectors.Check("mann-whitney-exact-two.sided", Assert.Single(few.Outcomes[0].Findings));
        RVectors.Check("kolmogorov-smirnov-exact", Assert.Single(few.Outcomes[1].Findings));

        var ages = RVectors.Column(Columns.Credit, "Age").Take(120).Select((text, i) => ((long?)long.Parse(text!, CultureInfo.InvariantCulture), i < 40 ? "a" : "b")).ToArray();
        var tied = await RunAsync(5, [ages[..70], ages[70..90], ages[90..]], RankTest.KolmogorovSmirnov);
        RVectors.Check("ranks-tied-kolmogorov-smirnov", Assert.Single(tied.Outcomes[0].Findings));
    }

    [Fact]
    public async Task Values_that_are_all_equal_are_no_evidence()
    {
        (long?, string)[] rows = [(7, "a"), (7, "b"), (7, "a"), (7, "b")];
        var result = await RunAsync(1, [rows[..3], rows[3..]], RankTest.MannWhitney, RankTest.KruskalWallis, RankTest.KolmogorovSmirnov);
        Assert.Equal(2, result.Outcomes[0].Findings[0]["statistic"]);
        Assert.Equal(double.NaN, result.Outcomes[0].Findings[0]["p.value"]);
        Assert.Equal(double.NaN, result.Outcomes[1].Findings[0]["p.value"]);
        Assert.Equal((0, 1), (result.Outcomes[2].Findings[0]["statistic"], result.Outcomes[2].Findings[0]["p.value"]));
    }

    [Fact]
    public async Task An_owner_without_rows_and_groups_of_one_row_are_no_hindrance_and_an_empty_group_withholds()
    {
        const long most = 1L << 61;
        var extremes = await RunAsync(1, [[(most, "a")], [], [(-most, "b"), (null, "a")]], RankTest.MannWhitney, RankTest.KolmogorovSmirnov);
        Assert.Equal((1, 1), (extremes.Outcomes[0].Findings[0]["statistic"], extremes.Outcomes[0].Findings[0]["p.value"]));
        Assert.Equal(1, extremes.Outcomes[1].Findings[0]["statistic"]);
        var empty = await RunAsync(1, [[(3, "a")], [(4, "a")]], RankTest.MannWhitney);
        Assert.Equal(AnalysisOutcome.Withheld, empty.Outcomes[0]);
    }

    [Fact]
    public void Values_and_rows_beyond_the_range_are_refused_before_anything_is_shared()
    {
        var plan = PlanOf(2, 1, RankTest.MannWhitney);
        foreach (var value in new[] { (1L << 61) + 1, -(1L << 61) - 1, long.MinValue })
        {
            var refused = Assert.Throws<CollabException>(() => new LocalAnalysis(plan).Add(Batch([(5, "a"), (value, "b")])));
            Assert.Equal(StatisticsErrors.ValueTooLarge, refused.Code);
            Assert.Contains("Row 2", refused.Message, StringComparison.Ordinal);
        }

        var many = new NumberColumn(new ColumnSchema("x", ColumnType.Integer, 0), new long[(1 << 20) + 1], Enumerable.Repeat(true, (1 << 20) + 1).ToArray());
        var groups = new TextColumn(new ColumnSchema("g", ColumnType.Text, 0), Enumerable.Repeat("a", (1 << 20) + 1).ToArray());
        Assert.Equal(
            StatisticsErrors.TooManyRows, Assert.Throws<CollabException>(() => new LocalAnalysis(plan).Add(new ColumnBatch(1, (1 << 20) + 1, [many, groups]))).Code);
    }

    [Fact]
    public void Four_owners_are_told_to_declare_bins()
    {
        var refused = Assert.Throws<CollabException>(() => PlanOf(4, 1, RankTest.MannWhitney));
        Assert.Equal(StatisticsErrors.QuestionUnfit, refused.Code);
        Assert.Contains("'breaks'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => PlanOf(3, 1, null, true, RankTest.MannWhitney)).Code);
    }

    [Theory]
    [InlineData(0, 16), InlineData(1, 16), InlineData(16, 16), InlineData(17, 32), InlineData(100, 112), InlineData(255, 256), InlineData(257, 288), InlineData(1_000_000, 1_048_576)]
    public void The_number_of_rows_is_told_to_within_an_eighth(int rows, int told) => Assert.Equal(told, KeptRanks.Padded(rows));

    [Theory]
    [InlineData(2, RankTest.MannWhitney), InlineData(2, RankTest.KolmogorovSmirnov), InlineData(2, RankTest.Spearman)]
    [InlineData(3, RankTest.MannWhitney), InlineData(3, RankTest.KolmogorovSmirnov), InlineData(3, RankTest.Spearman)]
    [InlineData(2, RankTest.MannWhitney, true), InlineData(2, RankTest.KolmogorovSmirnov, true), InlineData(2, RankTest.Spearman, true)]
    public async Task What_is_said_of_the_cost_is_what_passes(int owners, RankTest test, bool dealt = false)
    {
        var rows = Enumerable.Range(0, owners).Select(o => Enumerable.Range(0, 500 + (150 * o)).Select(i => ((long?)((i * 7919) + o) % 400, i % 3 == 0 ? "a" : "b")).ToArray()).ToArray();
        var network = default(InMemoryNetwork);
        var plan = PlanOf(owners, 5, rows.Select(r => (long)r.Length).ToArray(), dealt, test);
        await RunAsync(plan, rows, (names, _) => network = new InMemoryNetwork(names));
        var (messages, bytes) = (network!.Passed.Count, network.Passed.Sum(m => (double)m.Payload.Length));
        var said = JointAnalyses.Describe(plan);
        var (saidMessages, saidBytes) = (said.Sum(p => p.Sends.Sum(t => t.Messages)), said.Sum(p => p.Sends.Sum(t => t.Bytes)));
        Assert.True(saidBytes / bytes is > 0.95 and < 1.25 && (double)saidMessages / messages is > 0.7 and < 1.5, $"said {saidMessages} and {saidBytes}, passed {messages} and {bytes}");
    }

    [Theory]
    [InlineData(2, "drop"), InlineData(2, "short"), InlineData(2, "zero"), InlineData(2, "many"), InlineData(2, "more")]
    [InlineData(3, "drop"), InlineData(3, "short"), InlineData(3, "zero"), InlineData(3, "many"), InlineData(3, "more")]
    public async Task A_wrong_number_of_rows_gives_nobody_a_result(int owners, string fault)
    {
        var rows = Enumerable.Range(0, owners).Select(_ => Enumerable.Range(0, 30).Select(i => ((long?)(i % 7), i % 2 == 0 ? "a" : "b")).ToArray()).ToArray();
        var plan = PlanOf(owners, 5, RankTest.KruskalWallis);
        var failures = await FailuresAsync(plan, rows, passed =>
        {
            if (passed.Type != nameof(RankedPart) || passed.From != plan.Owners[0]) return passed.Payload;
            var count = BinaryPrimitives.ReadInt32LittleEndian(passed.Payload);
            var spoiled = passed.Payload.ToArray();
            switch (fault)
            {
                case "drop": return null;
                case "short": return spoiled[..^1];
                case "zero": BinaryPrimitives.WriteInt32LittleEndian(spoiled, 0); break;
                case "many": BinaryPrimitives.WriteInt32LittleEndian(spoiled, int.MaxValue); break;
                default: BinaryPrimitives.WriteInt32LittleEndian(spoiled, count + 16); break;
            }

            return spoiled;
        });
        Assert.Equal(owners + 1, failures.Count);
        if (fault is "short" or "zero")
            Assert.Contains(failures.Values.OfType<PeerFaultException>(), f => f.Party == plan.Owners[0] && f.Step == RankProcedure.AgreeStep);
        if (fault == "many") Assert.Contains(failures.Values.OfType<CollabException>(), f => f.Code == StatisticsErrors.TooManyRows);
    }

    [Fact]
    public async Task Nothing_that_passes_holds_a_value_or_its_key()
    {
        const long secret = 0x1A2B_3C4D_5E6F;
        var rows = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 40).Select(i => ((long?)(secret + i), i % 2 == 0 ? "a" : "b")).ToArray()).ToArray();
        foreach (var owners in new[] { 2, 3 })
        {
            var network = default(InMemoryNetwork);
            await RunAsync(PlanOf(owners, 5, RankTest.MannWhitney), rows[..owners], (names, _) => network = new InMemoryNetwork(names));
            for (var i = 0; i < 40; i++)
            {
                foreach (var word in new[] { (ulong)(secret + i), (ulong)(secret + i + (1L << 61)) })
                {
                    var bytes = new byte[8];
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
                    Assert.All(network!.Passed, message => Assert.Equal(-1, message.Payload.AsSpan().IndexOf(bytes)));
                }
            }
        }
    }

    private static AnalysisPlan PlanOf(int owners, int minimum, params RankTest[] tests) => PlanOf(owners, minimum, null, false, tests);

    private static AnalysisPlan PlanOf(int owners, int minimum, long[]? rows, bool dealt, params RankTest[] tests)
    {
        var (value, groups) = (new Measure("x", 0), new GroupBy("g", ["a", "b"]));
        PartyId[] names = [.. Enumerable.Range(0, owners).Select(i => PartyId.Parse($"clinic-{i}"))];
        Analysis[] analyses = [.. tests.Select(test => test == RankTest.Spearman
            ? new Analysis.Ranked(value, null, new Measure("y", 0), test, dealt)
            : new Analysis.Ranked(value, groups, null, test, dealt))];
        return AnalysisPlan.Create(
            new AnalysisQuestion(analyses, minimum), names, PartyId.Parse("registry"), rows is null ? null : names.Zip(rows).ToDictionary(p => p.First, p => p.Second));
    }

    private static Task<AnalysisResult> RunAsync(int minimum, (long? Value, string Group)[][] rows, params RankTest[] tests) =>
        RunAsync(PlanOf(rows.Length, minimum, tests), rows, (names, spoil) => new InMemoryNetwork(names, spoil));

    private static async Task<AnalysisResult> RunAsync(
        AnalysisPlan plan, (long? Value, string Group)[][] rows,
        Func<IReadOnlyList<PartyId>, Func<InMemoryNetwork.PassedMessage, byte[]?>?, InMemoryNetwork> open)
    {
        var (network, parts, result) = Parts(plan, rows, names => open(names, null));
        Assert.Empty(await network.RunAsync(parts));
        return result()!;
    }

    private static async Task<Dictionary<PartyId, Exception>> FailuresAsync(
        AnalysisPlan plan, (long? Value, string Group)[][] rows, Func<InMemoryNetwork.PassedMessage, byte[]?> spoil)
    {
        var (network, parts, result) = Parts(plan, rows, names => new InMemoryNetwork(names, spoil));
        var failures = await network.RunAsync(parts);
        Assert.Null(result());
        return failures;
    }

    private static (InMemoryNetwork Network, Dictionary<PartyId, Func<Task>> Parts, Func<AnalysisResult?> Result) Parts(
        AnalysisPlan plan, (long? Value, string Group)[][] rows, Func<IReadOnlyList<PartyId>, InMemoryNetwork> open)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var network = open([.. plan.Owners, plan.Receiver]);
        var result = default(AnalysisResult);
        var parts = plan.Owners.Zip(rows).ToDictionary(pair => pair.First, pair => (Func<Task>)(() =>
        {
            var own = new LocalAnalysis(plan);
            if (pair.Second.Length > 0) own.Add(Batch(pair.Second));
            return JointAnalyses.ContributeAsync(plan, pair.First, network.Of(pair.First), own, RandomSource.System, cancellation: cancellation);
        }));
        parts[plan.Receiver] = async () => result = await JointAnalyses.ReceiveAsync(plan, network.Of(plan.Receiver), null, RandomSource.System, cancellation: cancellation);
        return (network, parts, () => result);
    }

    /// <summary>Rows of a value x, a group g, and a second value y.</summary>
    private static ColumnBatch Batch((long? Value, string Group)[] rows) => new(1, rows.Length,
    [
        new NumberColumn(new ColumnSchema("x", ColumnType.Integer, 0), rows.Select(r => r.Value ?? 0).ToArray(), rows.Select(r => r.Value is not null).ToArray()),
        new TextColumn(new ColumnSchema("g", ColumnType.Text, 0), [.. rows.Select(r => r.Group)]),
        new NumberColumn(new ColumnSchema("y", ColumnType.Integer, 0), rows.Select((_, i) => (long)(i * i % 31)).ToArray(), rows.Select(_ => true).ToArray()),
    ]);
}

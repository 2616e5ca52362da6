using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Tests;

/// <summary>Questions one after the other over real engines and ledgers: what stands too close to an earlier answer is refused, at all parties alike, also after a restart.</summary>
public sealed class AnswerLedgerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_question_that_would_single_out_a_patient_is_refused_and_told_why()
    {
        await using var study = await StartAsync("");
        Assert.Null(await AskAsync(study, Statistics("age")));
        Assert.Null(await AskAsync(study, Statistics("age")));

        // One patient more at al: the difference of the answers would be that patient.
        await study[Plans.Al].OfferAsync("visits", Rows(41));
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, Statistics("age")));
        await study[Plans.Al].StopEngineAsync();
        study[Plans.Al].StartEngine();
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, Statistics("age")));

        await study[Plans.Al].OfferAsync("visits", Rows(45));
        Assert.Null(await AskAsync(study, Statistics("age")));
    }

    [Fact]
    public async Task Rows_that_lack_another_column_are_not_found_out_by_a_second_question()
    {
        await using var study = await StartAsync("");
        Assert.Null(await AskAsync(study, Statistics("age")));
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Bo), await AskAsync(study, Correlation));
        Assert.Null(await AskAsync(study, Statistics("bmi")));
    }

    [Fact]
    public async Task An_owner_may_ask_for_more_or_for_nothing()
    {
        await using var strict = await StartAsync("differ-by: 20\n");
        Assert.Null(await AskAsync(strict, Statistics("age")));
        await strict[Plans.Al].OfferAsync("visits", Rows(50));
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(strict, Statistics("age")));

        await using var open = await StartAsync("differ-by: 0\n");
        Assert.Null(await AskAsync(open, Statistics("age")));
        await open[Plans.Al].OfferAsync("visits", Rows(41));
        Assert.Null(await AskAsync(open, Statistics("age")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_that_is_withheld_cannot_be_had_as_the_total_less_the_others(bool totalFirst)
    {
        await using var study = await StartWithGroupsAsync(few: 3);
        var groups = Statistics("age").Replace("statistics:", "group-by: { column: sex, levels: [f, m] }\n  statistics:", StringComparison.Ordinal);
        Assert.Null(await AskAsync(study, totalFirst ? Statistics("age") : groups));
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, totalFirst ? groups : Statistics("age")));
        Assert.Null(await AskAsync(study, totalFirst ? Statistics("age") : groups)); // the same again tells nothing new
        Assert.Single(study[Plans.Cy].Seen.Results.Values.Select(r => string.Join('|', ((JobResult.Statistics)r.Result).Table.Rows())).Distinct());
        if (!totalFirst) Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, Correlation.Replace("correlation, x: age, y: bmi", "one-sample, value: age", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Groups_that_are_all_told_are_no_objection_to_their_total()
    {
        await using var study = await StartWithGroupsAsync(few: 6);
        Assert.Null(await AskAsync(study, Statistics("age").Replace("statistics:", "group-by: { column: sex, levels: [f, m] }\n  statistics:", StringComparison.Ordinal)));
        Assert.Null(await AskAsync(study, Statistics("age")));
    }

    [Fact]
    public async Task A_withheld_group_cannot_be_had_from_a_coarser_grouping_nor_from_a_column_of_zeros_and_ones()
    {
        // Three old men, all of them al's; no question asks for a total, and none of the other questions' groups is small.
        await using var study = await StartWithStrataAsync();
        var strata = Statistics("age").Replace("statistics:", "group-by: { column: stratum, levels: [f old, f young, m old, m young] }\n  statistics:", StringComparison.Ordinal);
        var sexes = Statistics("bmi").Replace("statistics:", "group-by: { column: sex, levels: [f, m] }\n  statistics:", StringComparison.Ordinal);
        Assert.Null(await AskAsync(study, strata));
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, sexes));                     // the number of men less the young ones
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, Statistics("male")));        // Σ male is the number of men
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study, Correlation.Replace("x: age", "x: male", StringComparison.Ordinal)));
        Assert.Null(await AskAsync(study, strata));

        await using var other = await StartWithStrataAsync();
        Assert.Null(await AskAsync(other, sexes));
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(other, strata));
        Assert.Null(await AskAsync(other, sexes));
    }

    private static async Task<Study> StartWithStrataAsync()
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        string[] Of(int oldMen) => ["age,bmi,male,sex,stratum", .. Rows(60).Skip(1).Select((row, i) =>
            row + (i % 4 == 0 ? ",0,f,f old" : i % 4 == 1 ? ",0,f,f young" : i / 4 < oldMen ? ",1,m,m old" : ",1,m,m young"))];
        await study[Plans.Al].OfferAsync("visits", Of(2)[..^1]);
        await study[Plans.Bo].OfferAsync("visits", Of(0));
        foreach (var owner in new[] { Plans.Al, Plans.Bo }) study[owner].Policy = ApprovalPolicy.Parse("otherwise: ask\n");
        study.StartAll();
        return study;
    }

    private const string Correlation = """
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        parameters:
          minimum-group: 5
          analyses:
            - { test: correlation, x: age, y: bmi }
        """;

    private static string Statistics(string column) => $"""
        kind: statistics
        purpose: cohort-study
        parties:
          - {"{"} name: al, dataset: visits {"}"}
          - {"{"} name: bo, dataset: visits {"}"}
        receivers: [cy]
        parameters:
          columns: [{column}]
          statistics: [count, mean]
          minimum-group: 5
        """;

    private static async Task<Study> StartAsync(string policy)
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferAsync("visits", Rows(40));
        await study[Plans.Bo].OfferAsync("visits", [.. Rows(30), "31,"]);
        foreach (var owner in new[] { Plans.Al, Plans.Bo }) study[owner].Policy = ApprovalPolicy.Parse(policy + "otherwise: ask\n");
        study.StartAll();
        return study;
    }

    // All women are al's.
    private static async Task<Study> StartWithGroupsAsync(int few)
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        string[] Grouped(int women, int men) => ["age,bmi,sex", .. Rows(women + men).Skip(1).Select((row, i) => $"{row},{(i < women ? "f" : "m")}")];
        await study[Plans.Al].OfferAsync("visits", Grouped(few, 40));
        await study[Plans.Bo].OfferAsync("visits", Grouped(0, 30));
        foreach (var owner in new[] { Plans.Al, Plans.Bo }) study[owner].Policy = ApprovalPolicy.Parse("otherwise: ask\n");
        study.StartAll();
        return study;
    }

    private static string[] Rows(int count) => ["age,bmi", .. Enumerable.Range(0, count).Select(i => $"{20 + (i * 37 % 60)},{18 + (i * 13 % 20)}")];

    /// <summary>Has a job approved and run; null when all commit, else what all parties say of its end.</summary>
    private static async Task<(string Code, PartyId? Party)?> AskAsync(Study study, string job)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);
        return await study.RunAsync(plan);
    }
}

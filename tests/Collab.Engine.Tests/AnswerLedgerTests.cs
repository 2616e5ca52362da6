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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_note_that_cannot_be_read_refuses_every_question_over_its_dataset(bool isOlder)
    {
        await using var study = await StartAsync("");
        Assert.Null(await AskAsync(study, Statistics("age")));
        var note = study[Plans.Al].Store.Get(Assert.Single(study[Plans.Al].Store.List("answered/")))!;

        await using var later = await StartAsync("");
        var offer = await later[Plans.Al].OfferAsync("visits", Rows(40));
        var key = $"answered/{offer.Id}/000000";
        later[Plans.Al].Store.Put(key, isOlder ? new CanonicalWriter().Text("collab-answer-0").Digest(offer.Id).ToArray() : note[..^1]);
        Assert.Equal((DisclosureErrors.LedgerUnreadable.Name, Plans.Al), await AskAsync(later, Statistics("age")));

        later[Plans.Al].Store.Put(key, note);
        Assert.Null(await AskAsync(later, Statistics("age")));
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

    [Fact]
    public async Task The_research_templates_one_after_the_other_do_not_give_the_cell_of_seven()
    {
        // Seven men of 85 years and more: all men are 5,492, and without them 5,485. Step 2 hides another cell of men with them.
        PartyId[] hospitals = [PartyId.Parse("lakeview"), PartyId.Parse("riverside"), PartyId.Parse("valley")];
        await using var study = await StartResearchAsync(hospitals);
        Assert.Null(await AskAsync(study, Template("cohort-baseline"), hospitals[1]));
        var told = Assert.IsType<JobResult.Statistics>(study[hospitals[1]].Seen.Results.Values.Single().Result).Table;
        Assert.Equal(["m 70-84", "m 70-84", "m 85+", "m 85+"], told.Cells.Where(cell => cell.Withheld).Select(cell => cell.Level));
        Assert.Null(await AskAsync(study, Template("cohort-outcome"), hospitals[1]));

        // Without the covering cell the men less those that were told would be the seven.
        await using var without = await StartResearchAsync(hospitals);
        Assert.Null(await AskAsync(without, Template("cohort-baseline").Replace("  total: true\n", "", StringComparison.Ordinal), hospitals[1]));
        var ended = await AskAsync(without, Template("cohort-outcome"), hospitals[1]);
        Assert.Equal(DisclosureErrors.TooClose.Name, ended?.Code);
    }

    private static string Template(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "templates", $"{name}.yaml"));

    private static async Task<Study> StartResearchAsync(PartyId[] hospitals)
    {
        var lines = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "nafld1.csv"), None)).Select(line => line.Split(',')).ToList();
        int Place(string column) => Array.IndexOf(lines[0], column);
        string[] columns = ["id", "age", "male", "bmi", "case.id", "futime", "status"];
        var rows = new List<string>();
        var old = 0;
        foreach (var patient in lines.Skip(1).Where(patient => patient[Place("bmi")].Length > 0))
        {
            var (age, sex) = (int.Parse(patient[Place("age")], System.Globalization.CultureInfo.InvariantCulture), patient[Place("male")] == "1" ? "m" : "f");
            var stratum = $"{sex} {age switch { < 40 => "18-39", < 55 => "40-54", < 70 => "55-69", < 85 => "70-84", _ => "85+" }}";
            if (stratum == "m 85+" && ++old > 7) continue;
            rows.Add(string.Join(',', columns.Select(column => patient[Place(column)]).Append(stratum)));
        }

        var study = new Study(hospitals);
        foreach (var (i, hospital) in hospitals.Index())
        {
            await study[hospital].OfferAsync("cohort", [string.Join(',', columns.Append("stratum")), .. rows.Where((_, row) => row % 3 == i)]);
            study[hospital].Policy = ApprovalPolicy.Parse("otherwise: ask\n");
        }

        study.StartAll();
        return study;
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
    private static async Task<(string Code, PartyId? Party)?> AskAsync(Study study, string job, PartyId? requester = null)
    {
        var plan = await study[requester ?? Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);
        return await study.RunAsync(plan);
    }
}

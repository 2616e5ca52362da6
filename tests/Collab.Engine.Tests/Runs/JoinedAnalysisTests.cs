using System.Globalization;
using Collab.Data;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Statistics;
using Collab.Statistics.Analyses;

namespace Collab.Engine.Tests.Runs;

/// <summary>Analyses over the matching rows of two owners with different columns, against the same analyses over the plain join.</summary>
public class JoinedAnalysisTests
{
    private const string EveryAnalysis = """
        - {test: correlation, x: income, y: spent}
        - {test: linear, response: spent, covariates: [income, age]}
        - {test: welch, value: spent, by: {column: sex, levels: [f, m]}}
        - {test: two-sample, value: income, by: {column: shop, levels: [web, store]}}
        - {test: anova, value: income, by: {column: shop, levels: [web, store]}}
        - {test: one-sample, value: spent, mean: 20.5}
        - {test: paired, first: income, second: spent}
        - {test: shape, value: age}
        - {test: chi-squared, rows: {column: sex, levels: [f, m]}, across: {column: shop, levels: [web, store]}}
        - {test: fisher, rows: {column: sex, levels: [f, m]}, across: {column: shop, levels: [web, store]}}
        - {test: ratios, rows: {column: sex, levels: [f, m]}, across: {column: shop, levels: [web, store]}}
        - {test: proportions, rows: {column: sex, levels: [f, m]}, across: {column: shop, levels: [web, store]}}
        - {test: proportion, of: {column: shop, levels: [web, store]}}
        - {test: survival, time: spent, event: {column: shop, levels: [web, store]}, by: {column: sex, levels: [f, m]}, until: [20, 40, 60, 95]}
        - {test: survival, time: age, event: {column: shop, levels: [web, store]}, by: {column: sex, levels: [f, m]}, until: [30, 40, 50, 60, 70, 78, 79]}
        - {test: survival, time: age, event: {column: sex, levels: [f, m]}, until: [40, 70]}
        - {test: histogram, value: income, breaks: [-10.5, 20, 30.25, 55]}
        - {test: histogram, value: spent, breaks: [20, 21, 40, 95]}
        - {test: stability, value: spent, by: {column: sex, levels: [f, m]}, breaks: [30, 60]}
        - {test: mann-whitney, value: income, by: {column: shop, levels: [web, store]}, breaks: [0, 20, 40]}
        - {test: kruskal-wallis, value: spent, by: {column: shop, levels: [web, store]}, breaks: [30, 60]}
        - {test: kolmogorov-smirnov, value: spent, by: {column: sex, levels: [f, m]}, breaks: [25, 50, 75]}
        - {test: mann-whitney, value: income, by: {column: shop, levels: [web, store]}}
        - {test: kruskal-wallis, value: age, by: {column: sex, levels: [f, m]}}
        - {test: kolmogorov-smirnov, value: spent, by: {column: sex, levels: [f, m]}}
        - {test: spearman, x: income, y: spent}
        - {test: spearman, x: spent, y: age}
        - {test: median, value: income}
        - {test: quantiles, value: age, by: {column: shop, levels: [web, store]}, probabilities: [0.25, 0.5, 0.75], min: 0, max: 120}
        """;

    private const string Ranges = "columns: [{column: age, min: 0, max: 120}, {column: income, min: -100, max: 9999.99}]";

    [Theory]
    [InlineData("al")]
    [InlineData("bo")]
    public async Task Every_analysis_says_what_it_says_of_the_plain_join(string receiver)
    {
        using var owners = await TablesAsync(120);
        var plan = owners.Plan(Job(receiver, EveryAnalysis, $"{{{Ranges}}}"));
        var run = await owners.RunAsync(plan);

        var plain = new List<AnalysisOutcome>();
        foreach (var analysis in EveryAnalysis.Split('\n', StringSplitOptions.RemoveEmptyEntries)) // each over tables of its own: in one job the ledger of answers would compare them
        {
            using var side = await SideBySideAsync(120);
            plain.AddRange((await side.RunAsync(side.Plan(SideBySide(analysis)))).At<JobResult.Analyses>(Plans.Cy).Result.Outcomes);
        }

        var joined = run.At<JobResult.Analyses>(PartyId.Parse(receiver));
        Assert.Equal(29, joined.Result.Outcomes.Count(outcome => outcome.Findings.Count > 0));
        Assert.Contains(joined.Result.Outcomes.SelectMany(outcome => outcome.Findings).SelectMany(finding => finding.Quantities), quantity => quantity.Name == "suppressed");
        Assert.Equal(new AnalysisResult(plain).Encode(), joined.Result.Encode()); // totals are exact, so all bits agree
        Assert.Equal(3, Explanation.Of(plan).Parties.Count);
    }

    [Fact]
    public async Task Few_matches_and_small_cells_withhold_their_analysis_alone()
    {
        using var owners = await TablesAsync(24);
        var outcomes = (await owners.RunAsync(owners.Plan(Job("al", """
            - {test: correlation, x: income, y: spent}
            - {test: linear, response: spent, covariates: [income, age]}
            - {test: chi-squared, rows: {column: sex, levels: [f, m, x]}, across: {column: shop, levels: [web, store]}}
            """, "{}")))).At<JobResult.Analyses>(Plans.Al).Result.Outcomes;
        Assert.NotEmpty(outcomes[0].Findings);
        Assert.Equal(AnalysisOutcome.Withheld.Reason, outcomes[1].Reason); // thirty rows for three columns
        Assert.Equal(AnalysisOutcome.Withheld.Reason, outcomes[2].Reason); // nobody is x
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task Without_enough_matches_nothing_is_told(int matches)
    {
        using var owners = await TablesAsync(matches);
        var result = (await owners.RunAsync(owners.Plan(Job("bo", "- {test: correlation, x: income, y: spent}", "{}")))).At<JobResult.Analyses>(Plans.Bo).Result;
        Assert.Equal(AnalysisOutcome.Withheld.Reason, Assert.Single(result.Outcomes).Reason);
    }

    [Fact]
    public async Task A_column_of_both_has_to_be_told_apart()
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, "id,age,income", "1,30,2");
        await owners.OfferAsync(Plans.Bo, "key,age,spent", "1,30,2");
        var both = Assert.Throws<CollabException>(() => owners.Plan(Job("al", "- {test: correlation, x: age, y: spent}", "{}")));
        Assert.Equal(JoinedAnalysisPlanner.ColumnAmbiguous, both.Code);
        Assert.Contains("al and bo both have a column 'age'", both.Message, StringComparison.Ordinal);
        var plan = owners.Plan(Job("al", "- {test: correlation, x: age, y: spent}", "{columns: [{column: age, of: al}]}"));
        Assert.Equal(Plans.Al, ((AnalysisQuestion)plan.Question).Join!["age"].Of);
        var none = Assert.Throws<CollabException>(() => owners.Plan(Job("al", "- {test: correlation, x: incme, y: spent}", "{}")));
        Assert.Equal(Planner.ColumnUnknown, none.Code);
        Assert.Contains("No dataset of al and bo has a column 'incme'", none.Message, StringComparison.Ordinal);
        var needless = Assert.Throws<CollabException>(() => owners.Plan(Job("al", "- {test: correlation, x: income, y: spent}", "{columns: [{column: age, of: al}]}")));
        Assert.Equal(Planner.ColumnUnsuited, needless.Code);
    }

    [Fact]
    public async Task What_the_protocol_does_not_do_is_refused_with_the_plan()
    {
        using var owners = await TablesAsync(20);
        void Refused(ErrorCode code, string job) => Assert.Equal(code, Assert.Throws<CollabException>(() => owners.Plan(job)).Code);
        Refused(JoinedAnalysisPlanner.TotalsTooWide, Job("al", "- {test: shape, value: spent}", "{}")); // its fourth power, without a range
        Refused(Planner.PartiesUnsuited, Job("cy", "- {test: correlation, x: income, y: spent}", "{}"));
        Refused(Planner.ProtocolUnsuited, Job("al", "- {test: spearman, x: income, y: age}", "{}")); // of one owner
        Refused(Planner.PartiesUnsuited, Job("al", "- {test: mann-whitney, value: spent, by: {column: sex, levels: [f, m]}, dealer: receiver}", "{}"));
        Refused(Planner.PartiesUnsuited, Job("al", "- {test: correlation, x: income, y: spent}", "{}", "security: malicious"));
        Refused(YamlSection.Invalid, Job("al", "- {test: correlation, x: income, y: spent}", "{duplicate: all}"));
        Refused(YamlSection.Invalid, SideBySide("- {test: correlation, x: income, y: spent}").Replace("dataset: table}", "dataset: table, key: [id]}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bad_rows_fail_at_their_owner_before_anything_is_sent()
    {
        using var owners = await TablesAsync(20);
        await owners.OfferAsync(Plans.Bo, "key,spent,shop", "1,2,web", "1,3,web");
        var correlation = "- {test: correlation, x: income, y: spent}";
        var twice = await Assert.ThrowsAnyAsync<CollabException>(() => owners.RunAsync(owners.Plan(Job("al", correlation, "{duplicate: refuse}"))));
        Assert.Equal(SourceException.KeyDuplicate, twice.Code);
        var outside = await Assert.ThrowsAnyAsync<CollabException>(() => owners.RunAsync(owners.Plan(Job("al", correlation, "{columns: [{column: spent, min: 0, max: 1}]}"))));
        Assert.Equal(ProgramErrors.OutOfRange, outside.Code);
        var level = await Assert.ThrowsAnyAsync<CollabException>(
            () => owners.RunAsync(owners.Plan(Job("al", "- {test: two-sample, value: income, by: {column: shop, levels: [fair, store]}}", "{}"))));
        Assert.Equal(StatisticsErrors.UnknownLevel, level.Code);
    }

    [Fact]
    public async Task Plans_keep_their_join_and_nothing_else_is_read()
    {
        using var owners = await TablesAsync(20);
        var plan = owners.Plan(Job("al", "- {test: correlation, x: age, y: spent}", "{columns: [{column: age, min: 0, max: 120.5}], case: keep}"));
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        Assert.Equal("joined-analysis", plan.Question.Kind);
        Assert.Equal(["id", "age"], plan.InputOf(Plans.Al)!.Columns.Select(column => column.Name));
        Assert.Equal(["key", "spent"], plan.InputOf(Plans.Bo)!.Columns.Select(column => column.Name));
        Assert.Equal((0, 1205), ((AnalysisQuestion)plan.Question).Join!.RangeOf(new Measure("age", 1)));
        var explanation = Explanation.Of(plan);
        Assert.Contains("6 totals", explanation.Parties.Single(p => p.Party == Plans.Al).Learns[^1].English, StringComparison.Ordinal);
    }

    // Analyses of one job are compared with each other: one that leaves out fewer rows than the minimum group, for want of a value, is refused.
    private const int FewestLacking = 10;

    private static IEnumerable<string> Lacking(int first, string values) => Enumerable.Range(first, FewestLacking).Select(key => $"{key},{values}");

    /// <summary>Rows 1 to n at both, and at each others of its own, some without a value.</summary>
    private static async Task<TwoOwners> TablesAsync(int matches)
    {
        var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, [
            "id,age,income,sex", .. Enumerable.Range(1, matches).Select(i => $"{i},{Of(i)}"), "a1,40,3.5,f", "a2,50,1.25,m", .. Lacking(900, "33,,f"), .. Lacking(910, Of(3)), .. matches > 0 ? ["1,99,9999,m"] : Array.Empty<string>()]);
        await owners.OfferAsync(Plans.Bo, [
            "key,spent,shop", "b1,7,web", .. Enumerable.Range(1, matches).Reverse().Select(i => $"{i},{At(i)}"), .. Lacking(900, "3,web"), .. Lacking(910, ",store"), "b2,8,store"]);
        return owners;
    }

    private static async Task<TwoOwners> SideBySideAsync(int rows)
    {
        var owners = new TwoOwners();
        string[] lines = [.. Enumerable.Range(1, rows).Select(i => $"{Of(i)},{At(i)}"), .. Enumerable.Repeat("33,,f,3,web", FewestLacking), .. Enumerable.Repeat($"{Of(3)},,store", FewestLacking)];
        await owners.OfferAsync(Plans.Al, ["age,income,sex,spent,shop", .. lines[..(rows / 2)]]);
        await owners.OfferAsync(Plans.Bo, ["age,income,sex,spent,shop", .. lines[(rows / 2)..]]);
        return owners;
    }

    private static string Of(int i) => string.Create(CultureInfo.InvariantCulture, $"{20 + (i * 7 % 60)},{(i * 37 % 101) + (i % 4 * 0.25) - 20:0.00},{(i * 5 % 7 < 3 ? "f" : "m")}");

    private static string At(int i) => string.Create(CultureInfo.InvariantCulture, $"{(i * 53 % 97) + (i * 7 % 60 / 10):0},{(i * 11 % 13 < 6 ? "web" : "store")}");

    private static string Job(string receiver, string analyses, string join, string more = "uses: 1") => $"""
        kind: analysis
        purpose: marketing
        {more}
        receivers: [{receiver}]
        parties:
          - {"{"}name: al, dataset: table, key: [id]{"}"}
          - {"{"}name: bo, dataset: table, key: [key]{"}"}
        parameters:
          join: {join}
          analyses:
            {analyses.Replace("\n", "\n    ", StringComparison.Ordinal)}
        """;

    private static string SideBySide(string analyses) => $"""
        kind: analysis
        purpose: marketing
        receivers: [cy]
        parties: [{"{"}name: al, dataset: table{"}"}, {"{"}name: bo, dataset: table{"}"}]
        parameters:
          analyses:
            {analyses.Replace("\n", "\n    ", StringComparison.Ordinal)}
        """;
}

using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;
using Collab.Statistics.Analyses;
using Collab.Statistics.Tests.Inference;

namespace Collab.Engine.Tests.Runs;

/// <summary>Regressions in rounds over the matching rows of two owners with different columns, against R on the whole file.</summary>
public class JoinedRegressionTests
{
    private const string Credit = "tests/data/german_credit.csv";
    private const string Poisson = "- {test: poisson, response: NumberExistingCredits, covariates: [Duration, Age, Telephone]}";
    private const string Cox = "- {test: cox, time: Duration, event: {column: Class, levels: [Good, Bad]}, covariates: [Age, InstallmentRatePercentage], until: [12, 24, 36, 72]}";
    private const string Logistic = "- {test: logistic, response: {column: Class, levels: [Good, Bad]}, covariates: [Duration, Amount, Age, InstallmentRatePercentage]}";
    private const string LogisticRanges = "columns: [{column: Duration, min: 0, max: 80}, {column: Amount, min: 0, max: 20000}, {column: Age, min: 0, max: 100}, {column: InstallmentRatePercentage, min: 1, max: 4}]";
    private const string CoxRanges = "columns: [{column: Age, min: 18, max: 90}, {column: InstallmentRatePercentage, min: 1, max: 4}]";
    private const string CreditRanges = "columns: [{column: Duration, min: 0, max: 80}, {column: Age, min: 0, max: 100}, {column: Telephone, min: 0, max: 1}, {column: NumberExistingCredits, min: 0, max: 10}]";

    [Theory]
    [InlineData("al")] // the receiver holds the response
    [InlineData("bo")]
    public async Task Poisson_regression_is_that_of_R(string receiver)
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, Table(Credit, "id", "NumberExistingCredits", "Duration"));
        await owners.OfferAsync(Plans.Bo, Table(Credit, "id", "Age", "Telephone"));
        var outcome = Assert.Single((await owners.RunAsync(owners.Plan(Job(receiver, Poisson, $"{{{CreditRanges}}}")))).At<JobResult.Analyses>(PartyId.Parse(receiver)).Result.Outcomes);
        RVectors.Check("poisson-credit", Assert.Single(outcome.Findings), 1e-6);
    }

    [Theory]
    [InlineData("al")] // the receiver holds the outcome
    [InlineData("bo")]
    public async Task Cox_regression_is_that_of_R(string receiver)
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, Table(Credit, "id", "Duration", "Class", "InstallmentRatePercentage"));
        await owners.OfferAsync(Plans.Bo, [.. Table(Credit, "id", "Age").Take(1), .. Table(Credit, "id", "Age").Skip(1).Reverse()]);
        var outcome = Assert.Single((await owners.RunAsync(owners.Plan(Job(receiver, Cox, $"{{{CoxRanges}}}")))).At<JobResult.Analyses>(PartyId.Parse(receiver)).Result.Outcomes);
        RVectors.Check("cox-credit", Assert.Single(outcome.Findings), 1e-6);
    }

    [Theory]
    [InlineData("al")] // the receiver holds the response
    [InlineData("bo")]
    public async Task Logistic_regression_is_that_of_R(string receiver)
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, Table(Credit, "id", "Class", "Duration", "Age"));
        await owners.OfferAsync(Plans.Bo, [.. Table(Credit, "id", "Amount", "InstallmentRatePercentage").Take(1), .. Table(Credit, "id", "Amount", "InstallmentRatePercentage").Skip(1).Reverse()]);
        var outcome = Assert.Single((await owners.RunAsync(owners.Plan(Job(receiver, Logistic, $"{{{LogisticRanges}}}")))).At<JobResult.Analyses>(PartyId.Parse(receiver)).Result.Outcomes);
        Assert.Null(outcome.Reason);
        var found = Assert.Single(outcome.Findings);
        RVectors.Check("logistic-credit", found, 1e-6);
        Assert.All(found.Quantities.Where(quantity => quantity.Name is "estimate" or "std.error"), quantity => Assert.InRange(quantity.SignificantBits, 22, 32)); // 10^−7 of a standard error
    }

    [Fact]
    public async Task Responses_that_are_hardly_any_or_separated_and_columns_that_do_not_vary_give_the_reason()
    {
        // Two covariates, x at the receiver, z at the other.
        async Task<AnalysisOutcome> With(Func<int, bool> ill, Func<int, int> z, int largestX = 12, int largestZ = 100, string where = "", int rows = 130)
        {
            using var owners = new TwoOwners();
            await owners.OfferAsync(Plans.Al, ["id,ill,x", .. Enumerable.Range(0, rows).Select(i => $"{i},{(ill(i) ? "y" : "n")},{i * i % 13}")]);
            await owners.OfferAsync(Plans.Bo, ["id,z", .. Enumerable.Range(0, rows).Reverse().Select(i => $"{i},{z(i)}")]);
            var job = Job("al", "- {test: logistic, response: {column: ill, levels: [n, y]}, covariates: [x, z]}", $"{{columns: [{{column: x, min: 0, max: {largestX}}}, {{column: z, min: 0, max: {largestZ}}}]}}{where}");
            return (await owners.RunAsync(owners.Plan(job))).At<JobResult.Analyses>(Plans.Al).Result.Outcomes[0];
        }

        Assert.Equal(AnalysisOutcome.Withheld.Reason, (await With(i => i < 9, i => i % 7)).Reason);
        Assert.Equal(AnalysisOutcome.Withheld.Reason, (await With(_ => true, i => i % 7)).Reason);
        Assert.Equal(AnalysisOutcome.Withheld.Reason, (await With(i => i % 2 == 0, i => i % 7, where: "\n  where: \"z < 6\"", rows: 104)).Reason); // 96 rows are asked for
        Assert.Equal("A covariate is constant, or a combination of others.", (await With(i => i % 2 == 0, i => 2 * (i * i % 13))).Reason);
        Assert.Equal("A covariate is constant, or a combination of others.", (await With(i => i % 2 == 0, _ => 7)).Reason);
        Assert.Equal("The covariates separate the responses: no finite estimate exists.", (await With(i => i % 7 > 3, i => i % 7)).Reason);
        Assert.StartsWith("The declared ranges of the columns are so wide", (await With(i => i % 7 > 3 != (i % 3 == 0), i => i % 7, 90_000, 90_000)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_leaves_rows_out_and_another_response_fails_its_owner()
    {
        async Task<JobResult.Analyses> Of(string where, int rows, Func<int, bool> isThere, string other = "n")
        {
            using var owners = new TwoOwners();
            int[] there = [.. Enumerable.Range(0, rows).Where(isThere)];
            await owners.OfferAsync(Plans.Al, ["id,ill", .. there.Select(i => $"{i},{(i * 7 % 11 > 4 ? "y" : other)}")]);
            await owners.OfferAsync(Plans.Bo, ["id,z", .. there.Select(i => $"{i},{i * i % 9}")]);
            var job = Job("bo", "- {test: logistic, response: {column: ill, levels: [n, y]}, covariates: [z]}", "{columns: [{column: z, min: 0, max: 8}]}" + where);
            return (await owners.RunAsync(owners.Plan(job))).At<JobResult.Analyses>(Plans.Bo);
        }

        var left = (await Of("\n  where: \"z < 7\"", 160, _ => true)).Result.Outcomes[0];
        Assert.Null(left.Reason);
        Assert.Equal((await Of("", 160, i => i * i % 9 < 7)).Result.Outcomes[0].Findings[0].Quantities, left.Findings[0].Quantities);
        Assert.Equal(StatisticsErrors.UnknownLevel, (await Assert.ThrowsAnyAsync<CollabException>(() => Of("", 160, _ => true, "maybe"))).Code);
    }

    [Fact]
    public async Task A_way_of_leaving_with_few_rows_withholds_it_and_one_with_none_does_not()
    {
        async Task<AnalysisOutcome> With(int early, int rows = 200)
        {
            using var owners = new TwoOwners();
            await owners.OfferAsync(Plans.Al, ["id,time,ill,x", .. Enumerable.Range(0, rows).Select(i => $"{i},{(i < early ? 1 : 5 + (i % 7))},{"ny"[i % 2]},{i * i % 13}")]);
            await owners.OfferAsync(Plans.Bo, ["id,z", .. Enumerable.Range(0, rows).Reverse().Select(i => $"{i},{i * 7 % 11}")]);
            const string Asked = "- {test: cox, time: time, event: {column: ill, levels: [n, y]}, covariates: [x, z], until: [2, 12]}";
            return (await owners.RunAsync(owners.Plan(Job("bo", Asked, "{columns: [{column: x, min: 0, max: 12}, {column: z, min: 0, max: 10}]}")))).At<JobResult.Analyses>(Plans.Bo).Result.Outcomes[0];
        }

        Assert.Null((await With(0)).Reason);
        Assert.Null((await With(60)).Reason); // thirty of each
        Assert.Equal(AnalysisOutcome.Withheld.Reason, (await With(58)).Reason);
    }

    [Fact]
    public async Task Time_and_event_at_different_owners_are_refused()
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, "id,Duration,Age", "1,2,3");
        await owners.OfferAsync(Plans.Bo, "id,Class,InstallmentRatePercentage", "1,Bad,3");
        Assert.Equal(Planner.ProtocolUnsuited, Assert.Throws<CollabException>(() => owners.Plan(Job("al", Cox, $"{{{CoxRanges}}}"))).Code);
    }

    [Fact]
    public async Task Counts_that_are_hardly_any_withhold_it_and_data_without_an_estimate_give_the_reason()
    {
        async Task<AnalysisOutcome> With(int rows, int counted, string ranges = "x, min: 0, max: 12}, {column: z, min: 0, max: 24", string covariates = "x, z", Func<int, int>? z = null)
        {
            using var owners = new TwoOwners();
            await owners.OfferAsync(Plans.Al, ["id,visits,x", .. Enumerable.Range(0, rows).Select(i => $"{i},{(i < counted ? 1 + (i % 5) : 0)},{i * i % 13}")]);
            await owners.OfferAsync(Plans.Bo, ["id,z", .. Enumerable.Range(0, rows).Reverse().Select(i => $"{i},{z?.Invoke(i) ?? i % 7}")]);
            var job = Job("al", $"- {{test: poisson, response: visits, covariates: [{covariates}]}}", $"{{columns: [{{column: {ranges}}}, {{column: visits, min: 0, max: 5}}]}}");
            return (await owners.RunAsync(owners.Plan(job))).At<JobResult.Analyses>(Plans.Al).Result.Outcomes[0];
        }

        Assert.Equal(AnalysisOutcome.Withheld.Reason, (await With(120, 9)).Reason);
        Assert.Equal(AnalysisOutcome.Withheld.Reason, (await With(90, 60)).Reason);
        Assert.Null((await With(120, 60)).Reason);
        Assert.Equal("A covariate is constant, or a combination of others.", (await With(120, 60, z: i => 2 * (i * i % 13))).Reason);
        Assert.Equal("A covariate is constant, or a combination of others.", (await With(120, 60, z: _ => 7)).Reason);
        Assert.StartsWith("The declared ranges of the columns are so wide", (await With(120, 60, "x, min: 0, max: 90000}, {column: z, min: 0, max: 90000")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_is_no_count_fails_its_owner_and_a_range_that_is_not_declared_is_asked_for()
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, ["id,y,x", "1,-1,3"]);
        await owners.OfferAsync(Plans.Bo, ["id,z", "1,4"]);
        const string Job1 = "- {test: poisson, response: y, covariates: [x, z]}";
        var plan = owners.Plan(Job("al", Job1, "{columns: [{column: x, min: 0, max: 9}, {column: z, min: 0, max: 9}, {column: y, min: -5, max: 9}]}"));
        Assert.Equal(StatisticsErrors.ResponseUnfit, (await Assert.ThrowsAnyAsync<CollabException>(() => owners.RunAsync(plan))).Code);
        var undeclared = Assert.Throws<CollabException>(() => owners.Plan(Job("al", Job1, "{columns: [{column: x, min: 0, max: 9}]}")));
        Assert.Equal(JoinedAnalysisPlanner.TotalsTooWide, undeclared.Code);
        Assert.Contains("'z'", undeclared.Message, StringComparison.Ordinal);
        var explained = Explanation.Of(plan);
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Bo).Learns, learnt => learnt.English.Contains("coefficients after every step", StringComparison.Ordinal));
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Al).Learns, learnt => learnt.English.Contains("6 for each of at most 25 steps", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logistic_regression_asks_for_ranges_and_says_what_is_told()
    {
        using var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, "id,Class,Duration,Age", "1,Bad,3,4");
        await owners.OfferAsync(Plans.Bo, "id,Amount,InstallmentRatePercentage", "1,2,3");
        Assert.Equal(JoinedAnalysisPlanner.TotalsTooWide, Assert.Throws<CollabException>(() => owners.Plan(Job("al", Logistic, "{columns: [{column: Age, min: 0, max: 99}]}"))).Code);
        var explained = Explanation.Of(owners.Plan(Job("al", Logistic, $"{{{LogisticRanges}}}")));
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Bo).Learns, learnt => learnt.English.Contains("coefficients after every step", StringComparison.Ordinal));
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Al).Learns, learnt => learnt.English.Contains("21 for each of at most 25 steps", StringComparison.Ordinal));
    }

    private static string[] Table(string file, params string[] columns)
    {
        var values = columns.Select(column => RVectors.Column(file, column)).ToArray();
        return [string.Join(',', columns), .. Enumerable.Range(0, values[0].Length).Select(row => string.Join(',', values.Select(column => column[row])))];
    }

    private static string Job(string receiver, string analyses, string join) => $"""
        kind: analysis
        purpose: marketing
        uses: 1
        receivers: [{receiver}]
        parties:
          - {"{"}name: al, dataset: table, key: [id]{"}"}
          - {"{"}name: bo, dataset: table, key: [id]{"}"}
        parameters:
          join: {join}
          analyses:
            {analyses.Replace("\n", "\n    ", StringComparison.Ordinal)}
        """;
}

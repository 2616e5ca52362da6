using System.Globalization;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Tests;

/// <summary>Analyses of a join as jobs over real engines: R's findings on a file halved by columns, an owner's rule for such questions, and one that does not answer them.</summary>
public sealed class JoinedAnalysisJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private const string Job = """
        kind: analysis
        purpose: credit-research
        parties:
          - { name: al, dataset: decisions, key: [id] }
          - { name: bo, dataset: incomes, key: [id] }
        receivers: [al]
        parameters:
          join:
            columns:
              - { column: pirat, min: 0, max: 3 }
              - { column: lvrat, min: 0, max: 2 }
          analyses:
            - { test: correlation, x: pirat, y: lvrat }
            - { test: welch, value: pirat, by: { column: deny, levels: ["yes", "no"] } }
            - { test: chi-squared, rows: { column: deny, levels: ["no", "yes"] }, across: { column: afam, levels: ["no", "yes"] } }
        """;

    private const string Rule = """
        approve:
          - name: credit research
            kind: joined-analysis
            dataset: decisions
            requesters: [cy]
            purposes: [credit-research]
            columns: [id, deny, lvrat]
            receivers: [al]
            with: [bo]

        """;

    [Fact]
    public async Task Halves_of_a_file_give_the_findings_that_R_has_of_the_whole()
    {
        await using var study = await StartAsync("");
        Assert.Null(await AskAsync(study));
        var outcomes = Assert.IsType<JobResult.Analyses>(Assert.Single(study[Plans.Al].Seen.Results).Value.Result).Result.Outcomes;
        (string Name, int Outcome, double Value)[] ofR = // tests/vectors/r: pearson, welch-two.sided, chi-squared-2x2
        [
            ("estimate", 0, PearsonEstimate), ("statistic", 1, 5.109853166942087), ("p.value", 1, 5.8077529143224902e-07), ("parameter", 1, 294.47169813409391),
            ("statistic", 2, 98.376277336347172), ("p.value", 2, 3.459791923140998e-23),
        ];
        Assert.All(ofR, entry => Assert.Equal(1, outcomes[entry.Outcome].Findings[0]["", entry.Name] / entry.Value, 1e-9));
        Assert.Empty(study[Plans.Bo].Seen.Results);

        // One row fewer at bo: what matched without it differs from what matched with it by that person, if by anybody.
        var lines = await File.ReadAllLinesAsync(study[Plans.Bo].PathOf("incomes"), TestContext.Current.CancellationToken);
        await study[Plans.Bo].OfferAsync("incomes", [.. lines[..7], .. lines[8..]]);
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Bo), await AskAsync(study));
        Assert.Single(study[Plans.Al].Seen.Results);
    }

    private const double PearsonEstimate = 0.15065478492902393;

    private static async Task<Study> StartAsync(string policyOfBo)
    {
        var rows = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv"), TestContext.Current.CancellationToken)).Select(line => line.Split(',')).ToList();
        static string Rounded(string field) => // with all 16 decimals that R wrote, squares would leave 128 bits
            decimal.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? decimal.Round(value, 12).ToString(CultureInfo.InvariantCulture) : field;
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferAsync("decisions", [.. rows.Select(fields => $"{fields[0]},{fields[1]},{Rounded(fields[4])}"), "M1,yes,0.5"]);
        await study[Plans.Bo].OfferAsync("incomes", [.. rows.Take(1).Concat(rows.Skip(1).Reverse()).Select(fields => $"{fields[0]},{Rounded(fields[2])},{fields[12]}"), "N1,0.25,no"]);
        study[Plans.Al].Policy = ApprovalPolicy.Parse(Rule + "otherwise: refuse\n");
        study[Plans.Bo].Policy = ApprovalPolicy.Parse(Rule.Replace("joined-analysis", "analysis", StringComparison.Ordinal) + policyOfBo + "otherwise: ask\n");
        study.StartAll();
        return study;
    }

    /// <summary>Has the job run, which one owner's rule approves and the other's, for rows side by side, does not; null when all commit, else what all parties say of its end.</summary>
    private static async Task<(string Code, PartyId? Party)?> AskAsync(Study study)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.Contains(Explanation.Of(plan).Notes, note => note.English.Contains("nobody learns it", StringComparison.Ordinal) && note.Chinese.Contains("秘密分享", StringComparison.Ordinal));
        await study[Plans.Cy].Engine.SubmitAsync(plan, None);
        await study[Plans.Bo].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.AwaitsApproval);
        await study[Plans.Bo].Engine.ApproveAsync(plan.Digest, None);
        return await study.EndAsync(plan);
    }
}

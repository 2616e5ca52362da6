using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Tests;

/// <summary>Regressions in rounds as jobs over real engines: what the receiver gets, what is said of it before, and what the ledger of answers makes of a second one.</summary>
public sealed class RegressionJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private const string Job = """
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: loans }
          - { name: bo, dataset: loans }
        receivers: [cy]
        parameters:
          analyses:
            - { test: logistic, response: { column: deny, levels: ["no", "yes"] }, covariates: [pirat, lvrat, chist] }
        """;

    [Fact]
    public async Task A_logistic_regression_of_two_owners_is_that_of_R_and_one_row_more_is_refused()
    {
        var rows = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv"), TestContext.Current.CancellationToken);
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        string[] north = [.. rows.Where((_, i) => i == 0 || i % 3 == 0)];
        await study[Plans.Al].OfferAsync("loans", north[..^1]);
        await study[Plans.Bo].OfferAsync("loans", [.. rows.Where((_, i) => i == 0 || i % 3 != 0), north[^1]]);
        study.StartAll();

        Assert.Null(await AskAsync(study));
        var findings = Assert.IsType<JobResult.Analyses>(Assert.Single(study[Plans.Cy].Seen.Results).Value.Result).Result.Outcomes[0].Findings[0];
        Assert.Equal("Logistic regression", findings.Method);
        Assert.Equal(5.2547073749816571, findings["pirat", "estimate"], 1e-9); // tests/vectors/r, logistic-joint
        Assert.Equal(1496.9820787756041, findings["AIC"], 1e-6);
        Assert.Empty(study[Plans.Al].Seen.Results);

        await study[Plans.Al].OfferAsync("loans", north);
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Al), await AskAsync(study));
    }

    private static async Task<(string Code, PartyId? Party)?> AskAsync(Study study)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Job), None);
        var receiver = Explanation.Of(plan).Parties.Single(party => party.Party == Plans.Cy);
        Assert.Contains(receiver.Learns, text => text.English.Contains("at coefficients that it names", StringComparison.Ordinal) && text.Chinese.Contains("加权和", StringComparison.Ordinal));
        return await study.RunAsync(plan);
    }
}

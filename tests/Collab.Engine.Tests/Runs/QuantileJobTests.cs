using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Tests.Runs;

/// <summary>Quantiles as a job over real engines and ledgers: the result, what people are told before they approve, and the ledger of answers.</summary>
public sealed class QuantileJobTests
{
    private const string Job = """
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        parameters:
          minimum-group: 5
          analyses:
            - { test: median, value: age, by: { column: city, levels: [Bern, Rome, Oslo] } }
            - { test: quantiles, value: age, probabilities: [0.25, 0.5, 0.75], min: -10, max: 19.75 }
            - { test: shape, value: age }
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Quantiles_reach_the_receiver_and_one_row_more_is_refused()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferAsync("visits", Rows(30, "Rome"));
        await study[Plans.Bo].OfferAsync("visits", [.. Rows(21, "Oslo"), "7.5,Bern", ",Bern", "1.5,Rome"]); // without a row in Rome, which covers Bern, it would refuse
        study.StartAll();
        Assert.Null(await AskAsync(study));

        var outcomes = Assert.IsType<JobResult.Analyses>(Assert.Single(study[Plans.Cy].Seen.Results).Value.Result).Result.Outcomes;
        double[] rome = [.. Ages(30), 1.5], oslo = [.. Ages(21)], all = [.. rome, .. oslo, 7.5];
        Assert.Equal(["Quantiles, city = Bern", "Quantiles, city = Rome", "Quantiles, city = Oslo"], outcomes[0].Findings.Select(finding => finding.Method));
        Assert.Equal(["suppressed", "suppressed", "estimate"], outcomes[0].Findings.Select(finding => Assert.Single(finding.Quantities).Name)); // Rome covers Bern
        Assert.Equal(Quantile(oslo, 0.5), outcomes[0].Findings[2]["50%", "estimate"]);
        Assert.Equal([Quantile(all, 0.25), Quantile(all, 0.5), Quantile(all, 0.75), Quantile(all, 0.75) - Quantile(all, 0.25)], outcomes[1].Findings[0].Quantities.Select(quantity => quantity.Value));
        Assert.Empty(study[Plans.Al].Seen.Results);

        await study[Plans.Bo].OfferAsync("visits", [.. Rows(22, "Oslo"), "7.5,Bern", ",Bern", "1.5,Rome"]);
        Assert.Equal((DisclosureErrors.TooClose.Name, Plans.Bo), await AskAsync(study));
    }

    [Fact]
    public async Task The_approval_says_that_values_of_rows_come_out_and_that_owners_learn_them()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferAsync("visits", Rows(30, "Rome"));
        await study[Plans.Bo].OfferAsync("visits", Rows(21, "Oslo"));
        study.StartAll();
        var explanation = Explanation.Of(await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Job), None));
        Assert.Contains("exact quantiles of age at 0.25, 0.5, 0.75, all rows from -10", explanation.Question.English, StringComparison.Ordinal);
        Assert.Contains(explanation.Notes, note => note.English.Contains("in 38 rounds", StringComparison.Ordinal));
        foreach (var owner in explanation.Parties.Where(party => party.Party != Plans.Cy))
            Assert.Equal(2, owner.Learns.Count(text => text.English.Contains("each is a value of a row", StringComparison.Ordinal)));
    }

    private static string[] Rows(int count, string city) => ["age,city", .. Ages(count).Select(age => FormattableString.Invariant($"{age:0.0},{city}"))];

    private static IEnumerable<double> Ages(int count) => Enumerable.Range(0, count).Select(i => ((i * 37 % 60) - 20) / 2.0);

    private static double Quantile(double[] values, double probability)
    {
        double[] sorted = [.. values.Order()];
        var h = (sorted.Length - 1) * probability;
        var below = (int)h;
        return sorted[below] + ((h - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    /// <summary>Has the job approved and run; null when all commit, else what all parties say of its end.</summary>
    private static async Task<(string Code, PartyId? Party)?> AskAsync(Study study)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Job), None);
        return await study.RunAsync(plan);
    }
}

using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Runs;

/// <summary>Rank tests of values as a job of two and three owners: the result, what the approval says, and what is refused.</summary>
public sealed class RankJobTests
{
    private const string Analyses = """
        parameters:
          minimum-group: 4
          analyses:
            - { test: mann-whitney, value: dose, by: { column: arm, levels: [a, b] } }
            - { test: spearman, x: dose, y: age }
        """;

    private const string OfTwo = $$"""
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: table }
          - { name: bo, dataset: table }
        receivers: [cy]
        {{Analyses}}
        """;

    private const string OfTwoDealt = """
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: table }
          - { name: bo, dataset: table }
        receivers: [cy]
        parameters:
          minimum-group: 4
          analyses:
            - { test: mann-whitney, value: dose, by: { column: arm, levels: [a, b] }, dealer: receiver }
            - { test: spearman, x: dose, y: age, dealer: receiver }
        """;

    private const string OfThree = $$"""
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: table }
          - { name: bo, dataset: table }
          - { name: cy, dataset: table }
        receivers: [cy]
        {{Analyses}}
        """;

    [Theory, InlineData(OfTwo), InlineData(OfTwoDealt), InlineData(OfThree)]
    public async Task Ranks_go_over_the_rows_of_all_owners_and_only_the_receiver_is_told(string job)
    {
        using var owners = new TwoOwners();
        string[] rows = ["1.5,a,30", "2.25,a,41", "3,b,28", "4.5,b,60", "5,a,33", "6,b,47", "7.5,b,52", "8,a,39", ",a,", "9,b,50"];
        if (job == OfThree)
        {
            await owners.OfferAsync(Plans.Al, ["dose,arm,age", .. rows[..3]]);
            await owners.OfferAsync(Plans.Bo, ["dose,arm,age", .. rows[3..7]]);
            await owners.OfferAsync(Plans.Cy, ["dose,arm,age", .. rows[7..]]);
        }
        else
        {
            await owners.OfferAsync(Plans.Al, ["dose,arm,age", .. rows[..3]]);
            await owners.OfferAsync(Plans.Bo, ["dose,arm,age", .. rows[3..]]);
        }

        var plan = owners.Plan(job);
        var run = await owners.RunAsync(plan);
        var outcomes = run.At<JobResult.Analyses>(Plans.Cy).Result.Outcomes;

        // a has the ranks 1, 2, 5 and 8 of nine: 16 - 10. By hand; R: wilcox.test(c(1.5, 2.25, 5, 8), c(3, 4.5, 6, 7.5, 9))$statistic.
        Assert.Equal(6, Assert.Single(outcomes[0].Findings)["statistic"]);

        // Σ d² = 1 + 9 + 4 + 25 + 4 + 0 + 1 + 16 + 4 of nine rows: 1 - 6 * 64 / 720.
        Assert.Equal(1 - (6.0 * 64 / 720), Assert.Single(outcomes[1].Findings)["estimate"], 12);
        var cost = Explanation.Of(plan).Cost;
        Assert.InRange(cost.Bytes / (double)run.Bytes, 0.9, 2); // said for as many rows as the bands allow
    }

    [Fact]
    public async Task The_approval_says_who_must_not_collude_and_what_is_told()
    {
        using var owners = new TwoOwners();
        foreach (var owner in new[] { Plans.Al, Plans.Bo, Plans.Cy }) await owners.OfferAsync(owner, "dose,arm,age", "1.5,a,30");
        var two = Explanation.Of(owners.Plan(OfTwo));
        Assert.Contains(two.Notes, note => note.English.Contains("by oblivious transfer", StringComparison.Ordinal));
        Assert.Contains(two.Parties.Single(p => p.Party == Plans.Cy).Learns, told => told.English.Contains("the rank sum of each group", StringComparison.Ordinal));
        Assert.Contains(two.Parties.Single(p => p.Party == Plans.Bo).Learns, told => told.English.Contains("rounded up to a multiple of 16", StringComparison.Ordinal));
        var dealt = Explanation.Of(owners.Plan(OfTwoDealt));
        Assert.Contains("cy deals the random numbers", dealt.Adversary.English, StringComparison.Ordinal);
        Assert.True(dealt.Cost.Bytes * 10 < two.Cost.Bytes);
        var three = Explanation.Of(owners.Plan(OfThree));
        Assert.Contains("no two of the three owners collude", three.Adversary.English, StringComparison.Ordinal);
        Assert.Contains(three.Parties.Single(p => p.Party == Plans.Cy).Learns, told => told.English.Contains("each other owner ranks", StringComparison.Ordinal));
    }
}

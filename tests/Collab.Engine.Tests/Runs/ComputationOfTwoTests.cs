using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;

namespace Collab.Engine.Tests.Runs;

/// <summary>A program of two parties as a job: the engine of two, what the approval says of it, and what is refused.</summary>
public sealed class ComputationOfTwoTests
{
    private const string Job = """
        kind: computation
        purpose: cohort-study
        parties:
          - { name: al, dataset: table }
          - { name: bo, dataset: table }
        receivers: [al]
        parameters:
          inputs:
            - { name: price, column: price, min: 0, max: 1000 }
          program: |
            open winner = at_max(price, party)
            best = top(price, 2)
            open paid = best[2]
        """;

    [Fact]
    public async Task Two_parties_compute_and_only_the_receiver_is_told()
    {
        using var owners = await OwnersAsync();
        var plan = owners.Plan(Job);
        var run = await owners.RunAsync(plan);
        var opened = run.At<JobResult.Computation>(Plans.Al).Values;
        Assert.Equal(["2", "850.00"], opened.SelectMany(value => value.Texts));
        var cost = Explanation.Of(plan).Cost;
        Assert.InRange(cost.Bytes / (double)run.Bytes, 0.5, 20); // said for as many rows as the bands allow
    }

    [Fact]
    public async Task Rows_that_a_filter_leaves_out_are_not_there()
    {
        using var owners = await OwnersAsync();
        var plan = owners.Plan(Job.Replace("{ name: bo, dataset: table }", "{ name: bo, dataset: table, where: \"price < 900\" }", StringComparison.Ordinal));
        var run = await owners.RunAsync(plan);
        Assert.Equal(["1", "120.50"], run.At<JobResult.Computation>(Plans.Al).Values.SelectMany(value => value.Texts));
        var explanation = Explanation.Of(plan);
        Assert.Contains(explanation.Parties.Single(party => party.Party == Plans.Bo).Sends, text => text.English == "takes only its rows where price < 900");
        Assert.Contains(explanation.Notes, note => note.English.Contains("No ledger compares", StringComparison.Ordinal) && note.Chinese.Contains("没有账本", StringComparison.Ordinal));

        var none = owners.Plan(Job.Replace("{ name: bo, dataset: table }", "{ name: bo, dataset: table, where: \"price > 5000\" }", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<CollabException>(() => owners.RunAsync(none));
        Assert.Equal(("data.rows-too-few", Plans.Bo), (refused.Code.Name, refused.Party));
    }

    [Fact]
    public async Task The_approval_says_that_there_is_no_third_party_and_a_plan_against_a_deviating_one_is_refused()
    {
        using var owners = await OwnersAsync();
        Assert.Contains("by oblivious transfer", Explanation.Of(owners.Plan(Job)).Adversary.English, StringComparison.Ordinal);
        var refused = Assert.Throws<CollabException>(() => owners.Plan(Job + "\nsecurity: malicious\n"));
        Assert.Contains("has three", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_two_made_ahead_is_used_first_and_the_approval_says_how_much()
    {
        using var owners = await OwnersAsync();
        var plan = owners.Plan(Job);
        var online = await owners.RunAsync(plan);
        Assert.Contains("have made none ahead", Note(), StringComparison.Ordinal);

        await owners.PrepareAsync(Plans.Al, Plans.Bo, new TripleStock(1, 1));
        Assert.Contains("From store, made ahead by al and bo", Note(), StringComparison.Ordinal);
        var run = await owners.RunAsync(plan);
        Assert.Equal(["2", "850.00"], run.At<JobResult.Computation>(Plans.Al).Values.SelectMany(value => value.Texts));
        Assert.True(run.Bytes < online.Bytes / 2);
        Assert.Equal(default, owners.PreparedOf(Plans.Al).StockWith(Plans.Bo));
        Assert.Empty(PreparedExplanation.NotesOn(plan, Plans.Cy, owners.PreparedOf(Plans.Cy)));

        string Note() => Assert.Single(PreparedExplanation.NotesOn(plan, Plans.Al, owners.PreparedOf(Plans.Al))).English;
    }

    [Fact]
    public async Task A_third_party_deals_to_the_two_and_is_told_nothing()
    {
        using var owners = await OwnersAsync();
        var plan = owners.Plan(Job + "\n  dealer: cy\n");
        Assert.Equal([Plans.Al, Plans.Bo, Plans.Cy], plan.Parties);
        var run = await owners.RunAsync(plan);
        Assert.Equal(["2", "850.00"], run.At<JobResult.Computation>(Plans.Al).Values.SelectMany(value => value.Texts));
        Assert.Null(run.Results[Plans.Cy]);

        var explanation = Explanation.Of(plan);
        Assert.Contains("cy deals the random numbers of every product and is trusted", explanation.Adversary.English, StringComparison.Ordinal);
        Assert.Contains(explanation.Parties.Single(p => p.Party == Plans.Cy).Learns, learnt => learnt.English.EndsWith("no value", StringComparison.Ordinal));
        Assert.True(explanation.Cost.Bytes < Explanation.Of(owners.Plan(Job)).Cost.Bytes / 5);
        Assert.NotEqual(((ComputationQuestion)plan.Question).ProgramDigest, ((ComputationQuestion)owners.Plan(Job).Question).ProgramDigest); // a policy that trusts nobody does not trust the dealer
    }

    [Theory]
    [InlineData("dealer: al", "brings no rows")]
    [InlineData("dealer: dan", "'dan' is not a party of the consortium")]
    public async Task A_dealer_with_rows_or_from_elsewhere_is_refused(string dealer, string rule)
    {
        using var owners = await OwnersAsync();
        Assert.Contains(rule, Assert.Throws<CollabException>(() => owners.Plan($"{Job}\n  {dealer}\n")).Message, StringComparison.Ordinal);
    }

    private static async Task<TwoOwners> OwnersAsync()
    {
        var owners = new TwoOwners();
        await owners.OfferAsync(Plans.Al, "price", "120.50", "850.00", "3.25");
        await owners.OfferAsync(Plans.Bo, "price", "900.75", "17.00");
        return owners;
    }
}

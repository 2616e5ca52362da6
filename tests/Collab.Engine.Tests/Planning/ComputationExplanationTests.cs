using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Planning;

/// <summary>What is said of a computation before anybody approves it.</summary>
public sealed class ComputationExplanationTests
{
    private static readonly Plan Auction = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy) with
    {
        Protocol = "joint-program/1",
        Question = new ComputationQuestion([new ComputationInput("price", "age", null, 2, 0, 12_050)], SkipsMissing: false, "open winner = at_max(price, party)\nopen prices = sort(price)"),
        Inputs = [.. new[] { Plans.Al, Plans.Bo, Plans.Cy }.Select(owner => Plans.Statistics(Plans.Al, owner == Plans.Al ? Plans.Bo : owner, Plans.Cy).InputOf(owner)!)],
    };

    [Fact]
    public void The_program_its_ranges_and_what_is_opened_to_whom_are_said()
    {
        var explanation = Explanation.Of(Auction);
        Assert.Contains("open winner = at_max(price, party)", explanation.Question.English, StringComparison.Ordinal);
        Assert.Contains(explanation.Notes, n => n.English.Contains("from 0 to 120.5", StringComparison.Ordinal));
        Assert.Contains(explanation.Notes, n => n.English.Contains(((ComputationQuestion)Auction.Question).ProgramDigest.ToString(), StringComparison.Ordinal));
        Assert.Equal(["how many rows the others have", "'winner'", "'prices', a value for every row"], explanation.Parties.Single(p => p.Party == Plans.Cy).Learns.Select(l => l.English));
        Assert.Equal(["how many rows the others have"], explanation.Parties.Single(p => p.Party == Plans.Bo).Learns.Select(l => l.English));
        Assert.True(explanation.Cost is { Bytes: > 1000, Messages: > 20, Seconds: > 0.5, AreUpperBounds: true });
        Assert.True(Explanation.Of(Auction with { Security = SecurityModel.Malicious }).Cost.Bytes > explanation.Cost.Bytes);
    }
}

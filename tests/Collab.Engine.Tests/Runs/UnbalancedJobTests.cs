using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Runs;

/// <summary>Jobs with <c>protocol: unbalanced</c>: one owner asks for a few keys among many of another (protocols/specs/intersection.md).</summary>
public sealed class UnbalancedJobTests : IDisposable
{
    private readonly TwoOwners _owners = new();

    public void Dispose() => _owners.Dispose();

    [Fact]
    public async Task Rows_are_told_as_explained()
    {
        await _owners.OfferAsync(Plans.Al, [.. Enumerable.Range(290, 20).Select(i => $"k{i}").Prepend("id")]);
        await _owners.OfferAsync(Plans.Bo, [.. Enumerable.Range(0, 300).Select(i => $"k{i}").Prepend("id")]);
        var plan = _owners.Plan(Job("[al]", "reveal: rows", 20, 300));
        Assert.Equal(IntersectionProtocol.UnbalancedName, plan.Protocol);
        var run = await _owners.RunAsync(plan);
        Assert.Equal(Enumerable.Range(1, 10).Select(row => (long)row), run.At<JobResult.Intersection>(Plans.Al).Matches.Select(m => m.Row));
        var explanation = Explanation.Of(plan);
        Assert.Equal((run.Messages, run.Bytes), (explanation.Cost.Messages, explanation.Cost.Bytes));
        Assert.Contains(explanation.Notes, note => note.English.Contains("power of two", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Columns_are_told_for_matches_alone()
    {
        await _owners.OfferAsync(Plans.Al, "id", "b", "z", "a");
        await _owners.OfferAsync(Plans.Bo, "class,id,score", "fraud,b,1.50", "late,x,2.25", ",a,-0.25");
        var run = await _owners.RunAsync(_owners.Plan(Job("[al]", "reveal: join, columns: [score, class]", 3, 3)));
        Assert.Equal(
            ["1: 1.50, fraud", "3: -0.25, none"],
            run.At<JobResult.Join>(Plans.Al).Rows.Select(row => $"{row.Matched.Row}: {string.Join(", ", row.Joined.Select(value => value ?? "none"))}"));
    }

    [Fact]
    public async Task A_job_of_several_runs_keeps_what_was_prepared()
    {
        await _owners.OfferAsync(Plans.Al, "id", "k3", "x");
        await _owners.OfferAsync(Plans.Bo, "id", "k1", "k2", "k3");
        var plan = _owners.Plan(Job("[al]", "reveal: rows", 2, 3) + "\nuses: 3");
        DateTime? written = null;
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal([1L], (await _owners.RunAsync(plan)).At<JobResult.Intersection>(Plans.Al).Matches.Select(m => m.Row));
            var kept = Assert.Single(Directory.EnumerateFiles(_owners.StandingOf(Plans.Bo), "*", SearchOption.AllDirectories));
            Assert.Equal(written ?? File.GetLastWriteTimeUtc(kept), File.GetLastWriteTimeUtc(kept)); // nothing changed, so nothing was written again
            written = File.GetLastWriteTimeUtc(kept);
        }
    }

    [Fact]
    public async Task Empty_tables_match_nothing()
    {
        await _owners.OfferAsync(Plans.Al, "id");
        await _owners.OfferAsync(Plans.Bo, "id");
        Assert.Empty((await _owners.RunAsync(_owners.Plan(Job("[al]", "reveal: rows", 1, 1)))).At<JobResult.Intersection>(Plans.Al).Matches);
    }

    [Theory]
    [InlineData("[al, bo]", "rows"), InlineData("[al]", "differences"), InlineData("[al]", "cardinality")]
    public async Task What_it_does_not_do_is_refused_before_a_plan(string receivers, string reveal)
    {
        await _owners.OfferAsync(Plans.Al, "id", "b");
        await _owners.OfferAsync(Plans.Bo, "id", "b");
        Assert.ThrowsAny<CollabException>(() => _owners.Plan(Job(receivers, $"reveal: {reveal}", 1, 1)));
    }

    private static string Job(string receivers, string parameters, int al, int bo) => $$"""
        kind: intersection
        purpose: test
        parties: [{ name: al, dataset: table, key: id, rows: {{al}} }, { name: bo, dataset: table, key: id, rows: {{bo}} }]
        receivers: {{receivers}}
        parameters: { {{parameters}}, protocol: unbalanced }
        security: semi-honest
        """;
}

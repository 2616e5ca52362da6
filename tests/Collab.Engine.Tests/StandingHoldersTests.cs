using Collab.Engine.Datasets;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests;

/// <summary>A standing job that asks who holds a record, over real engines and ledgers: the duplicate invoice.</summary>
public sealed class StandingHoldersTests
{
    private const string Job = """
        kind: intersection
        purpose: duplicate-invoice
        parties:
          - { name: al, dataset: asked, key: [code, number], rows: 2 }
          - { name: bo, dataset: financed, key: [code, number] }
          - { name: cy, dataset: financed, key: [code, number] }
        receivers: [al]
        parameters: { reveal: holders, blank: fail }
        uses: 6
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Each_check_tells_who_holds_the_record_spends_a_use_and_follows_the_lists()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        study.StartAll();
        await study[Plans.Al].AskAsync("044", "77");
        await study[Plans.Bo].OfferAsync("financed", "code,number,holder", "044,12,x", "045,b77,x");
        await study[Plans.Cy].OfferAsync("financed", "number,code", "12,044", "c99,044");
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job), None);
        await study[Plans.Al].Engine.SubmitAsync(plan, None);
        foreach (var owner in plan.Owners)
        {
            await study[owner].Seen.WhenAsync(JobEventKind.AwaitsApproval);
            await study[owner].Engine.ApproveAsync(plan.Digest, None);
        }

        Assert.Equal(["044+77 by "], await EndAsync((await study[Plans.Al].Seen.WhenAsync(e => e.Run is not null)).Run!.Value));
        await study[Plans.Al].AskAsync("044", "12");
        Assert.Equal(["044+12 by bo cy"], await RunAsync());
        await study[Plans.Al].OfferAsync("asked", "code,number", "044,c99", "045,b77");
        Assert.Equal(["044+c99 by cy", "045+b77 by bo"], await RunAsync());
        await study[Plans.Bo].OfferAsync("financed", "code,number", "044,c99");
        Assert.Equal(["044+c99 by bo cy", "045+b77 by "], await RunAsync());

        await study[Plans.Al].OfferAsync("asked", "code,number", "044,c99", "045,b77", "046,d1");
        var tooMany = await study[Plans.Al].Engine.StartRunAsync(plan.Digest, None);
        Assert.Equal("run.records-unsuited", (await study[Plans.Bo].Seen.WhenAsync(e => e.Run == tooMany && e.Kind == JobEventKind.Aborted)).Fault!.Code);
        await study[Plans.Al].Seen.WhenAsync(e => e.Run == tooMany && e.Kind == JobEventKind.Aborted);

        await study[Plans.Al].AskAsync("044", "12");
        Assert.Equal(["044+12 by cy"], await RunAsync());
        await study[Plans.Al].WhenLedgerAsync(plan.Digest, page => page.UsesSpentBy(Plans.Cy) == 6);
        Assert.Equal("grant.used-up", (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Al].Engine.StartRunAsync(plan.Digest, None))).Code.Name);

        async Task<IEnumerable<string>> RunAsync() => await EndAsync(await study[Plans.Al].Engine.StartRunAsync(plan.Digest, None));

        async Task<IEnumerable<string>> EndAsync(Digest run)
        {
            foreach (var party in plan.Parties)
            {
                var end = await study[party].Seen.WhenAsync(e => e.Run == run && e.Kind is JobEventKind.Aborted or JobEventKind.Committed);
                Assert.True(end.Kind == JobEventKind.Committed, $"{party}: {end.Fault?.Code} {end.Fault?.Message}");
            }

            var result = Assert.IsType<JobResult.Holders>(JobResult.Decode(study[Plans.Al].Seen.Results[run].Result.Encode()));
            Assert.Equal([Plans.Bo, Plans.Cy], result.Owners);
            Assert.Empty(study[Plans.Bo].Seen.Results);
            return result.Rows.Select(r => $"{string.Join('+', r.Asked.Key)} by {string.Join(' ', r.By)}");
        }
    }

    [Theory]
    [InlineData("receivers: [al]", "receivers: [al, bo]", "plan.parties-unsuited")]
    [InlineData("blank: fail }", "blank: fail, at-least: 2 }", "plan.parties-unsuited")]
    [InlineData("blank: fail }", "duplicate: all }", "plan.parties-unsuited")]
    [InlineData("rows: 2", "rows: 1025", "plan.parties-unsuited")]
    [InlineData("uses: 6", "security: malicious", "plan.protocol-unsuited")]
    [InlineData("blank: fail }", "protocol: rr22 }", "plan.protocol-unsuited")]
    public async Task What_a_check_cannot_do_is_refused_at_planning(string correct, string wrong, string code)
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        study.StartAll();
        await study[Plans.Al].AskAsync("044", "77");
        await study[Plans.Bo].OfferAsync("financed", "code,number", "044,12");
        await study[Plans.Cy].OfferAsync("financed", "code,number", "044,12");
        var text = Job.Replace(correct, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Job, text);
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(text), None))).Code.Name);
    }

    [Fact]
    public async Task The_explanation_says_what_each_learns_in_both_languages_and_no_record()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        study.StartAll();
        await study[Plans.Al].AskAsync("044", "CanaryNumber");
        await study[Plans.Bo].OfferAsync("financed", "code,number", "044,12");
        await study[Plans.Cy].OfferAsync("financed", "code,number", "044,12");
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.Equal(-1, plan.Encode().AsSpan().IndexOf("CanaryNumber"u8));
        Assert.All(plan.Inputs, input => Assert.True(input.IsStanding));
        var explained = Explanation.Of(plan);
        var al = explained.Parties.Single(p => p.Party == Plans.Al).Learns;
        var bo = explained.Parties.Single(p => p.Party == Plans.Bo).Learns;
        Assert.Contains(al, text => text.English.Contains("which of bo, cy hold it", StringComparison.Ordinal) && text.Chinese.Contains("哪些持有", StringComparison.Ordinal));
        Assert.Equal(
            ["when al asks, and for how many records", "nothing of the records that are asked for, nor what was answered"], bo.Select(text => text.English));
        Assert.Contains(explained.Notes, note => note.English.Contains("6 runs of at most 2 records", StringComparison.Ordinal));
        Assert.True(explained.Cost is { Messages: > 0, Bytes: > 0, Seconds: > 0 });
    }
}

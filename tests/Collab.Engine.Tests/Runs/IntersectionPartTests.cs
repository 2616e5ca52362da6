using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Engine.Tests.Runs;

/// <summary>What the receivers of an intersection are told, for every way of telling, run for real between two owners.</summary>
public sealed class IntersectionPartTests : IDisposable
{
    private readonly TwoOwners _owners = new();

    public void Dispose() => _owners.Dispose();

    [Theory]
    [InlineData("protocol: ecdh", "semi-honest")]
    [InlineData("protocol: rr22", "semi-honest")]
    [InlineData("protocol: auto", "malicious")]
    public async Task By_several_keys_a_row_matches_by_any_and_is_told_by_which(string parameters, string security)
    {
        await PeopleAsync();
        var run = await RunAsync("keys: [[id], [name, born]]", "[al, bo]", parameters, security);
        var al = run.At<JobResult.LinkedRows>(Plans.Al);
        Assert.Equal(["id", "name+born"], al.Keys.Select(key => string.Join('+', key)));
        Assert.Equal(["1 1,ann,1990 by 1 2", "2 2,bo,1991 by 2", "4 4,di,1993 by 1"], al.Rows.Select(Show));
        Assert.Equal(["1 4,dieter,1993 by 1", "2 1,ann,1990 by 1 2", "3 ,bo,1991 by 2"], run.At<JobResult.LinkedRows>(Plans.Bo).Rows.Select(Show));
    }

    [Fact]
    public async Task A_key_of_several_rows_stands_for_the_first_or_for_all_of_the_receivers()
    {
        await _owners.OfferAsync(Plans.Al, "id", "a", "b", "a", "c", "A");
        await _owners.OfferAsync(Plans.Bo, "id", "a", "a", "x");
        Assert.Equal([1L], await RowsAsync("duplicate: first"));
        Assert.Equal([1L, 3L, 5L], await RowsAsync("duplicate: all"));

        async Task<IEnumerable<long>> RowsAsync(string parameters) =>
            (await RunAsync("key: id", "[al]", parameters, "semi-honest")).At<JobResult.Intersection>(Plans.Al).Matches.Select(m => m.Row);
    }

    [Theory]
    [InlineData("protocol: ecdh", "semi-honest")]
    [InlineData("protocol: rr22", "semi-honest")]
    [InlineData("protocol: auto", "malicious")]
    public async Task Differences_are_the_same_breaks_on_both_sides_and_foreign_rows_only_a_number(string parameters, string security)
    {
        await _owners.OfferAsync(Plans.Al, "ref,amount,status", "t1,100,ok", "t2,200,ok", "t3,300,ok", "t4,400,ok", "t5,500,ok");
        await _owners.OfferAsync(Plans.Bo, "ref,amount,status", "t2,200,ok", "t3,301,ok", "t4,400,late", "t1,100,ok", "t6,600,ok", "t7,700,ok");
        var run = await RunAsync("keys: [[ref], [ref, amount], [ref, status]]", "[al, bo]", "reveal: differences, " + parameters, security);
        var (al, bo) = (run.At<JobResult.Differences>(Plans.Al), run.At<JobResult.Differences>(Plans.Bo));
        Assert.Equal(["3 t3,300,ok by 1 3", "4 t4,400,ok by 1 2", "5 t5,500,ok by "], al.Rows.Select(Show));
        Assert.Equal(["2 t3,301,ok by 1 3", "3 t4,400,late by 1 2", "5 t6,600,ok by ", "6 t7,700,ok by "], bo.Rows.Select(Show));
        Assert.Equal([new KeyCounts(5, 4, 6), new KeyCounts(5, 3, 6), new KeyCounts(5, 3, 6)], al.Counts);
        Assert.Equal(al.Counts.Select(c => new KeyCounts(c.There, c.Matched, c.Here)), bo.Counts);
        var shared = al.Rows.Where(r => r.By.Contains(1)).Select(r => $"{r.Values[0]} {string.Join(' ', r.By)}");
        Assert.Equal(shared, bo.Rows.Where(r => r.By.Contains(1)).Select(r => $"{r.Values[0]} {string.Join(' ', r.By)}"));
    }

    [Theory]
    [InlineData("first", "semi-honest")]
    [InlineData("all", "malicious")]
    public async Task A_join_tells_columns_of_the_other_owner_for_matches_alone(string duplicate, string security)
    {
        await _owners.OfferAsync(Plans.Al, "id,name", "a,Ann", "b,Bob", "A,Abe", "c,Cy");
        await _owners.OfferAsync(Plans.Bo, "class,id,since,score", "fraud,b,2020,1.50", "late,x,2021,2.25", ",a,,-0.25", "again,b,2022,9.00");
        var run = await RunAsync("key: id", "[al]", $"reveal: join, columns: [score, class, since], duplicate: {duplicate}", security);
        var join = run.At<JobResult.Join>(Plans.Al);
        Assert.Equal((Plans.Bo, "score+class+since", "id"), (join.Of, string.Join('+', join.Columns), Assert.Single(Assert.Single(join.Keys))));
        List<string> expected = ["1 a: -0.25, none, none", "2 b: 1.50, fraud, 2020"];
        if (duplicate == "all") expected.Add("3 a: -0.25, none, none");
        Assert.Equal(expected, join.Rows.Select(ShowJoined));
    }

    [Theory]
    [InlineData("[al]", "bo")]
    [InlineData("[bo]", "bo")]
    [InlineData("[al, bo]", "al")]
    public async Task Aggregates_over_the_matches_are_exact_and_rows_without_a_value_do_not_count(string receivers, string of)
    {
        await _owners.OfferAsync(Plans.Al, [.. Enumerable.Range(0, 40).Select(i => $"k{i},{i}.25,{(i % 10 == 3 ? "" : $"{i}")}").Prepend("id,amount,age")]);
        await _owners.OfferAsync(Plans.Bo, [.. Enumerable.Range(20, 40).Select(i => $"k{i},{i}.25,{(i % 10 == 3 ? "" : $"{i}")}").Prepend("id,amount,age")]);
        var run = await RunAsync("key: id", receivers, $"reveal: aggregates, of: {of}, columns: [amount, age], statistics: [count, sum, mean, variance], minimum: 18", "semi-honest");
        foreach (var result in run.Results.Values.OfType<JobResult>())
        {
            var rows = Assert.IsType<JobResult.Statistics>(result).Table.Rows().ToList();
            Assert.Equal(["20", "595.00", "29.75", "35"], rows.Where(r => r.Measure == "amount").Select(r => r.Value));
            Assert.Equal(["18", "534"], rows.Where(r => r.Measure == "age").Take(2).Select(r => r.Value)); // 590 − 23 − 33
        }
    }

    [Fact]
    public async Task Aggregates_over_fewer_matches_than_the_minimum_are_withheld()
    {
        await _owners.OfferAsync(Plans.Al, [.. Enumerable.Range(0, 40).Select(i => $"k{i}").Prepend("id")]);
        await _owners.OfferAsync(Plans.Bo, [.. Enumerable.Range(31, 40).Select(i => $"k{i},{i}").Prepend("id,amount")]);
        var run = await RunAsync("key: id", "[al, bo]", "reveal: aggregates, of: bo, columns: amount, statistics: [sum], minimum: 10", "semi-honest");
        Assert.All([Plans.Al, Plans.Bo], party => Assert.True(Assert.Single(run.At<JobResult.Statistics>(party).Table.Cells).Withheld));
    }

    [Fact]
    public async Task A_join_by_several_keys_tells_the_columns_by_the_first_that_matches()
    {
        await PeopleAsync();
        await _owners.OfferAsync(Plans.Bo, "id,name,born,note", "4,Dieter,1993,four", "1,Nobody,1990,one", "7,Ann,1990,seven", ",Bo,1991,nine");
        var run = await RunAsync("keys: [[id], [name, born]]", "[al]", "reveal: join, columns: note", "semi-honest");
        Assert.Equal(
            ["1 1+ann+1990: one by 1 2", "2 2+bo+1991: nine by 2", "4 4+di+1993: four by 1"],
            run.At<JobResult.Join>(Plans.Al).Rows.Select(r => $"{ShowJoined(r)} by {string.Join(' ', r.Matched.By)}"));
    }

    private static string ShowJoined(JoinedRow row) =>
        $"{row.Matched.Row} {string.Join('+', row.Matched.Values)}: {string.Join(", ", row.Joined.Select(v => v ?? "none"))}";

    [Theory]
    [InlineData("[al]", 2)]
    [InlineData("[bo]", 2)]
    [InlineData("[al, bo]", 2)]
    public async Task A_number_of_matches_is_all_that_is_told(string receivers, int count)
    {
        await _owners.OfferAsync(Plans.Al, "id", "a", "b", "c", "B");
        await _owners.OfferAsync(Plans.Bo, "id", "x", "c", "b");
        var run = await RunAsync("key: id", receivers, "reveal: cardinality", "semi-honest");
        Assert.All(run.Results.Values.OfType<JobResult>(), result => Assert.Equal(new JobResult.Cardinality(count), result));
    }

    [Fact]
    public async Task Sets_that_share_nothing_or_are_empty_give_empty_results_to_both()
    {
        await _owners.OfferAsync(Plans.Al, "id", "a");
        await _owners.OfferAsync(Plans.Bo, "id", "b");
        Assert.Empty((await RunAsync("key: id", "[al, bo]", "trim: true", "semi-honest")).At<JobResult.Intersection>(Plans.Bo).Matches);
        await _owners.OfferAsync(Plans.Bo, "id");
        Assert.Empty((await RunAsync("key: id", "[al, bo]", "trim: true", "semi-honest")).At<JobResult.Intersection>(Plans.Al).Matches);
    }

    [Theory]
    [InlineData("0000000000000000", false)] // one count where there are two keys
    [InlineData("00000000000000000000000000000080", false)] // a negative count
    [InlineData("000000000000000000", false)] // no whole counts
    [InlineData("05000000000000000500000000000000", true)]
    public void Counts_are_as_many_as_the_keys_and_not_negative(string payload, bool areCounts)
    {
        var bytes = Convert.FromHexString(payload);
        try
        {
            Assert.Equal(areCounts, KeyCountsMessage.Decode(bytes).Counts.Count == 2);
        }
        catch (MalformedException)
        {
            Assert.False(areCounts);
        }
    }

    [Theory]
    [InlineData("[al]", "rows", "semi-honest")]
    [InlineData("[bo]", "rows", "semi-honest")]
    [InlineData("[al, bo]", "rows", "semi-honest")]
    [InlineData("[al, bo]", "differences", "semi-honest")]
    [InlineData("[bo]", "cardinality", "semi-honest")]
    [InlineData("[al, bo]", "cardinality", "semi-honest")]
    [InlineData("[al]", "rows", "malicious")]
    [InlineData("[al, bo]", "rows", "malicious")]
    [InlineData("[al]", "join", "malicious")]
    [InlineData("[al]", "join", "semi-honest")]
    public async Task What_is_explained_for_the_said_rows_is_what_passes(string receivers, string reveal, string security)
    {
        // All keys match, so that what is told to both is as much as it can be.
        await _owners.OfferAsync(Plans.Al, [.. Enumerable.Range(0, 60).Select(i => $"k{i}").Prepend("id")]);
        await _owners.OfferAsync(Plans.Bo, [.. Enumerable.Range(0, 60).Select(i => $"k{i}").Prepend("id")]);
        foreach (var protocol in IntersectionProtocol.All.Where(p => // streamed ones are of other sizes; unbalanced ones have tests of their own
            p.Does(QuestionOf(reveal), SecurityOf(security), 2) && p.Name is not (IntersectionProtocol.StreamedVoleName or IntersectionProtocol.UnbalancedName)))
        {
            var word = protocol.Family.ToString().ToLowerInvariant();
            var plan = _owners.Plan(Job("key: id, rows: 60", receivers, $"reveal: {reveal}{(reveal == "join" ? ", columns: id" : "")}, protocol: {word}", security));
            var run = await _owners.RunAsync(plan);
            var cost = Explanation.Of(plan).Cost;
            Assert.Equal((protocol.Name, false), (plan.Protocol, cost.AreUpperBounds));
            Assert.InRange(cost.Bytes, 0.75 * run.Bytes, 1.25 * run.Bytes);
            if (protocol.Family == ProtocolChoice.Ecdh) Assert.Equal((run.Messages, run.Bytes), (cost.Messages, cost.Bytes)); // of RR22 the vector OLE and labels are estimated
        }
    }

    [Fact]
    public async Task A_full_disk_of_the_other_owner_is_told_as_the_others_and_not_as_ones_own()
    {
        await PeopleAsync();
        var full = new CollabException(SpillFolder.Failed, "The disk of al did not take what the run sets aside.", Plans.Al, RunSteps.Read);
        _owners.Failing = self => self == Plans.Al ? full : null;
        var plan = _owners.Plan(Job($"key: id, rows: {IntersectionProtocol.LargestInMemory + 1}", "[bo]", "protocol: rr22", "semi-honest"));
        Assert.Equal(IntersectionProtocol.StreamedVoleName, plan.Protocol);
        await Assert.ThrowsAsync<CollabException>(() => _owners.RunAsync(plan));
        var heard = Assert.IsType<AbortedByPeerException>(_owners.Failures[Plans.Bo]);
        Assert.Equal((SpillFolder.Failed.Name, Plans.Al, RunSteps.Read), (heard.Reported.Code, heard.Reported.Party, heard.Reported.Step));
    }

    private static IntersectionQuestion QuestionOf(string reveal) => new(KeyRule.Default)
    {
        Reveal = reveal switch
        {
            "rows" => new Reveal.Rows(),
            "differences" => new Reveal.Differences(),
            "cardinality" => new Reveal.Cardinality(),
            "join" => new Reveal.Join(Plans.Bo, ["id"]),
            _ => throw new ArgumentOutOfRangeException(nameof(reveal)),
        },
    };

    private static SecurityModel SecurityOf(string word) => word == "malicious" ? SecurityModel.Malicious : SecurityModel.SemiHonest;

    private async Task PeopleAsync()
    {
        await _owners.OfferAsync(Plans.Al, "id,name,born", "1,Ann,1990", "2,Bo,1991", "3,Cy,1992", "4,Di,1993");
        await _owners.OfferAsync(Plans.Bo, "id,name,born", "4,Dieter,1993", "1,Ann,1990", ",Bo,1991", "9,Eve,1999");
    }

    private Task<OwnersRun> RunAsync(string keys, string receivers, string parameters, string security) =>
        _owners.RunAsync(_owners.Plan(Job(keys, receivers, parameters, security)));

    private static string Job(string keys, string receivers, string parameters, string security) => $$"""
        kind: intersection
        purpose: test
        parties: [{ name: al, dataset: table, {{keys}} }, { name: bo, dataset: table, {{keys}} }]
        receivers: {{receivers}}
        parameters: { {{parameters}} }
        security: {{security}}
        """;

    private static string Show(LinkedRow row) => $"{row.Row} {string.Join(',', row.Values)} by {string.Join(' ', row.By)}";
}

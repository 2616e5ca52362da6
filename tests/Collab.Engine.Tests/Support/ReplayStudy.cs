using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Replays;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Support;

/// <summary>Nodes that run jobs with kept replays, and an auditor who replays them.</summary>
internal sealed class ReplayStudy : IAsyncDisposable
{
    private int _packages;

    public Study Study { get; } = new(Plans.Al, Plans.Bo, Plans.Cy);

    public static async Task<ReplayStudy> StartAsync()
    {
        var study = new ReplayStudy();
        await study.Study[Plans.Al].OfferAsync("table", "id,age,city", "p1,20,Rome", "p2,30,Oslo", "p3,40,Bern", "p4,41,Rome", "p5,42,Oslo", "p6,25,Bern");
        await study.Study[Plans.Bo].OfferAsync("table", "id,age,city", "p3,50,Bern", "p2,60,Rome", "p7,33,Oslo", "p8,47,Rome", "p1,61,Oslo", "p9,29,Bern");
        await study.Study[Plans.Cy].OfferAsync("table", "id,age,city", "p3,51,Bern", "p2,62,Rome", "p1,33,Oslo", "p0,48,Rome");
        study.Study.StartAll();
        return study;
    }

    /// <summary>Runs a job to its end, which must be a commit of all.</summary>
    public async Task<(Plan Plan, Digest Run)> RunAsync(string job, PartyId by)
    {
        var plan = await Study[by].Engine.PlanAsync(JobDescription.Parse(job), CancellationToken.None);
        Assert.Null(await Study.RunAsync(plan));
        return (plan, Study[plan.Parties[0]].Ledger.Page(plan.Digest).Starts.First().Run);
    }

    /// <summary>A party opens its side of a run.</summary>
    public string Open(PartyId party, Digest run)
    {
        var path = Path.Combine(Study.Folder, $"package-{_packages++}");
        using var file = File.Create(path);
        foreach (var piece in Study[party].Replays.Open(run)) file.Write(piece.Span);
        return path;
    }

    /// <summary>A copy of a package with some of its bytes changed.</summary>
    public string Changed(string package, Func<byte[], byte[]> change)
    {
        var path = Path.Combine(Study.Folder, $"package-{_packages++}");
        File.WriteAllBytes(path, change(File.ReadAllBytes(package)));
        return path;
    }

    public Task<ReplayVerdict> CheckAsync(string package, Plan plan, Digest run, string software = "test", params string[] others) => ReplayCheck.RunAsync(
        package, others, Study.Export(plan.Parties[0], plan, run), new TrustedKeys("study", Study.Finality), software, CancellationToken.None);

    public ValueTask DisposeAsync() => Study.DisposeAsync();
}

using Collab.EndToEnd.Tests.Support;
using Collab.Evidence.Archives;
using Collab.Evidence.Trails;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>Nothing dies: every job commits, one after the other on the same nodes.</summary>
public sealed class UndisturbedTests
{
    [Theory]
    [InlineData("intersection")]
    [InlineData("statistics")]
    public async Task Ten_jobs_in_a_row_commit(string kind)
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Hospital, Observer, Registry]);
        var verdicts = new List<Verdict>();
        for (var i = 0; i < 10; i++) verdicts.Add(await study.SettledAsync(await study.SubmitAsync(kind)));
        Assert.All(verdicts, verdict => Assert.Equal(new Verdict("committed", null, null, null), verdict));
        await AssertAuditedAsync(study);
    }

    // The ten jobs as an auditor sees them: from a node that took part, and from one that only holds the logs.
    private static async Task AssertAuditedAsync(StudyConsortium study)
    {
        var files = new List<VerifiedFile>();
        foreach (var party in new[] { Registry, Observer }) files.Add(VerifiedFile.Verify(party.Name, await study.ExportLogsAsync(party)));
        Assert.All(files, f => Assert.Empty(f.Report.Findings));
        Assert.Empty(EvidenceComparison.Compare(files).Findings);
        Assert.Equal((10, 10), (files[0].Report.Period!.Jobs, files[0].Report.Period!.PlansShown));
        Assert.Equal((10, 0), (files[1].Report.Period!.Jobs, files[1].Report.Period!.PlansShown));
        Assert.All(AuditTrail.Of([files[0]], TimeProvider.System.GetUtcNow()).Jobs, j => Assert.Equal(("committed", true), (j.State, j.PlanKnown)));
        Assert.All(AuditTrail.Of([files[1]], TimeProvider.System.GetUtcNow()).Jobs, j => Assert.Equal(("committed", false), (j.State, j.PlanKnown)));
    }
}

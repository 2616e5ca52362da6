using Collab.EndToEnd.Tests.Support;
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
    }
}

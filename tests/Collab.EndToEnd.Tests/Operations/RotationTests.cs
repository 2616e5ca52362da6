using Collab.EndToEnd.Tests.Support;
using Collab.Identity;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>Certificates are renewed under running nodes, and said to expire in time (protocols/specs/identity.md).</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task Certificates_change_under_running_jobs_and_no_job_fails()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false, prepare: local =>
        {
            foreach (var party in new[] { Clinic, Observer, Registry }) PartyIdentity.RotateLeaf(local.HomeOf(party).IdentityFolder, time: DaysAgo(30));
        });
        var first = (await study.StatusAsync(Registry)).CertificateExpires;
        var rotating = Task.Run(async () =>
        {
            foreach (var party in new[] { Clinic, Registry, Observer })
                (await CollabProgram.RunAsync("consortium", "rotate", "--home", study.Local.HomeOf(party).Folder)).Expect(0, "New certificates");
        });
        do
        {
            Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("intersection"))).State);
        }
        while (!rotating.IsCompleted);

        await rotating;
        await Until.HoldsAsync(() => study.StatusAsync(Registry), status => status.CertificateExpires > first.AddDays(29), TimeSpan.FromSeconds(20), _ => "the node has taken up its new certificate");
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("intersection"))).State);
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_said_in_status_doctor_and_events()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false, prepare: local =>
            PartyIdentity.RotateLeaf(local.HomeOf(Registry).IdentityFolder, time: DaysAgo(75)));
        var home = study.Local.HomeOf(Registry);
        var trouble = (await study.StatusAsync(Registry)).Troubles.First(t => t.Error.Code == "identity.expires-soon");
        Assert.Contains("consortium rotate", trouble.Error.Next, StringComparison.Ordinal);
        (await CollabProgram.RunAsync("doctor", "--home", home.Folder)).Expect(1, "certificate: expires in 15 days");
        await Until.TrueAsync(() => File.Exists(home.EventsFile) && File.ReadAllText(home.EventsFile).Contains("identity.expires-soon", StringComparison.Ordinal), TimeSpan.FromSeconds(20), "it is in the events");

        (await CollabProgram.RunAsync("consortium", "rotate", "--home", home.Folder)).Expect(0);
        await Until.HoldsAsync(() => study.StatusAsync(Registry), status => status.Troubles.All(t => !t.Error.Code.StartsWith("identity.", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), _ => "nothing to say any more"); // what was in the events is in the status for half a minute
    }

    [Fact]
    public async Task With_an_expired_certificate_a_node_is_refused_by_name_and_works_again_when_it_is_renewed()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false, prepare: local =>
            PartyIdentity.RotateLeaf(local.HomeOf(Clinic).IdentityFolder, time: DaysAgo(100)), register: false);
        var home = study.Local.HomeOf(Clinic);
        (await CollabProgram.RunAsync("doctor", "--home", home.Folder)).Expect(1, "certificate: expired");
        var seen = await Until.HoldsAsync(
            () => study.StatusAsync(Registry), status => status.Peers.Any(peer => peer.Party == Clinic.Name && peer.Error is not null), TimeSpan.FromSeconds(30), _ => "the registry sees it");
        Assert.StartsWith("tls.", seen.Peers.Single(peer => peer.Party == Clinic.Name).Error!.Code, StringComparison.Ordinal);

        (await CollabProgram.RunAsync("consortium", "rotate", "--home", home.Folder)).Expect(0);
        await Until.HoldsAsync(
            async () => await StatusOrNullAsync(study), status => status is not null, TimeSpan.FromSeconds(30), _ => "the node has taken up its new certificate");
        await study.RegisterAllAsync();
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("intersection"))).State);
    }

    private static async Task<Wire.Operator.StatusView?> StatusOrNullAsync(StudyConsortium study)
    {
        try
        {
            using var client = Cli.Commands.Shared.Connect(study.Local.HomeOf(Clinic), passphrase: null);
            return await client.CallAsync<Wire.Operator.StatusView>(Wire.Operator.Verbs.Status, new Wire.Operator.EmptyRequest(), TestContext.Current.CancellationToken);
        }
        catch (CollabException)
        {
            return null;
        }
    }

    private static TimeProvider DaysAgo(int days) => new EarlierClock(TimeSpan.FromDays(days));

    private sealed class EarlierClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - by;
    }
}

using System.Net;
using System.Text;
using Collab.EndToEnd.Tests.Support;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>What nodes tell a collector and a load balancer (protocols/specs/telemetry.md): a real collector's endpoint, OTLP over HTTP.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_run_comes_as_a_trace_of_its_steps_and_as_metrics_and_without_a_word_of_the_job()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false, prepare: local =>
            File.AppendAllText(local.HomeOf(Registry).ConfigurationFile, $"telemetry:\n  otlp: {collector.Address}\n")))
        {
            var job = await study.SubmitAsync("intersection");
            Assert.Equal("committed", (await study.SettledAsync(job)).State);
            await study.Local.ForgetAsync(Registry); // it sends what is left when it stops
            var run = Assert.Single(collector.Spans, span => span.Name == "run");
            Assert.Equal((job.Digest, "intersection"), (run.Attributes["collab.job"], run.Attributes["collab.kind"]));
            var steps = collector.Spans.Where(span => span.Name.StartsWith("run.", StringComparison.Ordinal)).ToList();
            Assert.Contains("run.6-protocol", steps.Select(step => step.Name));
            Assert.All(steps, step => Assert.Equal((run.Trace, run.Id), (step.Trace, step.Parent)));
        }

        Assert.Superset(
            new HashSet<string> { "collab.jobs", "collab.job.events", "collab.run.step.duration", "collab.run.messages", "collab.run.bytes", "collab.ledger.lag", "collab.peer.up", "collab.process.memory", "collab.runs.active" },
            collector.Metrics.ToHashSet());
        var all = Encoding.UTF8.GetString(collector.Received);
        Assert.Contains("registry", all, StringComparison.Ordinal); // whose node it is
        foreach (var word in new[] { "patients", "intersection-1", "P0040", "collab-e2e" }) Assert.DoesNotContain(word, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_is_live_at_once_and_ready_when_its_ledger_has_caught_up()
    {
        var port = FreePort();
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false, prepare: local =>
            File.AppendAllText(local.HomeOf(Registry).ConfigurationFile, $"health: 127.0.0.1:{port}\n"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Until.HoldsAsync(() => http.GetAsync("/health/ready"), answer => answer.StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(30), _ => "the node is ready");
        Assert.Equal("ready\n", await http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/collab.v1.Operator/Status", null, TestContext.Current.CancellationToken)).StatusCode);

        foreach (var party in new[] { Registry, Clinic, Observer }) await study.Local.ForgetAsync(party);
        await using var alone = await Cli.Sandbox.NodeProcess.StartAsync(study.Local.HomeOf(Registry), [CollabProgram.Executable], TestContext.Current.CancellationToken);
        Assert.Equal("live\n", await http.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("health: 0.0.0.0:7480", "'health'")]
    [InlineData("telemetry: { otlp: \"http://collector.example:4318\" }", "'telemetry.otlp'")]
    [InlineData("format: 2", "node.home-newer")]
    public async Task Settings_that_would_tell_strangers_or_are_of_a_newer_program_are_refused(string line, string said)
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("node", "init", "--name", "clinic", "--consortium", "study", "--home", folder["home"], "--listen", "127.0.0.1:7443")).Expect(0);
        var file = folder["home", "node.yaml"];
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(file, [.. lines.Where(l => !l.StartsWith(line.Split(':')[0], StringComparison.Ordinal)), line], TestContext.Current.CancellationToken);
        (await CollabProgram.RunAsync("node", "run", "--home", folder["home"])).Expect(2, said);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

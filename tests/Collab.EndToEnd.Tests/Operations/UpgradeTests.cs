using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Collab.Cli.Sandbox;
using Collab.EndToEnd.Tests.Support;
using Collab.Evidence;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>Folders that an earlier version left are opened and worked on (protocols/specs/upgrade.md). How they were made: tests/data/homes/README.md.</summary>
public sealed class UpgradeTests
{
    private static readonly PartyId[] Parties = [Clinic, Hospital, Registry];

    public static TheoryData<string> Homes => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "homes")).Select(file => Path.GetFileName(file)).Order()];

    [Theory, MemberData(nameof(Homes))]
    public async Task The_homes_of_an_earlier_version_are_worked_on_and_evidence_of_both_versions_verifies(string archive)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await UnpackAsync(archive, folder["nodes"], cancellation);
        await using var local = LocalConsortium.Open(folder["nodes"], [CollabProgram.Executable]);
        foreach (var party in Parties) PartyFiles.RotateCertificates(local.HomeOf(party), passphrase: null);
        await local.StartAsync(cancellation);
        var registry = local.OperatorOf(Registry);

        var before = (await registry.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), cancellation)).Jobs;
        Assert.Equal(
            ["closed intersection", "committed intersection", "committed statistics", "committed train"], before.Select(job => $"{job.State} {job.Kind}").Order(StringComparer.Ordinal));
        foreach (var job in before.Where(job => job.State == "committed")) await AssertVerifiesAsync(local, job.Job);
        using var result = new MemoryStream();
        var intersection = before.Single(job => job is { State: "committed", Kind: "intersection" });
        await registry.CopyAsync(Verbs.GetResult, new JobRequest(intersection.Job, Format: "csv"), result, cancellation);
        Assert.Equal(61, Encoding.UTF8.GetString(result.ToArray()).Count(c => c == '\n')); // the header and 60 keys
        Assert.Single((await registry.CallAsync<ModelsView>(Verbs.ListModels, new EmptyRequest(), cancellation)).Models);
        Assert.Equal("patients", Assert.Single((await local.OperatorOf(Clinic).CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), cancellation)).Datasets, d => d.Owner == "clinic").Name);

        foreach (var (party, name, first) in new[] { (Clinic, "patients", 0), (Hospital, "patients", 200), (Registry, "events", 40) })
        {
            var data = new PartyData(party, Path.GetDirectoryName(folder.Write($"data/{party}/{name}.csv", Rows(first)))!, Csv: null);
            await SandboxRun.RegisterAsync(local, data, new Cli.Output(Json: true, Quiet: true), cancellation);
        }

        foreach (var description in new[] { Intersection, Statistics })
        {
            var report = await SandboxRun.RunAsync(
                local, Registry, description, folder["out"], proposed => SandboxRun.ApproveAsync(local, proposed, cancellation), new Cli.Output(Json: true, Quiet: true), cancellation);
            Assert.Equal("committed", report.State);
            await AssertVerifiesAsync(local, report.Job);
        }
    }

    [Fact]
    public async Task The_folder_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("node", "init", "--name", "clinic", "--consortium", "study", "--home", folder["home"], "--listen", "127.0.0.1:7443")).Expect(0);
        var file = folder["home", "node.yaml"];
        var newer = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("format: 1", "format: 2\nsomething: new", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, newer, TestContext.Current.CancellationToken);
        foreach (var verb in new string[][] { ["node", "run"], ["node", "support", "--out", folder["support"]], ["node", "backup", folder["backup"], "--backup-passphrase-file", folder.Write("secret", "a long passphrase")] })
            (await CollabProgram.RunAsync([.. verb, "--home", folder["home"]])).Expect(2, "node.home-newer", "collab version");
        Assert.Equal(newer, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    private static async Task AssertVerifiesAsync(LocalConsortium local, string job)
    {
        using var bundle = new MemoryStream();
        await local.OperatorOf(Registry).CopyAsync(Verbs.ExportEvidence, new JobRequest(job), bundle, TestContext.Current.CancellationToken);
        var report = BundleVerifier.Verify(bundle.ToArray(), local.Consortium.Keys);
        Assert.True(report.Holds, string.Join("; ", report.Findings.Select(f => $"{f.Code} in {f.Part}: {f.Message}")));
    }

    // The ports of then may be in use now; addresses are no part of what the parties' keys and evidence rest on.
    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await using (var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "homes", archive)))
        await using (var plain = new GZipStream(file, CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(plain, folder, overwriteFiles: false, cancellation);
        var old = Consortium.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "consortium.yaml"), cancellation)).Members.Select(member => member.Address).ToList();
        var listeners = old.ConvertAll(_ => new TcpListener(IPAddress.Loopback, 0));
        listeners.ForEach(listener => listener.Start());
        var now = listeners.ConvertAll(listener => listener.LocalEndpoint.ToString()!);
        listeners.ForEach(listener => listener.Dispose());
        foreach (var yaml in Directory.GetFiles(folder, "*.yaml", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(yaml, cancellation);
            await File.WriteAllTextAsync(yaml, old.Zip(now).Aggregate(text, (all, change) => all.Replace(change.First, change.Second, StringComparison.Ordinal)), cancellation);
        }
    }

    private static string Rows(int first) => "id,age,weight,sex\n" + string.Concat(Enumerable.Range(first, 100).Select(i => $"P{i:D4},{20 + (i * 7 % 60)},{50 + (i * 13 % 40)},{(i % 3 == 0 ? "m" : "f")}\n"));

    private const string Intersection = """
        kind: intersection
        purpose: follow-up
        parties:
          - { name: clinic, dataset: patients, key: [id] }
          - { name: registry, dataset: events, key: [id] }
        receivers: [registry]
        expires: 1h
        """;

    private const string Statistics = """
        kind: statistics
        purpose: description
        parties:
          - { name: clinic, dataset: patients }
          - { name: hospital, dataset: patients }
        receivers: [registry]
        parameters:
          columns: [weight]
          statistics: [count, sum, mean]
        expires: 1h
        """;
}

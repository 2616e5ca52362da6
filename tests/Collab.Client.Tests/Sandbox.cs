using System.Diagnostics;
using System.Text.Json;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Client.Tests;

/// <summary>'collab sandbox up' as a child: a real node for each of north, south and west, each with a few hundred rows.</summary>
public sealed class Sandbox : IAsyncLifetime
{
    /// <summary>The statistics that several tests ask for.</summary>
    public const string Description = """
        kind: statistics
        purpose: example
        parties:
          - { name: north, dataset: loans }
          - { name: south, dataset: loans }
          - { name: west, dataset: loans }
        receivers: [north]
        parameters:
          columns: [amount]
          statistics: [count, sum, mean]
        uses: 2

        """;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-client-");
    private readonly Dictionary<string, string> _homes = [];
    private Process? _process;

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "collab");

    public string Folder => _folder.FullName;

    public IEnumerable<string> Parties => _homes.Keys;

    public string HomeOf(string party) => _homes[party];

    public CollabClient Connect(string party) => CollabClient.Connect(HomeOf(party));

    public async ValueTask InitializeAsync()
    {
        string[] parties = ["north", "south", "west"];
        foreach (var (i, party) in parties.Index())
        {
            var rows = Enumerable.Range(0, 200).Select(row => $"{party}-{row},{((row * 37) + i) % 101}.{row % 10}5");
            var folder = _folder.CreateSubdirectory(party).FullName;
            await File.WriteAllLinesAsync(Path.Combine(folder, "loans.csv"), ["id,amount", .. rows]);
        }

        var start = new ProcessStartInfo(
            Program, ["sandbox", "up", "--json", "--exit-with-parent", "--out", Path.Combine(Folder, "out"), .. parties.SelectMany(party => (string[])["--party", $"{party}={Path.Combine(Folder, party)}"])])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        var errors = _process.StandardError.ReadToEndAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The sandbox did not start: {await errors}");
        using var said = JsonDocument.Parse(line);
        foreach (var party in said.RootElement.GetProperty("parties").EnumerateArray())
            _homes[party.GetProperty("party").GetString()!] = party.GetProperty("home").GetString()!;
    }

    /// <summary>Approves a job at every owner's node, as soon as its plan has come there.</summary>
    public async Task ApproveAsync(JobView job, CancellationToken cancellation)
    {
        foreach (var owner in job.Owners)
        {
            using var node = Connect(owner);
            await OnceKnownAsync(node, job.Job, cancellation);
            await node.Jobs.ApproveAsync(job.Job, cancellation);
        }
    }

    public static async Task<JobView> OnceKnownAsync(CollabClient node, string job, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await node.Jobs.ShowAsync(job, cancellation);
            }
            catch (CollabException e) when (e.Code.Name == "job.unknown")
            {
                await Task.Delay(Poll, cancellation);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Delete(recursive: true);
    }
}

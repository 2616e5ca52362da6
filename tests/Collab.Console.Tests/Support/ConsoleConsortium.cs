using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Collab.Cli.Sandbox;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console.Tests.Support;

/// <summary>
/// Two hospitals and a registry: three nodes, each a process of the product's own program with its console, over mutual TLS on loopback; a browser that trusts their
/// authorities; and people who enrol by the links that the command line prints.
/// </summary>
public sealed class ConsoleConsortium : IAsyncLifetime
{
    internal static readonly PartyId Riverside = PartyId.Parse("riverside");
    internal static readonly PartyId Lakeview = PartyId.Parse("lakeview");
    internal static readonly PartyId Registry = PartyId.Parse("registry");

    private static readonly PartyId[] All = [Riverside, Lakeview, Registry];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-console-");
    private readonly Dictionary<PartyId, Uri> _consoles = [];
    private readonly ConcurrentDictionary<(PartyId, string), Lazy<Task<Person>>> _people = [];
    private readonly Lazy<Task<Story>> _story;
    private LocalConsortium _local = null!;
    private Chromium _chromium = null!;

    public ConsoleConsortium() => _story = new(() => Story.TellAsync(this));

    internal LocalConsortium Local => _local;

    internal Chromium Chromium => _chromium;

    /// <summary>The product's program.</summary>
    internal static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "collab");

    public async ValueTask InitializeAsync()
    {
        _local = LocalConsortium.Create(Path.Combine(_folder.FullName, "nodes"), "study", All, [Program]);
        foreach (var (party, port) in All.Zip(FreePorts(All.Length)))
        {
            _consoles[party] = new Uri($"https://127.0.0.1:{port}/");
            await File.AppendAllTextAsync(_local.HomeOf(party).ConfigurationFile, string.Create(CultureInfo.InvariantCulture, $"console: 127.0.0.1:{port}\n"));
        }

        _chromium = await Chromium.StartAsync(All.ToDictionary(
            party => party.Name, party => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_local.HomeOf(party).IdentityFolder, "authority.crt"))));
        await _local.StartAsync(CancellationToken.None);
    }

    /// <summary>A party's console.</summary>
    internal Uri ConsoleOf(PartyId party) => _consoles[party];

    internal IOperator OperatorOf(PartyId party) => _local.OperatorOf(party);

    /// <summary>The person of a name, who enrols when asked for first.</summary>
    internal Task<Person> PersonAsync(PartyId party, string name, params string[] roles) =>
        _people.GetOrAdd((party, name), _ => new Lazy<Task<Person>>(() => EnrolAsync(party, name, roles))).Value;

    /// <summary>What has happened before the pages are looked at; it happens when it is asked for first.</summary>
    internal Task<Story> StoryAsync() => _story.Value;

    /// <summary>The link that the command line prints for a new person.</summary>
    internal async Task<string> InviteAsync(PartyId party, string name, params string[] roles)
    {
        var said = await RunAsync(["console", "person", "add", name, "--roles", .. roles, "--home", _local.HomeOf(party).Folder, "--json"]);
        Assert.True(said.ExitCode == 0, said.Errors);
        return JsonSerializer.Deserialize<JsonElement>(said.Output).GetProperty("link").GetString()!;
    }

    /// <summary>A browser at a party's console, not signed in.</summary>
    internal Task<Visitor> BrowserAsync(PartyId party, Screen? screen = null, string? kept = null) =>
        Visitor.OpenAsync(_chromium.Browser, _consoles[party], screen ?? new Screen(), kept);

    /// <summary>Runs the command line to its end.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>A file among the tests' own.</summary>
    internal string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        if (_local is not null) await _local.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<Person> EnrolAsync(PartyId party, string name, string[] roles)
    {
        var link = await InviteAsync(party, name, roles);
        await using var browser = await BrowserAsync(party);
        return await Enrolling.EnrolAsync(browser, party, name, link);
    }

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(l => l.Start());
            return listeners.ConvertAll(l => ((IPEndPoint)l.LocalEndpoint).Port);
        }
        finally
        {
            listeners.ForEach(l => l.Dispose());
        }
    }
}

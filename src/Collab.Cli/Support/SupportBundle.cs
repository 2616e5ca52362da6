using System.Text.Json;
using Collab.Cli.Doctor;
using Collab.Node.Configuration;
using Collab.Node.Telemetry;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Support;

/// <summary>
/// What a maintainer needs to help with a node and may see (protocols/specs/support-bundle.md). Redacted by what it can hold: numbers, times, versions, the
/// consortium's names of parties, and words that this program declares. No text that came from a person, a file, a job or another node has a field here.
/// </summary>
internal sealed record SupportBundle(
    int Form, DateTimeOffset Made, string Software, string Runtime, string System, int Processors, long MemoryBytes, SupportedConfiguration Configuration,
    IReadOnlyList<SupportedFolder> Folders, IReadOnlyList<SupportedCheck> Doctor, string? NodeSilent, SupportedStatus? Status, IReadOnlyList<SupportedEvent> Events, int EventsUnread)
{
    private const int CurrentForm = 1;
    private const int MostEvents = 10_000;
    private const int ShortDigest = 12;

    /// <summary>Gathers it from a node's folder and, when the node answers, from the node.</summary>
    public static async Task<SupportBundle> GatherAsync(NodeHome home, Func<IOperator> connect, CancellationToken cancellation)
    {
        var members = File.Exists(home.ConsortiumFile) ? Consortium.Parse(await File.ReadAllTextAsync(home.ConsortiumFile, cancellation)).Members.Select(m => m.Party.Name).ToHashSet() : [];
        var configuration = NodeConfiguration.Load(home);
        var (status, silent) = await AskAsync(connect, members, cancellation);
        var (events, unread) = EventsOf(home, members);
        return new SupportBundle(
            CurrentForm, DateTimeOffset.UtcNow, Node.Hosting.NodeHost.Software, Environment.Version.ToString(), Environment.OSVersion.Version.ToString(), Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, SupportedConfiguration.Of(home, configuration, members.Count), [.. SupportedFolder.In(home)],
            [.. MachineChecks.All(home).Select(finding => new SupportedCheck(finding.Name, finding.Holds))], silent, status, events, unread);
    }

    private static async Task<(SupportedStatus? Status, string? Silent)> AskAsync(Func<IOperator> connect, HashSet<string> members, CancellationToken cancellation)
    {
        try
        {
            using var client = connect();
            return (SupportedStatus.Of(await client.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), cancellation), members), null);
        }
        catch (CollabException e)
        {
            return (null, Words.Code(e.Code.Name)); // a node that does not run is what a bundle is made for
        }
    }

    private static (IReadOnlyList<SupportedEvent> Events, int Unread) EventsOf(NodeHome home, HashSet<string> members)
    {
        if (!File.Exists(home.EventsFile)) return ([], 0);
        var (events, unread) = (new Queue<SupportedEvent>(), 0);
        foreach (var line in File.ReadLines(home.EventsFile))
        {
            try
            {
                events.Enqueue(SupportedEvent.Of(JsonSerializer.Deserialize<EventView>(line, OperatorJson.Options)!, members));
                if (events.Count > MostEvents) events.Dequeue();
            }
            catch (JsonException)
            {
                unread++; // a line that a crash cut
            }
        }

        return ([.. events], unread);
    }

    /// <summary>The first digits of a digest; nothing of what is none.</summary>
    internal static string? Digits(string? digest) =>
        digest is { Length: 2 * Digest.Size } && digest.All(char.IsAsciiHexDigit) ? digest[..ShortDigest] : null;

    /// <summary>A party of the consortium; whoever else is named is not.</summary>
    internal static string? Member(string? party, HashSet<string> members) => party is null || members.Contains(party) ? party : Words.Other;
}

/// <summary>How a node is set up, without addresses, paths and rules.</summary>
internal sealed record SupportedConfiguration(
    int Format, string Party, int Members, bool HasPolicy, bool HasChain, bool AnswersForHealth, bool SendsTelemetry, bool KeysAreEncrypted, bool WasRestored)
{
    public static SupportedConfiguration Of(NodeHome home, NodeConfiguration configuration, int members) => new(
        NodeConfiguration.CurrentFormat, configuration.Party.Name, members, File.Exists(home.PolicyFile), File.Exists(home.ChainFile), configuration.Health is not null,
        configuration.Otlp is not null, new FileInfo(home.StorageKeyFile) is { Exists: true, Length: > 32 }, File.Exists(home.RestoredFile));
}

/// <summary>How much lies in a folder of the node.</summary>
internal sealed record SupportedFolder(string Name, int Files, long Bytes)
{
    private static readonly string[] Known = ["identity", "keys", "ledger", "store", "standing", "prepared", "replays", "spill", "results", "console"];

    public static IEnumerable<SupportedFolder> In(NodeHome home)
    {
        foreach (var name in Known.Where(name => Directory.Exists(Path.Combine(home.Folder, name))))
        {
            var files = new DirectoryInfo(Path.Combine(home.Folder, name)).EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Length).ToList();
            yield return new SupportedFolder(name, files.Count, files.Sum());
        }
    }
}

/// <summary>A check of <c>collab doctor</c>.</summary>
internal sealed record SupportedCheck(string Name, bool Holds);

/// <summary>How the node says it is.</summary>
internal sealed record SupportedStatus(
    DateTimeOffset Started, DateTimeOffset CertificateExpires, long LogSize, long LogFinal, int Datasets, int Jobs, int Budgets, int Prepared,
    IReadOnlyList<SupportedPeer> Peers, IReadOnlyList<SupportedTrouble> Troubles)
{
    public static SupportedStatus Of(StatusView status, HashSet<string> members) => new(
        status.Started, status.CertificateExpires, status.LogSize, status.LogFinal, status.Datasets, status.Jobs, status.Budgets.Count, status.Prepared.Count,
        [.. status.Peers.Select(peer => new SupportedPeer(SupportBundle.Member(peer.Party, members)!, peer.LastAnswer, peer.Error is { } error ? Words.Code(error.Code) : null))],
        [.. status.Troubles.Select(t => new SupportedTrouble(SupportBundle.Digits(t.Job), Words.Code(t.Error.Code), SupportBundle.Member(t.Error.Party, members), Words.Step(t.Error.Step)))]);
}

/// <summary>Another party as the node last saw it.</summary>
internal sealed record SupportedPeer(string Party, DateTimeOffset? LastAnswer, string? Code);

/// <summary>What keeps the node or a job from going on.</summary>
internal sealed record SupportedTrouble(string? Job, string Code, string? Party, string? Step);

/// <summary>Something that happened to a job.</summary>
internal sealed record SupportedEvent(DateTimeOffset Time, string? Job, string? Run, string Event, string? Step, string? Party, string? Code, string? At)
{
    private static readonly string[] Kinds = [.. Enum.GetValues<Engine.Ports.JobEventKind>().Select(Node.Hosting.EventStream.Word), "retry"];

    public static SupportedEvent Of(EventView view, HashSet<string> members) => new(
        view.Time, SupportBundle.Digits(view.Job), SupportBundle.Digits(view.Run), Kinds.Contains(view.Event) ? view.Event : Words.Other, Words.Step(view.Step),
        SupportBundle.Member(view.Party ?? view.Error?.Party, members), view.Error is { } error ? Words.Code(error.Code) : null, Words.Step(view.Error?.Step));
}

using System.Globalization;
using System.Net;
using System.Text;
using Collab.Engine.Descriptions;
using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>A node's own settings.</summary>
/// <param name="Party">The party.</param>
/// <param name="Listen">The one address and port it listens on, <c>host:port</c>.</param>
public sealed record NodeConfiguration(PartyId Party, string Listen)
{
    /// <summary>Where the console listens for browsers, <c>ip:port</c>; null for no console.</summary>
    public string? Console { get; init; }

    /// <summary>Host names, besides the address, under which browsers reach the console.</summary>
    public IReadOnlyList<string> ConsoleNames { get; init; } = [];

    /// <summary>After how long without a request a person is signed out.</summary>
    public TimeSpan ConsoleIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>After how long in all a person is signed out.</summary>
    public TimeSpan ConsoleSession { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The form of a node's folder that this program reads and writes; a folder that says nothing is of the first (protocols/specs/upgrade.md).</summary>
    public const int CurrentFormat = 1;

    /// <summary>The folder is of a newer form than this program knows.</summary>
    public static readonly ErrorCode HomeNewer = new(
        "node.home-newer", ErrorKind.InvalidInput, "Use the program that last worked on this folder, or a newer one ('collab version'); or restore a backup that the older program made.");

    private const int LargestFormat = 1_000_000;
    private static readonly TimeSpan LongestSession = TimeSpan.FromDays(7);

    /// <summary>Where <c>/health/live</c> and <c>/health/ready</c> are answered, on the loopback; null for nowhere.</summary>
    public IPEndPoint? Health { get; init; }

    /// <summary>Where traces and metrics are sent to, by OTLP over HTTP; null for nowhere.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="CollabException">The file is not there or not valid, or the folder is of a newer form.</exception>
    public static NodeConfiguration Load(NodeHome home)
    {
        var section = YamlSection.Parse(File.ReadAllText(home.ConfigurationFile));
        RequireKnown(section.Integer("format", 1, 1, LargestFormat)); // first: a newer form may have fields that are unknown here
        var configuration = new NodeConfiguration(section.Party("party"), section.Text("listen"))
        {
            Health = section.Has("health") ? HealthOf(section) : null,
            Otlp = section.Has("telemetry") ? OtlpOf(section.Section("telemetry")) : null,
            Console = section.Has("console") ? section.Text("console") : null,
            ConsoleNames = section.TextsOrNone("console-names"),
            ConsoleIdle = section.Duration("console-idle", TimeSpan.FromMinutes(30), LongestSession),
            ConsoleSession = section.Duration("console-session", TimeSpan.FromHours(12), LongestSession),
        };
        section.End();
        return configuration;
    }

    /// <summary>Refuses the form of a folder, or of a backup of one, that is newer than this program.</summary>
    /// <exception cref="CollabException"><see cref="HomeNewer"/>.</exception>
    public static void RequireKnown(int format)
    {
        if (format > CurrentFormat) throw new CollabException(HomeNewer, $"The node's folder is of form {format}; this program knows forms up to {CurrentFormat}.");
    }

    /// <summary>Writes form and addresses; the limits of sessions are for whoever edits the file.</summary>
    public void Save(NodeHome home)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"format: {CurrentFormat}\nparty: {Party}\nlisten: {Listen}\n");
        if (Console is not null) text.Append(CultureInfo.InvariantCulture, $"console: {Console}\n");
        if (Health is not null) text.Append(CultureInfo.InvariantCulture, $"health: {Health}\n");
        if (Otlp is not null) text.Append(CultureInfo.InvariantCulture, $"telemetry:\n  otlp: {Otlp}\n");
        File.WriteAllText(home.ConfigurationFile, text.ToString());
    }

    private static IPEndPoint HealthOf(YamlSection section) =>
        IPEndPoint.TryParse(section.Text("health"), out var address) && IPAddress.IsLoopback(address.Address) && address.Port > 0
            ? address
            : throw section.Error("health", "is not an address and port of the loopback, such as 127.0.0.1:7480");

    // In the clear only to a collector on this machine, which passes it on.
    private static Uri OtlpOf(YamlSection section)
    {
        var address = Uri.TryCreate(section.Text("otlp"), UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && parsed.IsLoopback))
            ? parsed
            : throw section.Error("otlp", "is neither an https address nor an http address of the loopback");
        section.End();
        return address;
    }
}

using Collab.Engine.Descriptions;
using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>A node's own settings.</summary>
/// <param name="Party">The party.</param>
/// <param name="Listen">The one address and port it listens on, <c>host:port</c>.</param>
public sealed record NodeConfiguration(PartyId Party, string Listen)
{
    private static readonly TimeSpan LongestSession = TimeSpan.FromDays(7);

    /// <summary>Where the console listens for browsers, <c>ip:port</c>; null for no console.</summary>
    public string? Console { get; init; }

    /// <summary>Host names, besides the address, under which browsers reach the console.</summary>
    public IReadOnlyList<string> ConsoleNames { get; init; } = [];

    /// <summary>After how long without a request a person is signed out.</summary>
    public TimeSpan ConsoleIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>After how long in all a person is signed out.</summary>
    public TimeSpan ConsoleSession { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="CollabException">The file is not there or not valid.</exception>
    public static NodeConfiguration Load(NodeHome home)
    {
        var section = YamlSection.Parse(File.ReadAllText(home.ConfigurationFile));
        var configuration = new NodeConfiguration(section.Party("party"), section.Text("listen"))
        {
            Console = section.Has("console") ? section.Text("console") : null,
            ConsoleNames = section.TextsOrNone("console-names"),
            ConsoleIdle = section.Duration("console-idle", TimeSpan.FromMinutes(30), LongestSession),
            ConsoleSession = section.Duration("console-session", TimeSpan.FromHours(12), LongestSession),
        };
        section.End();
        return configuration;
    }

    /// <summary>Writes the addresses; the limits of sessions are for whoever edits the file.</summary>
    public void Save(NodeHome home) =>
        File.WriteAllText(home.ConfigurationFile, $"party: {Party}\nlisten: {Listen}\n{(Console is null ? "" : $"console: {Console}\n")}");
}

using Collab.Engine.Descriptions;
using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>A node's own settings.</summary>
/// <param name="Party">The party.</param>
/// <param name="Listen">The one address and port it listens on, <c>host:port</c>.</param>
public sealed record NodeConfiguration(PartyId Party, string Listen)
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="CollabException">The file is not there or not valid.</exception>
    public static NodeConfiguration Load(NodeHome home)
    {
        var section = YamlSection.Parse(File.ReadAllText(home.ConfigurationFile));
        var configuration = new NodeConfiguration(section.Party("party"), section.Text("listen"));
        section.End();
        return configuration;
    }

    /// <summary>Writes the settings.</summary>
    public void Save(NodeHome home) => File.WriteAllText(home.ConfigurationFile, $"party: {Party}\nlisten: {Listen}\n");
}

using Collab.Primitives;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Collab.Client;

/// <summary>What a client reads of a node's folder (protocols/specs/node.md): where the node listens, and its party's pins.</summary>
internal sealed record NodeFiles(string Address, string IdentityFolder, IReadOnlyList<Digest> Pins)
{
    /// <summary>The folder is not that of a node.</summary>
    public static readonly ErrorCode NotANode = new(
        "node.no-home", ErrorKind.InvalidInput, "Make one with 'collab node init', or name the right folder with --home.");

    public static NodeFiles Read(string home)
    {
        var listen = Field(home, "node.yaml", "listen") as YamlScalarNode;
        var pins = Field(home, "party.yaml", "certificate-pins") as YamlSequenceNode;
        if (listen?.Value is not { } address || pins is null)
            throw new CollabException(NotANode, $"The files in '{home}' do not say where the node listens, or have no pins.");
        return new NodeFiles(
            address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal),
            Path.Combine(home, "identity"),
            [.. pins.Select(pin => Digest.Parse(pin.ToString()))]);
    }

    // What else stands in the files is the node's own matter.
    private static YamlNode? Field(string home, string file, string name)
    {
        try
        {
            using var text = File.OpenText(Path.Combine(home, file));
            var yaml = new YamlStream();
            yaml.Load(text);
            return yaml.Documents is [{ RootNode: YamlMappingNode root }] && root.Children.TryGetValue(name, out var field) ? field : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException)
        {
            throw new CollabException(NotANode, $"There is no readable {file} in '{home}'.", inner: e);
        }
    }
}

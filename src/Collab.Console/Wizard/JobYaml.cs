using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Collab.Console.Wizard;

/// <summary>A job description as YAML and as a tree of texts, so that the form and the YAML say the same.</summary>
public static partial class JobYaml
{
    private const int MaximumLength = 1 << 20; // of a description (job.md)
    private const int MaximumDepth = 64;

    /// <summary>Reads a description; null when it is no YAML of fields and values.</summary>
    public static JsonObject? Read(string yaml)
    {
        if (yaml.Length > MaximumLength) return null;
        try
        {
            if (!IsPlain(yaml)) return null;
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }] ? ToJson(root) as JsonObject : null;
        }
        catch (Exception e) when (e is YamlException or ArgumentException)
        {
            return null; // the node says where it is none
        }
    }

    /// <summary>Writes a description.</summary>
    public static string Write(JsonObject job)
    {
        var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(ToYaml(job))).Save(text, assignAnchors: false);
        var yaml = text.ToString().ReplaceLineEndings("\n");
        return yaml.EndsWith("...\n", StringComparison.Ordinal) ? yaml[..^4] : yaml;
    }

    // What loads a text calls itself for what is nested, and an alias may name what it stands in: neither may be left to whoever types.
    private static bool IsPlain(string yaml)
    {
        var depth = 0;
        for (var parser = new Parser(new StringReader(yaml)); parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaximumDepth || parser.Current is AnchorAlias) return false;
        }

        return true;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create((entry.Key as YamlScalarNode)?.Value ?? "", ToJson(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Value: { Length: > 0 } value } => JsonValue.Create(value),
        _ => null,
    };

    private static YamlNode ToYaml(JsonNode? node) => node switch
    {
        JsonObject map => new YamlMappingNode(map.Select(property => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(property.Key), ToYaml(property.Value)))),
        JsonArray list when list.All(item => item is JsonValue) => new YamlSequenceNode(list.Select(ToYaml)) { Style = YamlDotNet.Core.Events.SequenceStyle.Flow },
        JsonArray list => new YamlSequenceNode(list.Select(ToYaml)),
        null => new YamlScalarNode("") { Style = ScalarStyle.DoubleQuoted },
        _ => Scalar(node.ToString()),
    };

    // What another reader of YAML might take for no text is quoted, but for numbers and truth values, which the schema takes for texts too.
    private static YamlScalarNode Scalar(string text) => new(text)
    {
        Style = text.Contains('\n') ? ScalarStyle.Literal : Plain().IsMatch(text) && !Words().IsMatch(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted,
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_.+-][A-Za-z0-9_./ +-]*(?<! )\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(y|n|yes|no|on|off|null|~|-.*[^0-9.].*|- .*|\.+|.* )\z", RegexOptions.IgnoreCase)]
    private static partial Regex Words();
}

using System.Globalization;
using Collab.Jobs;
using Collab.Primitives;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Collab.Engine.Descriptions;

/// <summary>One mapping of a YAML file, read strictly: a field that nobody asked for is an error that names the nearest known one.</summary>
/// <remarks>Errors carry the field and its line and column. Anchors and tags have no meaning here; every scalar is text until it is asked for.</remarks>
public sealed class YamlSection
{
    /// <summary>The file is not what it should be.</summary>
    public static readonly ErrorCode Invalid = new(
        "description.invalid", ErrorKind.InvalidInput, "Correct the file at the line named; protocols/specs/job.md describes every field.");

    private const int MaximumLength = 1 << 20;
    private const int MaximumDepth = 64;

    private readonly YamlMappingNode _node;
    private readonly string _path;
    private readonly HashSet<string> _known = [];

    private YamlSection(YamlMappingNode node, string path) => (_node, _path) = (node, path);

    /// <summary>Reads a whole file of one document whose root is a mapping.</summary>
    /// <exception cref="CollabException"><see cref="Invalid"/>.</exception>
    public static YamlSection Parse(string text)
    {
        if (text.Length > MaximumLength) throw new CollabException(Invalid, "The file is longer than 1 MiB.");
        var stream = new YamlStream();
        try
        {
            RequirePlain(text);
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new CollabException(Invalid, $"Line {e.Start.Line}, column {e.Start.Column}: this is not YAML.", inner: e);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode root }]
            ? new YamlSection(root, "")
            : throw new CollabException(Invalid, "The file is not one YAML document of fields and values.");
    }

    // What loads a file calls itself for what is nested, and an alias may name what it stands in: neither may be left to whoever wrote it.
    private static void RequirePlain(string text)
    {
        var depth = 0;
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth <= MaximumDepth && parser.Current is not AnchorAlias) continue;
            var (start, what) = (parser.Current.Start, depth > MaximumDepth ? $"this is nested more than {MaximumDepth} deep" : "an alias (*) stands for nothing here; write it out");
            throw new CollabException(Invalid, $"Line {start.Line}, column {start.Column}: {what}.");
        }
    }

    /// <summary>Whether the field is there.</summary>
    public bool Has(string field) => Find(field) is not null;

    /// <summary>Whether the field is there and is a single text.</summary>
    public bool HasText(string field) => Find(field) is YamlScalarNode;

    /// <summary>The text of a field.</summary>
    public string Text(string field) => Scalar(Require(field), PathOf(field));

    /// <summary>The text of a field, or the default when it is not there.</summary>
    public string Text(string field, string otherwise) => Has(field) ? Text(field) : otherwise;

    /// <summary>The whole number of a field, or the default; within the bounds.</summary>
    public int Integer(string field, int otherwise, int minimum, int maximum)
    {
        if (!Has(field)) return otherwise;
        return int.TryParse(Text(field), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw Error(field, $"is not a whole number from {minimum} to {maximum}");
    }

    /// <summary>True or false, or the default.</summary>
    public bool Boolean(string field, bool otherwise) => Has(field)
        ? Text(field) switch
        {
            "true" => true,
            "false" => false,
            _ => throw Error(field, "is neither true nor false"),
        }
        : otherwise;

    /// <summary>One of the words, or the default; null as the default makes the field required.</summary>
    public T Choice<T>(string field, IReadOnlyDictionary<string, T> words, T? otherwise = null)
        where T : struct
    {
        if (!Has(field) && otherwise is { } value) return value;
        var word = Text(field);
        return words.TryGetValue(word, out var chosen)
            ? chosen
            : throw Error(field, $"is none of {string.Join(", ", words.Keys)}{NearestName.Hint(word, words.Keys)}");
    }

    /// <summary>A time span written as a number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, or the default; not above the longest.</summary>
    public TimeSpan Duration(string field, TimeSpan otherwise, TimeSpan longest)
    {
        if (!Has(field)) return otherwise;
        var text = Text(field);
        var unit = text is [.., 's'] ? 1 : text is [.., 'm'] ? 60 : text is [.., 'h'] ? 3_600 : text is [.., 'd'] ? 86_400 : 0;
        return unit > 0
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count >= 1 && (long)count * unit <= longest.TotalSeconds
            ? TimeSpan.FromSeconds((long)count * unit)
            : throw Error(field, $"is not a duration such as 90s, 15m, 12h or 30d, at most {longest.TotalDays:0}d");
    }

    /// <summary>A condition on rows, or null when the field is not there.</summary>
    /// <exception cref="CollabException"><see cref="Invalid"/>, with the line of the field and the place in its text.</exception>
    public RowFilter? Filter(string field)
    {
        if (!Has(field)) return null;
        var text = Text(field);
        try
        {
            return FilterText.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw Error(field, $"is no condition on rows: {wrong.Message}");
        }
    }

    /// <summary>The name of a party.</summary>
    public PartyId Party(string field) => ToParty(Text(field), field);

    /// <summary>A list of party names.</summary>
    public IReadOnlyList<PartyId> Parties(string field) => [.. Texts(field).Select(name => ToParty(name, field))];

    /// <summary>A list of party names, or an empty one when the field is not there.</summary>
    public IReadOnlyList<PartyId> PartiesOrNone(string field) => Has(field) ? Parties(field) : [];

    /// <summary>A list of texts, at least one; a single text stands for a list of one.</summary>
    public IReadOnlyList<string> Texts(string field)
    {
        var node = Require(field);
        var path = PathOf(field);
        var texts = node is YamlSequenceNode sequence ? sequence.Select(item => Scalar(item, path)).ToList() : [Scalar(node, path)];
        if (texts.Count == 0) throw Error(field, "is an empty list");
        if (texts.Distinct().Count() != texts.Count) throw Error(field, "names something twice");
        return texts;
    }

    /// <summary>A list of texts, or an empty one when the field is not there.</summary>
    public IReadOnlyList<string> TextsOrNone(string field) => Has(field) ? Texts(field) : [];

    /// <summary>A list of lists of texts, each at least of one; a single text stands for a list of one.</summary>
    public IReadOnlyList<IReadOnlyList<string>> TextLists(string field)
    {
        var path = PathOf(field);
        var items = Require(field) as YamlSequenceNode ?? throw Error(field, "is not a list");
        var lists = items.Select(item => item is YamlSequenceNode sequence ? sequence.Select(text => Scalar(text, path)).ToList() : [Scalar(item, path)]).ToList();
        if (lists.Count == 0 || lists.Exists(list => list.Count == 0)) throw Error(field, "has an empty list");
        if (lists.Exists(list => list.Distinct().Count() != list.Count) || lists.DistinctBy(list => string.Join('\0', list)).Count() != lists.Count)
            throw Error(field, "names something twice");
        return lists;
    }

    /// <summary>A mapping within this one.</summary>
    public YamlSection Section(string field) => new(
        Require(field) as YamlMappingNode ?? throw Error(field, "is not a group of fields"), PathOf(field));

    /// <summary>A list of mappings within this one; at least one.</summary>
    public IReadOnlyList<YamlSection> Sections(string field)
    {
        var path = PathOf(field);
        var items = Require(field) as YamlSequenceNode ?? throw Error(field, "is not a list");
        if (!items.Any()) throw Error(field, "is an empty list");
        return [.. items.Select((item, i) => new YamlSection(
            item as YamlMappingNode ?? throw Error(field, "has an item that is not a group of fields"), $"{path}[{i}]"))];
    }

    /// <summary>Checks that every field of the section was asked for; the reader of a section ends with it.</summary>
    public void End()
    {
        foreach (var (key, _) in _node.Children)
        {
            var name = Scalar(key, _path);
            if (_known.Contains(name)) continue;
            throw new CollabException(
                Invalid, $"{Where(key)}: '{PathOf(name)}' is no known field{NearestName.Hint(name, _known)}");
        }
    }

    /// <summary>An error at a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="rule">What is wrong, as the rest of a sentence that begins with the field.</param>
    public CollabException Error(string field, string rule) =>
        new(Invalid, $"{Where(Find(field) ?? _node)}: '{PathOf(field)}' {rule}{(rule.EndsWith('?') ? "" : ".")}");

    private PartyId ToParty(string name, string field) => PartyId.TryParse(name)
        ?? throw Error(field, "is no party name (a-z, 0-9 and '-', beginning with a letter)");

    private YamlNode Require(string field) => Find(field) ?? throw Error(
        field, NearestName.To(field, Unasked) is { } misspelt ? $"is missing; '{misspelt}' is no known field" : "is missing");

    // The fields that nobody has asked for yet: one of them may be the missing one, misspelt.
    private IEnumerable<string> Unasked => _node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "").Where(name => !_known.Contains(name));

    private YamlNode? Find(string field)
    {
        _known.Add(field);
        return _node.Children.TryGetValue(new YamlScalarNode(field), out var node) ? node : null;
    }

    private string PathOf(string field) => _path.Length == 0 ? field : $"{_path}.{field}";

    private static string Scalar(YamlNode node, string path) => node is YamlScalarNode { Value: { Length: > 0 } value }
        ? value
        : throw new CollabException(Invalid, $"{Where(node)}: '{path}' is not a value.");

    private static string Where(YamlNode node) => $"Line {node.Start.Line}, column {node.Start.Column}";
}

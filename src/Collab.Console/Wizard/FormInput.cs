using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Collab.Console.Wizard;

/// <summary>Reads the posted form of a job back into a description.</summary>
/// <remarks>
/// A form is posted with the description it was made from, so that its fields are known. A field that says what holds anyway is not
/// written. Names of posted fields are the fields' paths; <c>~path</c> says that a box for yes or no was on the form.
/// </remarks>
public static partial class FormInput
{
    /// <summary>What says that a field of yes or no was on the form: a box that is not ticked is not posted.</summary>
    public const string Marker = "~";

    /// <summary>The description that a posted form makes.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="shown">The description that the form was made from.</param>
    /// <param name="posted">The texts posted under a path; empty when none were.</param>
    public static JsonObject Read(JobSchema schema, JsonObject shown, Func<string, IReadOnlyList<string>> posted)
    {
        var job = Group(schema.FieldsOf(shown), posted);
        while (Prune(schema.FieldsOf(job), job)) { } // what another choice leaves behind goes; then other fields may fit
        return job;
    }

    /// <summary>Adds an empty group at the end of a list.</summary>
    public static void Add(JsonObject job, string path)
    {
        if (Parent(job, path) is not { } parent || parent.Group is not { } group) return;
        if (group[parent.Name] is not JsonArray list) group[parent.Name] = list = [];
        list.Add(new JsonObject());
    }

    /// <summary>Takes one group out of a list.</summary>
    public static void Remove(JsonObject job, string path)
    {
        if (Item().Match(path) is not { Success: true } item || Parent(job, item.Groups[1].Value) is not { Group: { } group } parent) return;
        if (group[parent.Name] is JsonArray list && int.TryParse(item.Groups[2].Value, CultureInfo.InvariantCulture, out var at) && at < list.Count) list.RemoveAt(at);
    }

    private static JsonObject Group(IReadOnlyList<FormField> fields, Func<string, IReadOnlyList<string>> posted) => new(fields
        .Select(field => KeyValuePair.Create(field.Name, Node(field, posted))).Where(entry => entry.Value is not null));

    private static JsonNode? Node(FormField field, Func<string, IReadOnlyList<string>> posted) => field.Shape switch
    {
        FieldShape.Fixed => field.IsRequired || field.Value is not null ? JsonValue.Create(field.Choices[0]) : null,
        FieldShape.Truth => Truth(field, posted),
        FieldShape.Lines => Lines(posted(field.Path)),
        FieldShape.Lists => Lists(posted(field.Path)),
        FieldShape.Groups => field.Items.Count == 0 ? null : new JsonArray([.. field.Items.Select(item => (JsonNode)Group(item, posted))]),
        FieldShape.Group when posted(field.Path).FirstOrDefault() is { } word && field.Choices.Contains(word) => JsonValue.Create(word),
        FieldShape.Group => Group(field.Fields, posted) is var group && (group.Count > 0 || field.IsRequired || (field.CanBeEmpty && posted(field.Path).Count > 0)) ? group : null,
        FieldShape.Text => posted(field.Path).FirstOrDefault()?.ReplaceLineEndings("\n").TrimEnd() is { Length: > 0 } text ? JsonValue.Create(text.Contains('\n') ? text + "\n" : text) : null,
        _ => posted(field.Path).FirstOrDefault()?.Trim() is { Length: > 0 } line && line != field.Default ? JsonValue.Create(line) : null,
    };

    private static JsonValue? Truth(FormField field, Func<string, IReadOnlyList<string>> posted)
    {
        if (field.Default is null) return posted(field.Path).FirstOrDefault() is "true" or "false" ? JsonValue.Create(posted(field.Path)[0]) : null;
        var value = posted(field.Path).Count > 0 ? "true" : posted(Marker + field.Path).Count > 0 ? "false" : field.Default;
        return value == field.Default ? null : JsonValue.Create(value);
    }

    private static JsonArray? Lines(IReadOnlyList<string> posted)
    {
        var lines = posted.SelectMany(text => text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
        return lines.Count == 0 ? null : new JsonArray([.. lines.Select(line => (JsonNode)JsonValue.Create(line))]);
    }

    private static JsonArray? Lists(IReadOnlyList<string> posted) => Lines(posted) is not { } lines ? null : new JsonArray([.. lines
        .Select(line => (JsonNode)new JsonArray([.. line!.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text => (JsonNode)JsonValue.Create(text))]))]);

    private static bool Prune(IReadOnlyList<FormField> fields, JsonObject group)
    {
        var gone = group.Select(property => property.Key).Where(name => fields.All(field => field.Name != name)).ToList();
        gone.ForEach(name => group.Remove(name));
        var changed = gone.Count > 0;
        foreach (var field in fields)
        {
            if (group[field.Name] is JsonObject inner) changed |= field.Shape == FieldShape.Group && Prune(field.Fields, inner);
            else if (group[field.Name] is JsonArray list && field.Shape == FieldShape.Groups)
                changed |= list.Select((item, i) => item is JsonObject inItem && Prune(field.Items[i], inItem)).Count(pruned => pruned) > 0;
            else if (group[field.Name] is JsonValue word && field.Shape == FieldShape.Choice && !field.Choices.Contains(word.ToString())) changed |= group.Remove(field.Name);
        }

        return changed;
    }

    private static (JsonObject? Group, string Name)? Parent(JsonObject job, string path)
    {
        var names = path.Split('.');
        JsonNode? node = job;
        foreach (var name in names[..^1])
        {
            var item = Item().Match(name);
            node = item.Success ? ((node as JsonObject)?[item.Groups[1].Value] as JsonArray)?.ElementAtOrDefault(int.Parse(item.Groups[2].Value, CultureInfo.InvariantCulture)) : Child(node as JsonObject, name);
        }

        return (node as JsonObject, names[^1]);
    }

    private static JsonNode? Child(JsonObject? group, string name)
    {
        if (group is null) return null;
        if (group[name] is null) group[name] = new JsonObject(); // a list in a group that is not there yet
        return group[name];
    }

    [GeneratedRegex(@"\A(.*)\[([0-9]{1,3})\]\z")]
    private static partial Regex Item();
}

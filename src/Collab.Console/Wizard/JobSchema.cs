using System.Text.Json.Nodes;

namespace Collab.Console.Wizard;

/// <summary>The published JSON Schema of job descriptions (protocols/specs/job.schema.json), from which forms are made.</summary>
/// <remarks>
/// What a form has depends on what is filled in: <c>if</c> is answered by it, and of alternatives (<c>anyOf</c>) those stay that it
/// fits best. No kind and no field is named here, so that none is left behind when the schema grows.
/// </remarks>
public sealed class JobSchema
{
    private readonly JsonObject _root;

    private JobSchema(JsonObject root) => _root = root;

    /// <summary>The schema that is embedded in this program.</summary>
    public static JobSchema Published { get; } = Load();

    /// <summary>The kinds of jobs, in the schema's order.</summary>
    public IReadOnlyList<string> Kinds => WordsOf(_root["properties"]!["kind"]!.AsObject());

    /// <summary>All descriptions of fields, for the test of their translation.</summary>
    internal IEnumerable<string> Descriptions => Walk(_root).OfType<JsonObject>().Select(node => node["description"]).OfType<JsonValue>().Select(text => text.ToString()).Distinct();

    /// <summary>All names of fields and words that are chosen from, for the test of their translation.</summary>
    internal IEnumerable<string> Names => Walk(_root).OfType<JsonObject>()
        .SelectMany(node => (node["properties"] as JsonObject)?.Select(property => property.Key) ?? []).Distinct();

    /// <inheritdoc cref="Names"/>
    internal IEnumerable<string> Words => Walk(_root).OfType<JsonObject>().Where(node => node["enum"] is JsonArray || node["const"] is JsonValue).SelectMany(WordsOf).Distinct();

    /// <summary>The fields of a description with what is filled in.</summary>
    public IReadOnlyList<FormField> FieldsOf(JsonObject job) => FieldsOf([_root], job, "");

    private static JobSchema Load()
    {
        using var stream = typeof(JobSchema).Assembly.GetManifestResourceStream("job.schema.json")!;
        return new JobSchema(JsonNode.Parse(stream)!.AsObject());
    }

    private List<FormField> FieldsOf(IReadOnlyList<JsonObject> schemas, JsonObject value, string path)
    {
        var shape = SchemaShape.Of(this, schemas, value);
        return [.. shape.Properties.Where(property => !shape.Forbidden.Contains(property.Key) || value.ContainsKey(property.Key)).Select(property =>
            FieldOf(property.Key, property.Value, value[property.Key], path.Length == 0 ? property.Key : $"{path}.{property.Key}", shape.Required.Contains(property.Key))
                is var field && shape.Choices.TryGetValue(property.Key, out var choices) ? field with { Choices = choices, Shape = FieldShape.Choice } : field)];
    }

    private FormField FieldOf(string name, IReadOnlyList<JsonObject> schemas, JsonNode? value, string path, bool isRequired)
    {
        var whole = schemas.SelectMany(Expanded).ToList();
        var field = new FormField(path, name, FieldShape.Line, isRequired)
        {
            Description = whole.Select(schema => schema["description"]?.ToString()).FirstOrDefault(text => text is not null) ?? "",
            Default = whole.Select(schema => schema["default"]?.ToString()).FirstOrDefault(text => text is not null) is { } text ? text is "True" or "False" ? text.ToLowerInvariant() : text : null,
            Value = value,
            Role = FieldRoles.Of(path, name, whole),
        };
        var lists = whole.Where(schema => schema["type"]?.ToString() == "array" || schema["items"] is not null).ToList();
        if (lists.Count > 0)
        {
            var items = lists.Select(list => list["items"]).OfType<JsonObject>().ToList();
            if (items.Exists(IsObject))
            {
                var groups = value is JsonArray list ? list.Select(item => item as JsonObject ?? []).ToList() : Enumerable.Repeat(new JsonObject(), isRequired ? lists.Max(l => l["minItems"]?.GetValue<int>() ?? 1) : 0).ToList();
                return field with { Shape = FieldShape.Groups, Items = [.. groups.Select((item, i) => FieldsOf(items, item, $"{path}[{i}]"))] };
            }

            var words = items.SelectMany(Expanded).SelectMany(WordsOf).Distinct().ToList();
            var isLists = items.SelectMany(Expanded).Any(item => item["type"]?.ToString() == "array");
            return field with { Shape = isLists ? FieldShape.Lists : FieldShape.Lines, Choices = words };
        }

        var objects = whole.Where(IsObject).ToList();
        if (objects.Count > 0)
        {
            var fields = FieldsOf(schemas.SelectMany(Alternatives).Where(IsObject).ToList() is { Count: > 0 } alternatives ? alternatives : objects, value as JsonObject ?? [], path);
            var choices = whole.Where(schema => !IsObject(schema)).SelectMany(WordsOf).Distinct().ToList(); // a word instead of the fields, such as none
            return field with { Shape = FieldShape.Group, Fields = fields, Choices = choices, CanBeEmpty = !isRequired && fields.TrueForAll(f => !f.IsRequired) && choices.Count == 0 };
        }

        var enumeration = whole.SelectMany(WordsOf).Distinct().ToList();
        if (whole.Exists(schema => schema["type"]?.ToString() == "boolean")) return field with { Shape = FieldShape.Truth };
        if (enumeration.Count == 1 && whole.Exists(schema => schema["const"] is not null)) return field with { Shape = FieldShape.Fixed, Choices = enumeration };
        if (enumeration.Count > 0) return field with { Shape = FieldShape.Choice, Choices = enumeration };
        return field with { Shape = name == "program" ? FieldShape.Text : FieldShape.Line };
    }

    /// <summary>A schema with all that it refers to, and the alternatives of what is no object.</summary>
    internal IEnumerable<JsonObject> Expanded(JsonObject schema)
    {
        yield return schema;
        if (Referred(schema) is { } referred)
        {
            foreach (var inner in Expanded(referred)) yield return inner;
        }

        if (schema["anyOf"] is not JsonArray alternatives) yield break;
        foreach (var inner in alternatives.OfType<JsonObject>().SelectMany(Expanded)) yield return inner;
    }

    /// <summary>What a schema refers to by <c>$ref</c>, or null.</summary>
    internal JsonObject? Referred(JsonObject schema) =>
        schema["$ref"]?.ToString() is { } reference ? _root["$defs"]![reference["#/$defs/".Length..]]!.AsObject() : null;

    internal static IReadOnlyList<string> WordsOf(JsonObject schema) => schema switch
    {
        _ when schema["const"] is JsonValue only => [only.ToString()],
        _ when schema["enum"] is JsonArray words => [.. words.Select(word => word!.ToString())],
        _ => [],
    };

    // Alternatives of which some are no objects (a word or a group of fields) are taken apart, so that the fields are asked for in any case.
    private IEnumerable<JsonObject> Alternatives(JsonObject schema)
    {
        var whole = Referred(schema) is { } referred ? referred : schema;
        return whole["properties"] is null && whole["type"] is null && whole["anyOf"] is JsonArray branches && branches.OfType<JsonObject>().Any(branch => branch["const"] is not null)
            ? [new JsonObject { ["anyOf"] = new JsonArray([.. branches.OfType<JsonObject>().Where(branch => branch["const"] is null).Select(branch => branch.DeepClone())]) }]
            : [schema];
    }

    private bool IsObject(JsonObject schema) =>
        schema["properties"] is not null || schema["type"]?.ToString() == "object"
        || (Referred(schema) is { } referred && IsObject(referred))
        || (schema["anyOf"] is JsonArray branches && branches.OfType<JsonObject>().Any(IsObject));

    private static IEnumerable<JsonNode> Walk(JsonNode node) => (node switch
    {
        JsonObject map => map.Select(property => property.Value).OfType<JsonNode>().SelectMany(Walk),
        JsonArray list => list.OfType<JsonNode>().SelectMany(Walk),
        _ => [],
    }).Prepend(node);
}

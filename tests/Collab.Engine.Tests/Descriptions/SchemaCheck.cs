using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Collab.Engine.Tests.Descriptions;

/// <summary>As much of JSON Schema 2020-12 as job.schema.json uses; a keyword it does not know fails the test rather than being passed over.</summary>
internal sealed class SchemaCheck(JsonObject root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "$defs", "title", "description", "default"];

    public bool IsValid(JsonNode? value) => IsValid(value, root);

    /// <summary>The names of all properties that the schema knows anywhere.</summary>
    public IEnumerable<string> PropertyNames() => Names(root).Distinct();

    private static IEnumerable<string> Names(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "properties" ? p.Value!.AsObject().Select(q => q.Key).Concat(p.Value.AsObject().SelectMany(q => Names(q.Value))) : Names(p.Value)),
        JsonArray a => a.SelectMany(Names),
        _ => [],
    };

    private bool IsValid(JsonNode? value, JsonObject schema) => schema.All(keyword => keyword.Key switch
    {
        "$ref" => IsValid(value, root["$defs"]![keyword.Value!.GetValue<string>()["#/$defs/".Length..]]!.AsObject()),
        "type" => Types(keyword.Value!).Any(type => IsOfType(value, type)),
        "enum" => keyword.Value!.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)),
        "const" => JsonNode.DeepEquals(keyword.Value, value),
        "pattern" => Text(value) is not { } text || Regex.IsMatch(text, keyword.Value!.GetValue<string>()),
        "minLength" => Text(value) is not { } text || text.Length >= keyword.Value!.GetValue<int>(),
        "maxLength" => Text(value) is not { } longer || longer.Length <= keyword.Value!.GetValue<int>(),
        "minimum" => Number(value) is not { } number || number >= keyword.Value!.GetValue<int>(),
        "exclusiveMinimum" => Number(value) is not { } number || number > keyword.Value!.GetValue<int>(),
        "maximum" => Number(value) is not { } number || number <= keyword.Value!.GetValue<int>(),
        "required" => value is not JsonObject o || keyword.Value!.AsArray().All(name => o.ContainsKey(name!.GetValue<string>())),
        "dependentRequired" => value is not JsonObject o || keyword.Value!.AsObject().All(p => !o.ContainsKey(p.Key) || p.Value!.AsArray().All(name => o.ContainsKey(name!.GetValue<string>()))),
        "properties" => value is not JsonObject o || keyword.Value!.AsObject().All(p => !o.TryGetPropertyValue(p.Key, out var inner) || IsValid(inner, p.Value!.AsObject())),
        "additionalProperties" => value is not JsonObject o || o.All(p => schema["properties"]!.AsObject().ContainsKey(p.Key)),
        "items" => value is not JsonArray a || a.All(item => IsValid(item, keyword.Value!.AsObject())),
        "minItems" => value is not JsonArray a || a.Count >= keyword.Value!.GetValue<int>(),
        "maxItems" => value is not JsonArray a || a.Count <= keyword.Value!.GetValue<int>(),
        "uniqueItems" => value is not JsonArray a || a.Select(i => i!.ToJsonString()).Distinct().Count() == a.Count,
        "anyOf" => keyword.Value!.AsArray().Any(s => IsValid(value, s!.AsObject())),
        "if" => IsValid(value, schema[IsValid(value, keyword.Value!.AsObject()) ? "then" : "else"]!.AsObject()),
        "then" or "else" => true,
        var name when Annotations.Contains(name) => true,
        var name => throw new NotSupportedException($"The check does not know '{name}'."),
    });

    private static IEnumerable<string> Types(JsonNode type) => type is JsonArray several ? several.Select(t => t!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool IsOfType(JsonNode? value, string type) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => Number(value) is { } n && decimal.IsInteger(n),
        _ => throw new NotSupportedException($"The check does not know the type '{type}'."),
    };

    private static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static decimal? Number(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number ? decimal.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;
}

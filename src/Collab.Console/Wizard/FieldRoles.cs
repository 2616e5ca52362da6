using System.Text.Json.Nodes;

namespace Collab.Console.Wizard;

/// <summary>Which fields name parties, datasets, columns or models. The schema knows them as texts.</summary>
internal static class FieldRoles
{
    private static readonly HashSet<string> Columns =
    [
        "key", "keys", "column", "columns", "value", "first", "second", "response", "covariates", "x", "y", "time", "contributor", "disclose", "of",
    ];

    public static FieldRole Of(string path, string name, IReadOnlyList<JsonObject> schemas)
    {
        var references = schemas.Select(schema => schema["$ref"]?.ToString()).OfType<string>().ToHashSet();
        if (references.Overlaps(["#/$defs/party", "#/$defs/parties"])) return FieldRole.Party;
        if (!references.Overlaps(["#/$defs/text", "#/$defs/texts"])) return FieldRole.Any;
        return name switch
        {
            "dataset" => FieldRole.Dataset,
            "model" => FieldRole.Model,
            _ when Columns.Contains(name) || path.StartsWith("parameters.columns.", StringComparison.Ordinal) => FieldRole.Column,
            _ => FieldRole.Any,
        };
    }
}

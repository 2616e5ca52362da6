using System.Text.Json.Nodes;

namespace Collab.Console.Wizard;

/// <summary>What a schema says of one group of fields, given what is filled in.</summary>
internal sealed class SchemaShape
{
    private readonly JobSchema _schema;
    private readonly JsonObject _value;

    private SchemaShape(JobSchema schema, JsonObject value) => (_schema, _value) = (schema, value);

    /// <summary>The fields in order, each with all that is said of it.</summary>
    public OrderedDictionary<string, List<JsonObject>> Properties { get; } = [];

    /// <summary>The fields that must be there.</summary>
    public HashSet<string> Required { get; } = [];

    /// <summary>The fields that must not.</summary>
    public HashSet<string> Forbidden { get; } = [];

    /// <summary>The words of a field by which alternatives are told apart: those of all alternatives.</summary>
    public Dictionary<string, IReadOnlyList<string>> Choices { get; } = [];

    public static SchemaShape Of(JobSchema schema, IEnumerable<JsonObject> schemas, JsonObject value)
    {
        var shape = new SchemaShape(schema, value);
        foreach (var one in schemas) shape.Add(one);
        return shape;
    }

    private void Add(JsonObject schema)
    {
        if (_schema.Referred(schema) is { } referred) Add(referred);
        if (schema["properties"] is JsonObject properties)
        {
            foreach (var (name, property) in properties)
            {
                var said = property!.AsObject();
                if (said["enum"] is JsonArray { Count: 0 }) Forbidden.Add(name);
                else if (Properties.TryGetValue(name, out var known)) known.Add(said);
                else Properties.Add(name, [said]);
            }
        }

        foreach (var name in schema["required"] as JsonArray ?? []) Required.Add(name!.ToString());
        if (schema["if"] is JsonObject condition && schema[Holds(condition, _value) ? "then" : "else"] is JsonObject consequence) Add(consequence);
        if (schema["anyOf"] is JsonArray alternatives) AddBest([.. alternatives.OfType<JsonObject>()]);
    }

    /// <summary>Of alternatives those count that misfit least; of several the fields of all, and as required what all require.</summary>
    private void AddBest(List<JsonObject> alternatives)
    {
        var shapes = alternatives.ConvertAll(alternative => (Shape: Of(_schema, [alternative], _value), IsClosed: IsClosed(alternative)));
        foreach (var name in shapes.SelectMany(s => s.Shape.Properties.Keys).Distinct())
        {
            var words = shapes.ConvertAll(s => s.Shape.Choices.GetValueOrDefault(name)
                ?? (s.Shape.Properties.TryGetValue(name, out var said) ? [.. said.SelectMany(JobSchema.WordsOf)] : []));
            if (shapes.Count > 1 && words.TrueForAll(w => w.Count > 0)) Choices[name] = [.. words.SelectMany(w => w).Distinct()];
        }

        var misfits = shapes.ConvertAll(s => s.Shape.Misfit(s.IsClosed));
        var best = shapes.Where((_, i) => misfits[i] == misfits.Min()).Select(s => s.Shape).ToList();
        // Before it is chosen which of several it is, only what all of them ask for is asked.
        var isOpen = best.Count > 1 && Choices.Keys.Any(name => !_value.ContainsKey(name) && (Required.Contains(name) || best.TrueForAll(shape => shape.Required.Contains(name))));
        foreach (var shape in best)
        {
            foreach (var (name, said) in shape.Properties)
            {
                if (isOpen && !best.TrueForAll(other => other.Properties.ContainsKey(name))) continue;
                if (Properties.TryGetValue(name, out var known)) known.AddRange(said);
                else Properties.Add(name, [.. said]);
            }

            if (best.Count == 1) Forbidden.UnionWith(shape.Forbidden);
        }

        Required.UnionWith(best.Select(shape => shape.Required).Aggregate((a, b) => [.. a.Intersect(b)]));
    }

    private bool IsClosed(JsonObject schema) =>
        schema["additionalProperties"] is not null || (_schema.Referred(schema) is { } referred && IsClosed(referred))
        || (schema["anyOf"] is JsonArray alternatives && alternatives.OfType<JsonObject>().All(IsClosed));

    // A word that is none of the field's weighs more than a field too many.
    private int Misfit(bool isClosed) => _value.Sum(property =>
        Forbidden.Contains(property.Key) ? 1
        : !Properties.TryGetValue(property.Key, out var said) ? (isClosed ? 1 : 0)
        : property.Value is JsonValue word && said.SelectMany(JobSchema.WordsOf).ToList() is { Count: > 0 } words && !words.Contains(word.ToString()) ? 1000 : 0);

    private static bool Holds(JsonObject condition, JsonNode? value)
    {
        if (condition["const"] is JsonValue only && value?.ToString() != only.ToString()) return false;
        if (condition["enum"] is JsonArray words && !words.Any(word => word!.ToString() == value?.ToString())) return false;
        if (value is not JsonObject fields) return condition["properties"] is null && condition["required"] is null;
        if (condition["required"] is JsonArray required && !required.All(name => fields.ContainsKey(name!.ToString()))) return false;
        return (condition["properties"] as JsonObject ?? []).All(property => fields[property.Key] is not { } inner || Holds(property.Value!.AsObject(), inner));
    }
}

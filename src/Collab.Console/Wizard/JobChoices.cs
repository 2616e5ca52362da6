using System.Text.Json.Nodes;
using Collab.Wire.Operator;

namespace Collab.Console.Wizard;

/// <summary>What a form can be filled in from: the parties, the datasets they offer with their columns, and the models of this node.</summary>
/// <param name="job">What is filled in already: columns are those of the datasets that take part.</param>
/// <param name="parties">The parties of the consortium.</param>
/// <param name="datasets">What they offer.</param>
/// <param name="models">The models that this node has a part of.</param>
public sealed class JobChoices(JsonObject job, IReadOnlyList<string> parties, IReadOnlyList<DatasetView> datasets, IReadOnlyList<ModelView> models)
{
    /// <summary>What a field can be filled in with, each with a note; empty when nothing is known.</summary>
    public IReadOnlyList<(string Text, string? Note)> For(FormField field) => field.Role switch
    {
        FieldRole.Party => [.. parties.Select(party => (party, (string?)null))],
        FieldRole.Dataset => [.. datasets.Where(dataset => Beside(field.Path, "name") is not { } owner || dataset.Owner == owner).Select(dataset => (dataset.Name, (string?)dataset.Rows)).DistinctBy(d => d.Item1)],
        FieldRole.Model => [.. models.Select(model => (model.Model[..Math.Min(12, model.Model.Length)], (string?)model.Purpose)), .. field.Path.Contains("steps[", StringComparison.Ordinal) ? new[] { ("trained", (string?)null) } : []],
        FieldRole.Column => Columns(field.Path),
        _ => [],
    };

    // Columns of the party named beside the field; of the party whose input it is; else of all that take part.
    private List<(string Text, string? Note)> Columns(string path)
    {
        var owner = path.StartsWith("parties[", StringComparison.Ordinal) ? Beside(path, "name") : Beside(path, "of");
        return [.. Inputs.Where(input => owner is null || input.Owner == owner)
            .SelectMany(input => datasets.FirstOrDefault(dataset => dataset.Owner == input.Owner && dataset.Name == input.Dataset)?.Columns ?? [])
            .DistinctBy(column => column.Name).Select(column => (column.Name, (string?)column.Type))];
    }

    private IEnumerable<(string? Owner, string? Dataset)> Inputs => (job["parties"] as JsonArray ?? []).OfType<JsonObject>()
        .Select(input => (TextOf(input, "name"), TextOf(input, "dataset")));

    /// <summary>The text of the field of that name beside the one at the path.</summary>
    private string? Beside(string path, string name)
    {
        JsonNode? node = job;
        foreach (var step in path.Split('.')[..^1])
        {
            var at = step.IndexOf('[', StringComparison.Ordinal);
            node = (node as JsonObject)?[at < 0 ? step : step[..at]];
            if (at >= 0) node = (node as JsonArray)?.ElementAtOrDefault(int.Parse(step[(at + 1)..^1], System.Globalization.CultureInfo.InvariantCulture));
        }

        return TextOf(node as JsonObject, name);
    }

    private static string? TextOf(JsonObject? group, string name) => (group?[name] as JsonValue)?.ToString();
}

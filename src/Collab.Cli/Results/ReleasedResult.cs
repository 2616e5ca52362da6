using System.Text.Json;
using Collab.Node.Storage;
using Collab.Statistics.Results;
using Collab.Wire.Operator;

namespace Collab.Cli.Results;

/// <summary>What is shown to people of a released result: its numbers.</summary>
/// <param name="Kind">The kind of result, as in its JSON.</param>
/// <param name="Count">Matches, rows told, or cells.</param>
/// <param name="Statistics">Of statistics and aggregates: a line per cell and statistic.</param>
/// <param name="Analyses">Of analyses: the outcome of each.</param>
/// <param name="Values">Of a computation: what it opened.</param>
/// <param name="Model">Of a training: the model's card.</param>
/// <param name="Evaluation">Of an evaluation: its figures.</param>
/// <param name="Trace">Of a trace: the ways of money.</param>
internal sealed record ReleasedResult(
    string Kind, long Count, IReadOnlyList<StatisticsRow>? Statistics, IReadOnlyList<AnalysisDocument>? Analyses, IReadOnlyList<ValueDocument>? Values,
    ModelDocument? Model = null, EvaluationDocument? Evaluation = null, TraceDocument? Trace = null)
{
    /// <summary>Of records attested: the attestation's id.</summary>
    public string? Attestation { get; init; }

    /// <summary>Of a delivery: a line for each key asked for, its key first; null for another kind.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Delivered { get; init; }

    /// <summary>Reads a result's JSON, of it the numbers.</summary>
    public static ReleasedResult Read(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        T? Field<T>(string name) => document.RootElement.TryGetProperty(name, out var field) ? field.Deserialize<T>(OperatorJson.Options) : default;
        return new ReleasedResult(
            Field<string>("kind")!, Field<long>("count"), Field<IReadOnlyList<StatisticsRow>>("statistics"), Field<IReadOnlyList<AnalysisDocument>>("analyses"),
            Field<IReadOnlyList<ValueDocument>>("values"), Field<ModelDocument>("model"),
            Field<EvaluationDocument>("evaluation"), Field<TraceDocument>("trace"))
        {
            Attestation = Field<string>("attestation"),
            Delivered = Field<string>("kind") == "delivered" ? [.. Lines()] : null,
        };

        IEnumerable<IReadOnlyList<string>> Lines()
        {
            var (keys, values) = (Field<string[][]>("keys")!, Field<string?[][]>("joined")!);
            var (released, verdicts, amounts) = (Field<bool[]>("released")!, Field<string?[]>("verdicts")!, Field<string?[]>("amounts")!);
            var columns = Field<string[]>("joinedColumns")!;
            yield return [.. Field<string[]>("keyColumns")!, "released", "verdict", "amount", .. columns];
            foreach (var (i, key) in keys.Index())
                yield return [.. key, released[i] ? "yes" : "no record that may be released", verdicts[i] ?? "", amounts[i] ?? "", .. columns.Select((_, c) => values[i].ElementAtOrDefault(c) ?? "")];
        }
    }
}

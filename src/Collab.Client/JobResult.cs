using System.Text.Json;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>A released result. Its numbers are text, so that none is rounded on the way; which parts there are is a matter of <see cref="Kind"/>.</summary>
/// <param name="Job">The job.</param>
/// <param name="Run">The run.</param>
/// <param name="Kind">The kind of result, for example <c>statistics</c> or <c>analysis</c>.</param>
/// <param name="Count">Matches, rows told, cells or analyses.</param>
/// <param name="Digest">SHA-256 of the result's canonical bytes: the same for the same outcome, whoever asks, in whatever job. (A receipt's commitment covers the same bytes with a salt, so it differs from run to run.)</param>
/// <param name="Document">The whole document, as the node keeps it.</param>
public sealed record JobResult(string Job, string Run, string Kind, long Count, Digest Digest, JsonElement Document)
{
    /// <summary>Of statistics and aggregates: a line per cell and statistic; else empty.</summary>
    public IReadOnlyList<StatisticLine> Statistics { get; private init; } = [];

    /// <summary>Of analyses: the outcome of each; else empty.</summary>
    public IReadOnlyList<AnalysisOutcome> Analyses { get; private init; } = [];

    /// <summary>Where rows are told: the names of their key columns; else empty.</summary>
    public IReadOnlyList<string> KeyColumns { get; private init; } = [];

    /// <summary>Where rows are told: their keys; else empty.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Keys { get; private init; } = [];

    /// <summary>Of a computation: what its program opened; else empty.</summary>
    public IReadOnlyList<OpenedValue> Values { get; private init; } = [];

    internal static JobResult Read(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> canonical)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement.Clone();
        return new JobResult(
            Field<string>("job")!, Field<string>("run")!, Field<string>("kind")!, Field<long>("count"), Digest.Sha256(canonical), root)
        {
            Statistics = Field<StatisticLine[]>("statistics") ?? [],
            Analyses = Field<AnalysisOutcome[]>("analyses") ?? [],
            KeyColumns = Field<string[]>("keyColumns") ?? [],
            Keys = Field<string[][]>("keys") ?? [],
            Values = Field<OpenedValue[]>("values") ?? [],
        };

        T? Field<T>(string name) => root.TryGetProperty(name, out var field) ? field.Deserialize<T>(OperatorJson.Options) : default;
    }
}

/// <summary>A number of a joint statistic.</summary>
/// <param name="Level">The group.</param>
/// <param name="Measure">The column.</param>
/// <param name="Statistic">Its name; null where the cell is withheld.</param>
/// <param name="Value">The number, exact or the nearest double, as <paramref name="Exactness"/> says; null where it is withheld.</param>
/// <param name="Fraction">The exact fraction, or what stands under the root; null where <paramref name="Value"/> is exact.</param>
/// <param name="Exactness">How true the value is.</param>
public sealed record StatisticLine(string Level, string Measure, string? Statistic, string? Value, string? Fraction, string Exactness);

/// <summary>The outcome of one analysis.</summary>
/// <param name="Analysis">Its number in the question, from 1.</param>
/// <param name="Asked">What was asked, in words.</param>
/// <param name="Columns">The columns it is about.</param>
/// <param name="Reason">Why there is nothing; null when something was found.</param>
/// <param name="Findings">What was found.</param>
public sealed record AnalysisOutcome(int Analysis, TextView? Asked, IReadOnlyList<string> Columns, string? Reason, IReadOnlyList<Finding> Findings);

/// <summary>What one procedure found.</summary>
/// <param name="Method">The procedure in words.</param>
/// <param name="Quantities">Its numbers.</param>
public sealed record Finding(string Method, IReadOnlyList<Quantity> Quantities);

/// <summary>One number of a finding.</summary>
/// <param name="Term">What it is about; empty for the whole.</param>
/// <param name="Name">Its name, as R's broom names it.</param>
/// <param name="Value">The shortest text that reads back the same double.</param>
/// <param name="Bits">Bits of it that are right.</param>
public sealed record Quantity(string Term, string Name, string Value, int Bits);

/// <summary>A value that a program opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Of a single value its text.</param>
/// <param name="Values">Of a list its values.</param>
public sealed record OpenedValue(string Name, string? Value, IReadOnlyList<string>? Values);

using System.Globalization;
using Collab.Engine;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses;
using Collab.Statistics.Inference;
using Collab.Statistics.Results;
using Collab.Wire.Operator;

namespace Collab.Node.Storage;

/// <summary>A result as people and programs read it.</summary>
internal static class ResultText
{
    private const string Entered = "entered", Left = "left";

    /// <summary>A document for JSON. Numbers are text, so that none is rounded on the way.</summary>
    public static ResultDocument ToDocument(Plan plan, Digest run, JobResult result) => result switch
    {
        JobResult.Intersection intersection => new(
            plan.Digest.ToString(), run.ToString(), "intersection", intersection.Matches.Count, intersection.Columns,
            intersection.Matches.Select(m => m.Key), intersection.Matches.Select(m => m.Row), null),
        JobResult.LinkedRows linked => new(
            plan.Digest.ToString(), run.ToString(), "intersection", linked.Rows.Count, ColumnsOf(linked.Keys),
            linked.Rows.Select(r => r.Values), linked.Rows.Select(r => r.Row), null)
        {
            AlternativeKeys = linked.Keys,
            By = linked.Rows.Select(r => r.By),
        },
        JobResult.Differences differences => new(
            plan.Digest.ToString(), run.ToString(), "differences", differences.Rows.Count, ColumnsOf(differences.Keys),
            differences.Rows.Select(r => r.Values), differences.Rows.Select(r => r.Row), null)
        {
            AlternativeKeys = differences.Keys,
            By = differences.Rows.Select(r => r.By),
            Breaks = differences.Rows.Select(BreakOf),
            KeyCounts = differences.Counts,
        },
        JobResult.Cardinality cardinality => new(
            plan.Digest.ToString(), run.ToString(), "cardinality", cardinality.Count, null, null, null, null),
        JobResult.Holders holders => new(
            plan.Digest.ToString(), run.ToString(), "holders", holders.Rows.Count(r => r.By.Count > 0), holders.Columns,
            holders.Rows.Select(r => r.Asked.Key), holders.Rows.Select(r => r.Asked.Row), null)
        {
            Asked = [.. holders.Owners.Select(o => o.Name)],
            HeldBy = holders.Rows.Select(r => r.By.Select(o => o.Name).ToList()),
        },
        JobResult.Changes changes => new(
            plan.Digest.ToString(), run.ToString(), "changes", changes.Entered.Count + changes.Left.Count, changes.Columns,
            changes.Entered.Concat(changes.Left).Select(m => m.Key), changes.Entered.Concat(changes.Left).Select(m => m.Row), null)
        {
            Changes = Enumerable.Repeat(Entered, changes.Entered.Count).Concat(Enumerable.Repeat(Left, changes.Left.Count)),
            Version = changes.Version,
            Matches = changes.Matches,
            Gone = changes.Gone,
        },
        JobResult.Join join => new(
            plan.Digest.ToString(), run.ToString(), plan.Question is RetrievalQuestion ? "retrieval" : "join", join.Rows.Count, ColumnsOf(join.Keys), join.Rows.Select(r => r.Matched.Values), join.Rows.Select(r => r.Matched.Row), null)
        {
            AlternativeKeys = join.Keys.Count > 1 ? join.Keys : null,
            By = join.Keys.Count > 1 ? join.Rows.Select(r => r.Matched.By) : null,
            JoinedFrom = join.Of.Name,
            JoinedColumns = join.Columns,
            Joined = join.Rows.Select(r => r.Joined),
        },
        JobResult.Statistics statistics => new(
            plan.Digest.ToString(), run.ToString(), plan.Question is IntersectionQuestion ? "aggregates" : "statistics", statistics.Table.Cells.Count, null, null, null, [.. statistics.Table.Rows()]),
        JobResult.Analyses analyses => new(plan.Digest.ToString(), run.ToString(), "analysis", analyses.Result.Outcomes.Count, null, null, null, null)
        {
            Analyses = [.. analyses.Result.Outcomes.Select((outcome, i) => DocumentOf(plan.Question, i, outcome))],
        },
        JobResult.Computation computation => new(plan.Digest.ToString(), run.ToString(), "computation", computation.Values.Count, null, null, null, null)
        {
            Values = [.. computation.Values.Select(value => new ValueDocument(value.Name, value.IsList ? null : value.Texts[0], value.IsList ? value.Texts : null))],
        },
        JobResult.Model model => new(plan.Digest.ToString(), run.ToString(), "model", model.Card.Parts.Count, null, null, null, null)
        {
            Model = new(
                model.Card.Rows, model.Card.TestRows, [.. model.Card.Parts.Select(part => new ModelPartDocument(part.Of.Name, part.Columns, part.Commitment.ToString()))],
                [.. model.Card.Losses.Select(Number)]),
        },
        JobResult.Clusters clusters => new(plan.Digest.ToString(), run.ToString(), "clusters", clusters.Found.Count, null, null, null, null)
        {
            Clusters = [.. clusters.Found.Index().Select(found => new ClusterDocument(
                found.Index + 1, found.Item.Size, found.Item.Centre is { } centre ? [.. clusters.Columns.Zip(centre, (column, x) => new CentreDocument(column.Of.Name, column.Column, Number(x)))] : null))],
        },
        JobResult.Traced traced => new(plan.Digest.ToString(), run.ToString(), "trace", traced.Outcome.Loans.Count, null, null, null, null)
        {
            Trace = TraceText.DocumentOf(traced),
        },
        JobResult.Pipeline pipeline => new(plan.Digest.ToString(), run.ToString(), "pipeline", pipeline.Steps.Count, null, null, null, null)
        {
            Steps = [.. pipeline.Steps.Select(step => ToDocument(plan with { Question = ((PipelineQuestion)plan.Question).Steps[step.Number - 1] }, run, step.Result) with { Job = plan.Digest.ToString(), Step = step.Number })],
        },
        JobResult.Evaluation evaluation => new(plan.Digest.ToString(), run.ToString(), "evaluation", evaluation.Result.Boundaries.Count, null, null, null, null)
        {
            Evaluation = EvaluationText.DocumentOf((EvaluationQuestion)plan.Question, evaluation.Result),
        },
        JobResult.Predictions predictions => new(
            plan.Digest.ToString(), run.ToString(), "predictions", predictions.Rows.Count, predictions.Columns, predictions.Rows.Select(r => r.Match.Key), predictions.Rows.Select(r => r.Match.Row), null)
        {
            Predictions = predictions.Rows.Select(r => Number(r.Value)),
        },
        JobResult.Attested attested => new(plan.Digest.ToString(), run.ToString(), "attested", attested.Rows.Count, null, null, attested.Rows.Select(r => r.Row), null)
        {
            Attestation = attested.Attestation.ToString(),
            Expires = attested.Expires,
            Handles = attested.Rows.Select(r => r.Handle.ToString()),
            Files = attested.Rows.Select(r => RecordFiles.NameOf(r.Row)),
        },
        JobResult.Delivered delivered => new(
            plan.Digest.ToString(), run.ToString(), "delivered", delivered.Rows.Count(r => r.Record is not null), delivered.Keys, delivered.Rows.Select(r => r.Asked.Key), delivered.Rows.Select(r => r.Asked.Row), null)
        {
            JoinedFrom = delivered.Of.Name,
            JoinedColumns = delivered.Columns,
            Released = delivered.Rows.Select(r => r.Record is not null),
            Verdicts = delivered.Rows.Select(r => VerdictOf(r.Record)),
            Amounts = delivered.Rows.Select(r => r.Record?.Amount),
            Joined = delivered.Rows.Select(r => r.Record?.Values ?? []),
            Handles = delivered.Rows.Select(r => r.Record?.Handle.ToString()),
            Files = delivered.Rows.Select(r => r.Record is null ? null : RecordFiles.NameOf(r.Asked.Row)),
        },
        _ => throw new ArgumentException($"{result.GetType().Name} has no document.", nameof(result)),
    };

    /// <summary>Writes a table for CSV readers, line by line.</summary>
    public static void WriteCsv(TextWriter text, JobResult result)
    {
        switch (result)
        {
            case JobResult.Intersection intersection:
                Line(text, intersection.Columns.Append("row"));
                foreach (var match in intersection.Matches) Line(text, match.Key.Append(Number(match.Row)));
                break;
            case JobResult.LinkedRows linked:
                Line(text, ColumnsOf(linked.Keys).Concat(["matched_by", "row"]));
                foreach (var row in linked.Rows) Line(text, row.Values.Concat([Numbers(row.By), Number(row.Row)]));
                break;
            case JobResult.Differences differences:
                Line(text, ColumnsOf(differences.Keys).Concat(["break", "matched_by", "row"]));
                foreach (var row in differences.Rows) Line(text, row.Values.Concat([BreakOf(row), Numbers(row.By), Number(row.Row)]));
                break;
            case JobResult.Cardinality cardinality:
                Line(text, ["count"]);
                Line(text, [Number(cardinality.Count)]);
                break;
            case JobResult.Holders holders:
                Line(text, holders.Columns.Concat(["held_by", "row"]));
                foreach (var row in holders.Rows) Line(text, row.Asked.Key.Concat([string.Join(' ', row.By), Number(row.Asked.Row)]));
                break;
            case JobResult.Changes changes:
                Line(text, changes.Columns.Concat(["change", "row"]));
                foreach (var match in changes.Entered) Line(text, match.Key.Concat([Entered, Number(match.Row)]));
                foreach (var match in changes.Left) Line(text, match.Key.Concat([Left, Number(match.Row)]));
                break;
            case JobResult.Join join:
                Line(text, ColumnsOf(join.Keys).Concat(join.Columns.Select(column => $"{join.Of}.{column}")).Concat(["matched_by", "row"]));
                foreach (var (row, joined) in join.Rows) Line(text, row.Values.Concat(joined.Select(value => value ?? "")).Concat([Numbers(row.By), Number(row.Row)]));
                break;
            case JobResult.Statistics statistics:
                Line(text, ["level", "measure", "statistic", "value", "fraction", "exactness"]);
                foreach (var row in statistics.Table.Rows())
                    Line(text, [row.Level, row.Measure, row.Statistic ?? "", row.Value ?? "", row.Fraction ?? "", row.Exactness]);
                break;
            case JobResult.Analyses analyses:
                Line(text, ["analysis", "method", "term", "name", "value", "bits", "reason"]);
                for (var i = 0; i < analyses.Result.Outcomes.Count; i++)
                {
                    var outcome = analyses.Result.Outcomes[i];
                    if (outcome.Reason is { } reason) Line(text, [Number(i + 1), "", "", "", "", "", reason]);
                    foreach (var finding in outcome.Findings)
                        foreach (var q in finding.Quantities) Line(text, [Number(i + 1), finding.Method, q.Term, q.Name, ValueOf(q), Number(q.SignificantBits), ""]);
                }

                break;
            case JobResult.Computation computation:
                Line(text, ["name", "place", "value"]);
                foreach (var value in computation.Values)
                    foreach (var (i, one) in value.Texts.Index()) Line(text, [value.Name, value.IsList ? Number(i + 1) : "", one]);
                break;
            case JobResult.Model model:
                Line(text, ["part", "columns", "commitment", "epoch", "loss"]);
                foreach (var part in model.Card.Parts) Line(text, [part.Of.Name, Number(part.Columns), part.Commitment.ToString(), "", ""]);
                foreach (var (i, loss) in model.Card.Losses.Index()) Line(text, ["", "", "", Number(i + 1), Number(loss)]);
                break;
            case JobResult.Clusters clusters:
                Line(text, ["cluster", "size", "party", "column", "centre"]);
                foreach (var (i, found) in clusters.Found.Index())
                {
                    if (found.Centre is null) Line(text, [Number(i + 1), "", "", "", ""]);
                    foreach (var (column, x) in clusters.Columns.Zip(found.Centre ?? [])) Line(text, [Number(i + 1), found.Size is { } size ? Number(size) : "", column.Of.Name, column.Column, Number(x)]);
                }

                break;
            case JobResult.Traced traced:
                Line(text, TraceText.Columns);
                foreach (var line in TraceText.Lines(traced)) Line(text, line);
                break;
            case JobResult.Pipeline pipeline:
                foreach (var (i, step) in pipeline.Steps.Index())
                {
                    if (i > 0) text.Write("\r\n");
                    WriteCsv(text, step.Result);
                }

                break;
            case JobResult.Evaluation evaluation:
                Line(text, ["cut-off", "group", "name", "value"]);
                foreach (var line in EvaluationText.Lines(evaluation.Result)) Line(text, line);
                break;
            case JobResult.Predictions predictions:
                Line(text, predictions.Columns.Concat(["prediction", "row"]));
                foreach (var row in predictions.Rows) Line(text, row.Match.Key.Concat([Number(row.Value), Number(row.Match.Row)]));
                break;
            case JobResult.Attested attested:
                Line(text, ["row", "handle", "file"]);
                foreach (var row in attested.Rows) Line(text, [Number(row.Row), row.Handle.ToString(), RecordFiles.NameOf(row.Row)]);
                break;
            case JobResult.Delivered delivered:
                Line(text, delivered.Keys.Concat(["released", "verdict", "amount"]).Concat(delivered.Columns.Select(column => $"{delivered.Of}.{column}")).Append("row"));
                foreach (var (asked, record) in delivered.Rows)
                {
                    var values = record is { Values.Count: > 0 } ? record.Values.Select(value => value ?? "") : delivered.Columns.Select(_ => "");
                    Line(text, asked.Key.Concat([record is null ? "no" : "yes", VerdictOf(record) ?? "", record?.Amount ?? ""]).Concat(values).Append(Number(asked.Row)));
                }

                break;
            default:
                throw new ArgumentException($"{result.GetType().Name} has no table.", nameof(result));
        }
    }

    private static string? VerdictOf(DeliveredRecord? record) => record?.Verdict switch { true => "yes", false => "no", null => null };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static AnalysisDocument DocumentOf(Question question, int number, AnalysisOutcome outcome)
    {
        var analysis = (question as AnalysisQuestion)?.Analyses[number];
        var asked = analysis is null ? null : AnalysisExplanation.Asked(analysis);
        return new(number + 1, asked is null ? null : new TextView(asked.English, asked.Chinese), analysis?.Columns ?? [], outcome.Reason, [.. outcome.Findings.Select(FindingOf)]);
    }

    private static FindingDocument FindingOf(Finding finding) =>
        new(finding.Method, [.. finding.Quantities.Select(q => new QuantityDocument(q.Term, q.Name, ValueOf(q), q.SignificantBits))]);

    private static string ValueOf(Quantity quantity) => quantity.Value.ToString("R", CultureInfo.InvariantCulture);

    private static List<string> ColumnsOf(IReadOnlyList<IReadOnlyList<string>> keys) => [.. keys.SelectMany(key => key).Distinct()];

    // The first key says which rows belong together; without it the other owner does not have the row.
    private static string BreakOf(LinkedRow row) => row.By.Contains(1) ? "differs" : "only-here";

    private static string Numbers(IEnumerable<int> numbers) => string.Join(' ', numbers.Select(n => Number(n)));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Line(TextWriter text, IEnumerable<string> fields)
    {
        var isFirst = true;
        foreach (var field in fields)
        {
            if (!isFirst) text.Write(',');
            text.Write(Field(field));
            isFirst = false;
        }

        text.Write('\n');
    }

    // A cell that a spreadsheet would run as a formula is made text; a negative number is left alone.
    private static string Field(string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '@' or '\t' or '\r' || (value.StartsWith('-') && !IsNumber(value))) value = $"'{value}";
        return value.AsSpan().ContainsAny(",\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }

    private static bool IsNumber(string value) => value == "-Infinity" || value.Skip(1).All(c => char.IsAsciiDigit(c) || c is '.' or '/' or 'E' or '-' or '+');
}

/// <summary>A released result. What there may be millions of is made while the document is written.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="Run">The run.</param>
/// <param name="Kind"><c>intersection</c>, <c>differences</c>, <c>cardinality</c>, <c>aggregates</c>, <c>join</c>, <c>retrieval</c>, <c>changes</c>, <c>holders</c>, <c>statistics</c>, <c>analysis</c>, <c>computation</c>, <c>model</c>, <c>evaluation</c>, <c>predictions</c>, <c>clusters</c>, <c>trace</c>, <c>attested</c>, <c>delivered</c> or <c>pipeline</c>.</param>
/// <param name="Count">Matches, rows told, or cells.</param>
/// <param name="KeyColumns">Where rows are told: the key columns.</param>
/// <param name="Keys">Where rows are told: their keys as they were compared; empty texts where a key is blank.</param>
/// <param name="Rows">Where rows are told: the receiver's own row of each.</param>
/// <param name="Statistics">Of statistics and aggregates: one line per cell and statistic.</param>
internal sealed record ResultDocument(
    string Job, string Run, string Kind, long Count,
    IReadOnlyList<string>? KeyColumns, IEnumerable<IReadOnlyList<string>>? Keys, IEnumerable<long>? Rows,
    IReadOnlyList<StatisticsRow>? Statistics)
{
    /// <summary>The columns of each of several alternative keys.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? AlternativeKeys { get; init; }

    /// <summary>For each row the numbers, from 1, of the keys by which it matches.</summary>
    public IEnumerable<IReadOnlyList<int>>? By { get; init; }

    /// <summary>For each row of differences: <c>only-here</c>, or <c>differs</c> when the other owner has its first key.</summary>
    public IEnumerable<string>? Breaks { get; init; }

    /// <summary>For each key of differences: how many distinct keys are here, in both, and there.</summary>
    public IReadOnlyList<KeyCounts>? KeyCounts { get; init; }

    /// <summary>Of holders: the owners that were asked.</summary>
    public IReadOnlyList<string>? Asked { get; init; }

    /// <summary>Of holders: for each record the owners that hold it.</summary>
    public IEnumerable<IReadOnlyList<string>>? HeldBy { get; init; }

    /// <summary>For each row of changes: <c>entered</c> or <c>left</c>.</summary>
    public IEnumerable<string>? Changes { get; init; }

    /// <summary>Of changes: the runs that count so far, this one included.</summary>
    public long? Version { get; init; }

    /// <summary>Of changes: how many keys match now.</summary>
    public long? Matches { get; init; }

    /// <summary>Of changes: how many keys matched before and are no longer among the receiver's own.</summary>
    public long? Gone { get; init; }

    /// <summary>The owner of joined columns.</summary>
    public string? JoinedFrom { get; init; }

    /// <summary>The joined columns.</summary>
    public IReadOnlyList<string>? JoinedColumns { get; init; }

    /// <summary>For each row the values of the joined columns; null where there is none.</summary>
    public IEnumerable<IReadOnlyList<string?>>? Joined { get; init; }

    /// <summary>Of analyses: the outcome of each, in the order of the question.</summary>
    public IReadOnlyList<AnalysisDocument>? Analyses { get; init; }

    /// <summary>Of an evaluation: its figures, and its canonical bytes.</summary>
    public EvaluationDocument? Evaluation { get; init; }

    /// <summary>Of a computation: what its program opened, in its order.</summary>
    public IReadOnlyList<ValueDocument>? Values { get; init; }

    /// <summary>Of a clustering: every cluster.</summary>
    public IReadOnlyList<ClusterDocument>? Clusters { get; init; }

    /// <summary>Of records attested: the attestation's id.</summary>
    public string? Attestation { get; init; }

    /// <summary>Of records attested: until when they are valid.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>For each row of a delivery whether a record was released.</summary>
    public IEnumerable<bool>? Released { get; init; }

    /// <summary>For each row of a delivery <c>yes</c>, <c>no</c>, or null where there is no verdict.</summary>
    public IEnumerable<string?>? Verdicts { get; init; }

    /// <summary>For each row of a delivery the amount, exact, or null.</summary>
    public IEnumerable<string?>? Amounts { get; init; }

    /// <summary>For each row its record's handle, or null.</summary>
    public IEnumerable<string?>? Handles { get; init; }

    /// <summary>For each row its record's file beside this one, or null.</summary>
    public IEnumerable<string?>? Files { get; init; }

    /// <summary>Of a step of a pipeline: its number, from 1.</summary>
    public int? Step { get; init; }

    /// <summary>Of a pipeline: the result of each step that tells this receiver something.</summary>
    public IReadOnlyList<ResultDocument>? Steps { get; init; }

    /// <summary>Of a trace: the ways of this bank's loans, and how often it was asked.</summary>
    public TraceDocument? Trace { get; init; }

    /// <summary>Of a training: the model's card.</summary>
    public ModelDocument? Model { get; init; }

    /// <summary>Of a prediction: for each row what the model says, as text: the shortest that reads back the same double.</summary>
    public IEnumerable<string>? Predictions { get; init; }
}

/// <summary>A cluster.</summary>
/// <param name="Cluster">Its number, from 1.</param>
/// <param name="Size">How many rows; null where that is not told.</param>
/// <param name="Centre">Its mean, column by column; null of a cluster that is too small.</param>
public sealed record ClusterDocument(int Cluster, int? Size, IReadOnlyList<CentreDocument>? Centre);

/// <summary>A number of a centre.</summary>
/// <param name="Of">The column's owner.</param>
/// <param name="Column">The column.</param>
/// <param name="Value">As text: the shortest that reads back the same double.</param>
public sealed record CentreDocument(string Of, string Column, string Value);

/// <summary>A model's card; its name is the run.</summary>
/// <param name="Rows">Rows trained on.</param>
/// <param name="TestRows">Rows kept from training.</param>
/// <param name="Parts">The parts.</param>
/// <param name="Losses">After each epoch, as text.</param>
public sealed record ModelDocument(long Rows, long TestRows, IReadOnlyList<ModelPartDocument> Parts, IReadOnlyList<string> Losses);

/// <summary>A part of a model.</summary>
/// <param name="Of">Its owner.</param>
/// <param name="Columns">How many columns it is of.</param>
/// <param name="Commitment">The digest of the part with its salt.</param>
public sealed record ModelPartDocument(string Of, int Columns, string Commitment);

/// <summary>A value that a program opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Of a single value its text: a number without rounding, or true or false.</param>
/// <param name="Values">Of a list its values.</param>
public sealed record ValueDocument(string Name, string? Value, IReadOnlyList<string>? Values);

/// <summary>The outcome of one analysis.</summary>
/// <param name="Analysis">Its number in the question, from 1.</param>
/// <param name="Asked">What was asked, in words.</param>
/// <param name="Columns">The columns it is about, the value or the time first.</param>
/// <param name="Reason">Why there is nothing; null when something was found.</param>
/// <param name="Findings">What was found.</param>
public sealed record AnalysisDocument(int Analysis, TextView? Asked, IReadOnlyList<string> Columns, string? Reason, IReadOnlyList<FindingDocument> Findings);

/// <summary>What one procedure found.</summary>
/// <param name="Method">The procedure in words.</param>
/// <param name="Quantities">Its numbers.</param>
public sealed record FindingDocument(string Method, IReadOnlyList<QuantityDocument> Quantities);

/// <summary>One number.</summary>
/// <param name="Term">What it is about; empty for the whole.</param>
/// <param name="Name">Its name, as R's broom names it.</param>
/// <param name="Value">The number as text: the shortest that reads back the same double; NaN, Infinity where it is none.</param>
/// <param name="Bits">Bits of it that are right.</param>
public sealed record QuantityDocument(string Term, string Name, string Value, int Bits);

using Collab.Data.Keys;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>This party's rows of a model's job: of each distinct key the values of its columns, and which keys have all of them.</summary>
/// <remarks>A number is held as the double nearest to it; missing is NaN, and null of a text.</remarks>
internal sealed class ModelRows
{
    private const long MostValues = 1 << 26;

    private readonly List<double>?[] _numbers;
    private readonly List<string?>?[] _texts;
    private readonly List<double>? _labels;
    private readonly List<int> _complete = [];
    private readonly PartyId _self;
    private readonly IReadOnlyList<string> _features;
    private readonly LabelColumn? _label;
    private readonly (bool NeedsAll, bool Skips) _missing;

    private ModelRows(PlanInput input, IReadOnlyList<string> features, LabelColumn? label, (bool NeedsAll, bool Skips) missing)
    {
        (_self, _features, _label, _missing) = (input.Owner, features, label, missing);
        var isText = features.Select(name => input.Columns.First(column => column.Name == name).Type == ColumnType.Text).ToArray();
        _numbers = [.. isText.Select(text => text ? null : new List<double>())];
        _texts = [.. isText.Select(text => text ? new List<string?>() : null)];
        _labels = label is null ? null : [];
    }

    /// <summary>The keys.</summary>
    public KeyList Keys => Rows.Keys;

    /// <summary>The rows in which keys stand.</summary>
    public KeyedRows Rows { get; private set; } = null!;

    /// <summary>The places of those keys whose rows take part, ascending.</summary>
    public IReadOnlyList<int> Complete => _complete;

    /// <summary>Reads them to the end.</summary>
    /// <param name="batches">The granted columns.</param>
    /// <param name="input">This owner's input.</param>
    /// <param name="rule">How keys are made equal.</param>
    /// <param name="features">Its features.</param>
    /// <param name="label">The labels, where it has them.</param>
    /// <param name="missing">Whether a row needs every value, and whether one that lacks it is left out.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ModelRows> ReadAsync(
        IAsyncEnumerable<ColumnBatch> batches, PlanInput input, KeyRule rule, IReadOnlyList<string> features, LabelColumn? label, (bool NeedsAll, bool Skips) missing, CancellationToken cancellation)
    {
        var rows = new ModelRows(input, features, label, missing);
        rows.Rows = await KeyedRowReader.ReadAsync(batches, [input.Key], rule, rows.Take, cancellation);
        return rows;
    }

    /// <summary>Reads every row of a party that holds rows side by side with others: each counts, and none has a key.</summary>
    private static async Task<ModelRows> ReadAllAsync(
        IAsyncEnumerable<ColumnBatch> batches, PlanInput input, IReadOnlyList<string> features, LabelColumn label, bool skips, CancellationToken cancellation)
    {
        var rows = new ModelRows(input, features, label, (NeedsAll: false, skips));
        var next = 0;
        await foreach (var batch in batches.WithCancellation(cancellation))
        {
            for (var row = 0; row < batch.RowCount; row++) rows.Take(batch, row, next++);
        }

        return rows;
    }

    /// <summary>An owner's rows of a training on rows side by side, with the places of those that take part, and the commitment to what was read.</summary>
    /// <exception cref="CollabException"><see cref="ModelErrors.TooFewRows"/> or <see cref="ModelErrors.ValueMissing"/>.</exception>
    public static async Task<(ModelRows Rows, int[] Places, SnapshotReference Read)> ReadSideBySideAsync(
        EnginePorts ports, PlanInput input, RowTrainingQuestion question, CancellationToken cancellation)
    {
        using var data = new GrantedData(ports, input);
        var rows = await ReadAllAsync(
            data.ReadAsync(cancellation), input, [.. question.Features.Select(feature => feature.Column)], new LabelColumn(ports.Self, question.Label, question.Positive), question.SkipsMissing, cancellation);
        var read = data.Close(ports.Random);
        return rows.Complete.Count >= question.MinimumRows
            ? (rows, [.. rows.Complete], read)
            : throw new CollabException(ModelErrors.TooFewRows, $"{ports.Self} has fewer rows than the {question.MinimumRows} that the job asks for.", ports.Self, RunSteps.Read);
    }

    /// <summary>A number column of some keys, in the order given.</summary>
    public double[] Numbers(int feature, ReadOnlySpan<int> keys) => Taken(_numbers[feature]!, keys);

    /// <summary>A text column of some keys.</summary>
    public string?[] Texts(int feature, ReadOnlySpan<int> keys)
    {
        var taken = new string?[keys.Length];
        for (var i = 0; i < taken.Length; i++) taken[i] = _texts[feature]![keys[i]];
        return taken;
    }

    /// <summary>Whether a feature holds text.</summary>
    public bool IsText(int feature) => _texts[feature] is not null;

    /// <summary>The labels of some keys.</summary>
    public double[] Labels(ReadOnlySpan<int> keys) => Taken(_labels!, keys);

    private static double[] Taken(List<double> values, ReadOnlySpan<int> keys)
    {
        var taken = new double[keys.Length];
        for (var i = 0; i < taken.Length; i++) taken[i] = values[keys[i]];
        return taken;
    }

    private void Take(ColumnBatch batch, int row, int key)
    {
        if ((long)(key + 1) * (_features.Count + 1) > MostValues) throw new CollabException(ModelErrors.TooLarge, $"{_self} has more values than a model takes.", _self, RunSteps.Read);
        var isComplete = true;
        for (var j = 0; j < _features.Count; j++)
        {
            var column = ColumnOf(batch, _features[j]);
            var isMissing = false;
            if (_texts[j] is { } texts)
            {
                var text = ((TextColumn)column).Values[row];
                texts.Add(text is { Length: > 0 } ? text : null);
                isMissing = texts[^1] is null;
            }
            else
            {
                _numbers[j]!.Add(NumberOf((NumberColumn)column, row));
                isMissing = double.IsNaN(_numbers[j]![^1]);
            }

            if (isMissing && _missing.NeedsAll) isComplete = Lacks(batch, row, _features[j]);
        }

        if (_label is { } label)
        {
            _labels!.Add(LabelOf(ColumnOf(batch, label.Column), row, label.Positive));
            if (double.IsNaN(_labels[^1])) isComplete = Lacks(batch, row, label.Column);
        }

        if (isComplete) _complete.Add(key);
    }

    private bool Lacks(ColumnBatch batch, int row, string column) => _missing.Skips
        ? false
        : throw new CollabException(ModelErrors.ValueMissing, $"{_self}'s row {batch.NumberOf(row)} has no value in '{column}'.", _self, RunSteps.Read);

    private static double LabelOf(Column column, int row, string? positive)
    {
        if (positive is null) return column is NumberColumn numbers ? NumberOf(numbers, row) : double.NaN; // the planner asks for numbers
        var text = JoinLabels.TextOf(column, row);
        return text is not { Length: > 0 } ? double.NaN : text == positive ? 1 : 0;
    }

    private static double NumberOf(NumberColumn column, int row) =>
        column.Present.Span[row] ? (double)((decimal)column.Values.Span[row] / Scales[column.Schema.Scale]) : double.NaN;

    private static readonly decimal[] Scales = [.. Enumerable.Range(0, ColumnSchema.MaximumScale + 1).Select(scale => (decimal)Math.Pow(10, scale))];

    private static Column ColumnOf(ColumnBatch batch, string name)
    {
        foreach (var column in batch.Columns)
        {
            if (column.Schema.Name == name) return column;
        }

        throw new InvalidOperationException("A column of the plan is not in the batch.");
    }
}

using System.Globalization;
using System.Numerics;
using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics;

/// <summary>What an owner computes alone: count, Σx, Σx², minimum and maximum per level and measure, exactly, in one pass.</summary>
/// <remarks>
/// A row whose level is missing belongs to no group and is left out; a missing measure leaves the row out of that measure alone.
/// Memory: a few words per cell and three words per row of one batch. Local: sends nothing. Timing depends on the owner's own data.
/// Source: specs/statistics.md, step 1.
/// </remarks>
public sealed class LocalSummary
{
    /// <summary>The most rows of one cell that one owner contributes: 2^40 − 1, the width of a count in the gate.</summary>
    public const long MaximumCount = (1L << DisclosureGate.CountBits) - 1;

    private readonly StatisticsPlan _plan;
    private readonly Dictionary<string, int> _levels;
    private readonly ExactMoments[] _cells;

    /// <summary>Begins with no rows.</summary>
    public LocalSummary(StatisticsPlan plan)
    {
        _plan = plan;
        _levels = plan.Question.Levels.Select((level, i) => (level, i)).ToDictionary(l => l.level, l => l.i, StringComparer.Ordinal);
        _cells = new ExactMoments[plan.Cells.Count];
        Array.Fill(_cells, new ExactMoments());
    }

    /// <summary>Rows seen.</summary>
    public long RowCount { get; private set; }

    /// <summary>Rows left out because their level is missing.</summary>
    public long RowsWithoutLevel { get; private set; }

    /// <summary>The owner's own part of each cell, in the order of <see cref="StatisticsPlan.Cells"/>.</summary>
    internal IReadOnlyList<ExactMoments> Cells => _cells;

    internal void ThrowUnlessFor(StatisticsPlan plan)
    {
        if (!ReferenceEquals(plan, _plan)) throw new ArgumentException("The summary was made for another plan.", nameof(plan));
    }

    /// <summary>Adds the rows of a batch.</summary>
    /// <exception cref="CollabException">
    /// <see cref="StatisticsErrors.UnknownLevel"/>, <see cref="StatisticsErrors.ColumnUnfit"/>,
    /// <see cref="StatisticsErrors.ValueTooLarge"/> or <see cref="StatisticsErrors.TooManyRows"/>; the summary is of no use then.
    /// </exception>
    public void Add(ColumnBatch batch)
    {
        var levels = LevelOfEachRow(batch);
        for (var measure = 0; measure < _plan.Question.Measures.Count; measure++)
            Add(batch, levels, measure);
        RowCount += batch.RowCount;
    }

    // Values are gathered by level first, so that the summing kernel runs over dense spans.
    private void Add(ColumnBatch batch, ReadOnlySpan<int> levels, int measure)
    {
        var (values, present) = ScaledValues(batch, _plan.Question.Measures[measure]);
        var end = new int[_levels.Count + 1]; // end[l + 1]: first where level l begins, and where it ends when all are placed
        for (var row = 0; row < levels.Length; row++)
            if (levels[row] >= 0 && present[row]) end[levels[row] + 1]++;
        for (var level = 1; level < end.Length; level++) end[level] += end[level - 1];
        var gathered = new long[end[^1]];
        var next = end[..^1];
        for (var row = 0; row < levels.Length; row++)
            if (levels[row] >= 0 && present[row]) gathered[next[levels[row]]++] = values[row];

        for (var level = 0; level < _levels.Count; level++)
        {
            ref var cell = ref _cells[(level * _plan.Question.Measures.Count) + measure];
            cell.Add(gathered.AsSpan(end[level]..end[level + 1]));
            if (cell.Count > MaximumCount)
                throw new CollabException(StatisticsErrors.TooManyRows, $"More than {MaximumCount} rows in one group.");
        }
    }

    private int[] LevelOfEachRow(ColumnBatch batch)
    {
        var levels = new int[batch.RowCount];
        if (_plan.Question.GroupBy is not { } by) return levels; // one group: level 0 everywhere
        switch (Find(batch, by.Column))
        {
            case TextColumn text:
                for (var row = 0; row < levels.Length; row++) levels[row] = Level(text.Values[row], batch.FirstRow + row);
                break;
            case NumberColumn { Schema.Scale: 0 } number:
                for (var row = 0; row < levels.Length; row++)
                {
                    var text = number.Present.Span[row] ? number.Values.Span[row].ToString(CultureInfo.InvariantCulture) : null;
                    levels[row] = Level(text, batch.FirstRow + row);
                }

                break;
            default:
                throw new CollabException(StatisticsErrors.ColumnUnfit, $"Column '{by.Column}' groups, so it is text or whole numbers.");
        }

        return levels;
    }

    private int Level(string? text, long row)
    {
        if (text is null)
        {
            RowsWithoutLevel++;
            return -1;
        }

        return _levels.TryGetValue(text, out var level)
            ? level
            : throw new CollabException(
                StatisticsErrors.UnknownLevel,
                $"Row {row}: column '{_plan.Question.GroupBy!.Column}' holds a level that is not in the plan.");
    }

    private static (long[] Values, bool[] Present) ScaledValues(ColumnBatch batch, Measure measure)
    {
        if (Find(batch, measure.Column) is not NumberColumn column || column.Schema.Scale > measure.Scale)
        {
            throw new CollabException(
                StatisticsErrors.ColumnUnfit,
                $"Column '{measure.Column}' is a measure, so it is a number of at most {measure.Scale} decimals.");
        }

        var factor = (long)BigInteger.Pow(10, measure.Scale - column.Schema.Scale);
        var (values, present) = (column.Values.ToArray(), column.Present.ToArray());
        if (factor == 1) return (values, present);
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row]) continue;
            var scaled = (Int128)values[row] * factor;
            if (scaled < long.MinValue || scaled > long.MaxValue)
            {
                throw new CollabException(
                    StatisticsErrors.ValueTooLarge,
                    $"Row {batch.FirstRow + row}: column '{measure.Column}' does not fit 64 bits with {measure.Scale} decimals.");
            }

            values[row] = (long)scaled;
        }

        return (values, present);
    }

    private static Column Find(ColumnBatch batch, string name) =>
        batch.Columns.FirstOrDefault(c => c.Schema.Name == name)
        ?? throw new CollabException(StatisticsErrors.ColumnUnfit, $"Column '{name}' is not in the dataset.");
}

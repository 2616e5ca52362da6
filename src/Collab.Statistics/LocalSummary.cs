using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics;

/// <summary>What an owner computes alone: count, Σx, Σx², minimum and maximum per level and measure, exactly, in one pass.</summary>
/// <remarks>
/// A row whose level is missing belongs to no group and is left out; a missing measure leaves the row out of that measure alone.
/// For a private answer no row may fail the job, which would tell of it: there a value outside its range counts as the nearest end, and an unknown level as none.
/// Memory: a few words per cell and three words per row of one batch, and where contributors are counted each one's name and its number in each cell. Local: sends nothing. Timing depends on the owner's own data.
/// Source: specs/statistics.md, step 1.
/// </remarks>
public sealed class LocalSummary
{
    /// <summary>The most rows of one cell that one owner contributes: 2^40 − 1, the width of a count in the gate.</summary>
    public const long MaximumCount = (1L << DisclosureGate.CountBits) - 1;

    private readonly StatisticsPlan _plan;
    private readonly Dictionary<string, int> _levels;
    private readonly ExactMoments[] _cells;
    private readonly CellContributions[]? _contributions; // only where there is a rule of dominance
    private readonly ContributorSet[]? _contributors; // only where contributors are counted
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>Begins with no rows.</summary>
    public LocalSummary(StatisticsPlan plan)
    {
        _plan = plan;
        _levels = BatchColumns.NumbersOf(plan.Question.Levels);
        _cells = new ExactMoments[plan.Question.Levels.Count * plan.Question.Measures.Count];
        Array.Fill(_cells, new ExactMoments());
        if (plan.Dominance is { } rule) _contributions = [.. _cells.Select(_ => new CellContributions(rule.Largest))];
        if (plan.Question.Contributor is not null) _contributors = [.. _cells.Select(_ => new ContributorSet())];
    }

    /// <summary>Rows seen.</summary>
    public long RowCount { get; private set; }

    /// <summary>Rows left out because their level is missing.</summary>
    public long RowsWithoutLevel { get; private set; }

    /// <summary>The owner's own part of each cell, in the order of <see cref="StatisticsPlan.Cells"/>.</summary>
    internal IReadOnlyList<OwnCell> Own
    {
        get
        {
            OwnCell[] groups = [.. _cells.Select((c, i) => new OwnCell(c.Count, c.Sum, c.SumOfSquares, c.Minimum, c.Maximum) { Contributions = _contributions?[i], Contributors = _contributors?[i] })];
            return _plan.Question.Total
                ? [.. groups, .. _plan.Question.Measures.Select((_, measure) => groups.Where((_, cell) => cell % _plan.Question.Measures.Count == measure).Aggregate((a, b) => a.Plus(b)))]
                : groups;
        }
    }

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
        var levels = BatchColumns.LevelOfEachRow(batch, _plan.Question.GroupBy, _levels, skipsUnknown: _plan.Noise is not null);
        RowsWithoutLevel += levels.Count(level => level < 0);
        var contributors = _plan.Question.Contributor is { } column ? BatchColumns.ContributorOfEachRow(batch, column, _numbers) : null;
        for (var measure = 0; measure < _plan.Question.Measures.Count; measure++)
            Add(batch, levels, measure, contributors);
        RowCount += batch.RowCount;
    }

    // Values are gathered by level first, so that the summing kernel runs over dense spans.
    private void Add(ColumnBatch batch, ReadOnlySpan<int> levels, int measure, int[]? contributors)
    {
        var (values, present) = BatchColumns.ScaledValues(batch, _plan.Question.Measures[measure], _plan.RangeOf(measure));
        var end = new int[_levels.Count + 1]; // end[l + 1]: first where level l begins, and where it ends when all are placed
        for (var row = 0; row < levels.Length; row++)
            if (levels[row] >= 0 && present[row]) end[levels[row] + 1]++;
        for (var level = 1; level < end.Length; level++) end[level] += end[level - 1];
        var gathered = new long[end[^1]];
        var next = end[..^1];
        for (var row = 0; row < levels.Length; row++)
            if (levels[row] >= 0 && present[row]) gathered[next[levels[row]]++] = values[row];
        for (var row = 0; contributors is not null && row < levels.Length; row++)
            if (levels[row] >= 0 && present[row] && contributors[row] >= 0) _contributors![(levels[row] * _plan.Question.Measures.Count) + measure].Add(contributors[row]);

        for (var level = 0; level < _levels.Count; level++)
        {
            var number = (level * _plan.Question.Measures.Count) + measure;
            var own = gathered.AsSpan(end[level]..end[level + 1]);
            ref var cell = ref _cells[number];
            cell.Add(own);
            _contributions?[number].Add(own, cell);
            if (cell.Count > MaximumCount)
                throw new CollabException(StatisticsErrors.TooManyRows, $"More than {MaximumCount} rows in one group.");
        }
    }
}

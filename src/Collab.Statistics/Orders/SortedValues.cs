using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Statistics.Analyses;

namespace Collab.Statistics.Orders;

/// <summary>The values of a column that an owner keeps, group by group, so that it can count those at or below a candidate.</summary>
/// <remarks>Memory: 8 bytes a row, up to 24 while it grows. Local; the time of a count is logarithmic and depends on the owner's own data.</remarks>
internal sealed class SortedValues(Analysis.Quantiles analysis) : KeptRows
{
    /// <summary>Bytes a row at the peak: a list twice as long as needed, and the one it was copied from.</summary>
    public const int BytesPerRow = 24;

    private readonly Dictionary<string, int> _levels = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);
    private readonly List<long>[] _values = [.. (analysis.Groups?.Levels ?? [""]).Select(_ => new List<long>())];
    private bool _isSorted;

    /// <summary>Rows with a value and a group, in one group.</summary>
    public long Count(int group) => _values[group].Count;

    /// <inheritdoc/>
    public override void Add(ColumnBatch batch)
    {
        var levels = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _levels);
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row] || levels[row] < 0) continue;
            if (values[row] < analysis.Low || values[row] > analysis.High)
                throw new CollabException(ProgramErrors.OutOfRange, $"Row {batch.NumberOf(row)}: column '{analysis.Value.Column}' is out of the range that the job declares.");
            _values[levels[row]].Add(values[row]);
        }

        _isSorted = false;
    }

    /// <summary>How many of a group's values are at or below a candidate.</summary>
    public long CountAtOrBelow(int group, long candidate)
    {
        if (!_isSorted)
        {
            foreach (var all in _values) all.Sort();
            _isSorted = true;
        }

        var values = _values[group];
        var (low, high) = (0, values.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (values[middle] <= candidate) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

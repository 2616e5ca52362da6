using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>For one column that is summed up over matches: the keys whose first row has a value, and the values.</summary>
internal sealed class MeasureValues(Measure measure)
{
    /// <summary>The largest |value|, in units of the measure's scale: totals over 12,900,000 keys stay below 2^63, their squares below 2^126.</summary>
    public const long LargestMagnitude = (1L << 39) - 1;

    /// <summary>A value beyond <see cref="LargestMagnitude"/>.</summary>
    public static readonly ErrorCode ValueTooLarge = new(
        "data.value-too-large", ErrorKind.InvalidInput, "Sum up a column in larger units: a value has at most 549,755,813,887 of its smallest.");

    private readonly List<long> _values = [];
    private readonly List<int> _keys = [];
    private int _place = -1;

    /// <summary>The measure.</summary>
    public Measure Measure => measure;

    /// <summary>The values, in units of the measure's scale, which is that of the column.</summary>
    public ReadOnlyMemory<long> Values => _values.ToArray();

    /// <summary>Takes the first row of a key.</summary>
    public void Add(ColumnBatch batch, int row, int key)
    {
        if (_place < 0) _place = batch.Columns.Index().First(entry => entry.Item.Schema.Name == measure.Column).Index;
        var column = (NumberColumn)batch.Columns[_place];
        if (!column.Present.Span[row]) return; // as in all statistics: a row without a value is not counted
        if (column.Values.Span[row] is > LargestMagnitude or < -LargestMagnitude)
            throw new CollabException(ValueTooLarge, $"The value of '{measure.Column}' in row {batch.NumberOf(row)} is too large to be summed up over matches.");
        _keys.Add(key);
        _values.Add(column.Values.Span[row]);
    }

    /// <summary>The items of those keys.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ItemsOf(IReadOnlyList<ReadOnlyMemory<byte>> keys) =>
        new LazyList<ReadOnlyMemory<byte>>(_keys.Count, i => keys[_keys[i]]);
}

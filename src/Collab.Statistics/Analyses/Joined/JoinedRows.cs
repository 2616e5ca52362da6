using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>One owner's part of an analysis over joined rows: in which of its rows all of its columns have a value, and its own products in these.</summary>
/// <remarks>Local: sends nothing. Memory: a byte a row and 16 for each of its products.</remarks>
public sealed class JoinedRows
{
    private readonly JoinedTables _tables;
    private readonly IReadOnlyList<RowProduct> _products; // those of totals, then those that are kept
    private readonly int _columnCount;
    private readonly IReadOnlyList<Measure> _measures;
    private readonly IReadOnlyList<GroupBy> _groupings;
    private readonly Dictionary<string, int>[] _levels;
    private readonly List<bool> _complete = [];
    private readonly List<List<Int128>> _values;
    private ColumnBatch? _batch;
    private Dictionary<string, long[]> _columns = [];
    private List<Func<int, bool>> _present = [];

    internal JoinedRows(
        JoinedTables tables, IReadOnlyList<RowProduct> products, IReadOnlyList<Measure> measures, IReadOnlyList<GroupBy> groupings, params IReadOnlyList<RowProduct> kept)
    {
        (_tables, _products, _columnCount, _measures, _groupings) = (tables, [.. products, .. kept], products.Count, measures, groupings);
        _levels = [.. groupings.Select(grouping => BatchColumns.NumbersOf(grouping.Levels))];
        _values = [.. _products.Select(_ => new List<Int128>())];
    }

    /// <summary>The columns that this owner brings to the analysis.</summary>
    public IReadOnlyList<string> ColumnNames => [.. _measures.Select(measure => measure.Column), .. _groupings.Select(grouping => grouping.Column)];

    /// <summary>For each row that was taken, whether it has a value in every column of the analysis that this owner holds.</summary>
    public IReadOnlyList<bool> Complete => _complete;

    /// <summary>Its products in all rows, 0 in those that are not complete, shape [p][rows].</summary>
    public IReadOnlyList<ReadOnlyMemory<Int128>> Columns => [.. _values.Take(_columnCount).Select(column => (ReadOnlyMemory<Int128>)column.ToArray())];

    /// <summary>What is kept for rounds, 0 in rows that are not complete, shape [k][rows].</summary>
    internal IReadOnlyList<IReadOnlyList<Int128>> Kept => _values[_columnCount..];

    /// <summary>Takes the first row of the next key.</summary>
    /// <param name="batch">The batch; its columns are read when it is new.</param>
    /// <param name="row">The row in it.</param>
    /// <exception cref="CollabException">A code of <see cref="StatisticsErrors"/> or <c>data.out-of-range</c>, which names the row and never a value; nothing has been sent yet.</exception>
    public void Add(ColumnBatch batch, int row)
    {
        if (!ReferenceEquals(batch, _batch)) Read(batch);
        _complete.Add(_present.TrueForAll(present => present(row)));
        if (!_complete[^1])
        {
            _values.ForEach(column => column.Add(0));
            return;
        }

        foreach (var measure in _measures)
        {
            var (low, high) = _tables.RangeOf(measure);
            if (_columns[measure.Column][row] < low || _columns[measure.Column][row] > high)
                throw new CollabException(ProgramErrors.OutOfRange, $"Row {batch.NumberOf(row)}: column '{measure.Column}' is outside of the range that the join has for it.");
        }

        for (var p = 0; p < _products.Count; p++)
        {
            Int128 product = 1;
            foreach (var factor in _products[p].Factors) product *= ValueOf(factor, batch, row);
            _values[p].Add(product);
        }
    }

    private void Read(ColumnBatch batch)
    {
        (_batch, _columns, _present) = (batch, [], []);
        foreach (var measure in _measures)
        {
            var (values, present) = BatchColumns.ScaledValues(batch, measure);
            _columns[measure.Column] = values;
            _present.Add(row => present[row]);
        }

        foreach (var (grouping, numbers) in _groupings.Zip(_levels))
        {
            var levels = BatchColumns.LevelOfEachRow(batch, grouping, numbers);
            _columns[grouping.Column] = Array.ConvertAll(levels, level => (long)level);
            _present.Add(row => levels[row] >= 0);
        }
    }

    private Int128 ValueOf(RowFactor factor, ColumnBatch batch, int row)
    {
        Int128 value = _columns[factor.Column][row];
        switch (factor)
        {
            case RowFactor.Power power:
                var product = value;
                for (var k = 1; k < power.Exponent; k++) product *= value; // within the plan's bounds, which are below 2^127
                return product;
            case RowFactor.Level level:
                return value == level.Number ? 1 : 0;
            case RowFactor.LevelNumber:
                return value;
            case RowFactor.Interval interval:
                return interval.Holds((long)value) ? 1 : 0;
            case RowFactor.Count count:
                if (value < 0 || value % count.Unit != 0)
                    throw new CollabException(StatisticsErrors.ResponseUnfit, $"Row {batch.NumberOf(row)}: column '{count.Column}' holds no count.");
                return count.Term.At((long)value / count.Unit);
            case RowFactor.Leaves leaves:
                return leaves.Leaving.Of((long)value, (int)_columns[leaves.Leaving.Event.Column][row]) == leaves.Number ? 1 : 0;
            default:
                throw new ArgumentException($"{factor.GetType().Name} has no value.", nameof(factor));
        }
    }
}

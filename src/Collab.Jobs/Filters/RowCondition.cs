using System.Numerics;

namespace Collab.Jobs;

/// <summary>A filter made ready for columns of known types: a whole batch at a time, with no memory for a row.</summary>
internal abstract class RowCondition
{
    /// <summary>Marks the rows of a batch for which it is true; of a missing value none but its own absence is.</summary>
    public abstract void Mark(ColumnBatch batch, Span<bool> holds);

    /// <summary>Makes a filter ready.</summary>
    /// <param name="filter">The filter, which fits the columns.</param>
    /// <param name="columns">The columns of every batch, in their order.</param>
    public static RowCondition Of(RowFilter filter, IReadOnlyList<ColumnSchema> columns)
    {
        (int At, int Scale) Find(string name)
        {
            var at = columns.Index().First(column => column.Item.Name == name).Index;
            return (at, columns[at].Scale);
        }

        switch (filter)
        {
            case RowFilter.All all:
                return new Combined([.. all.Parts.Select(part => Of(part, columns))], isAll: true);
            case RowFilter.Any any:
                return new Combined([.. any.Parts.Select(part => Of(part, columns))], isAll: false);
            case RowFilter.Compared { Bound: FilterConstant.Number number } compared:
                var (column, scale) = Find(compared.Column);
                return Interval(column, compared.How, number, scale);
            case RowFilter.Compared { Bound: FilterConstant.Text text } compared:
                return new TextOrder(Find(compared.Column).At, compared.How, text.Value);
            case RowFilter.OneOf { Values: [FilterConstant.Number, ..] } oneOf:
                var (place, digits) = Find(oneOf.Column);
                return new Numbers(place, [.. oneOf.Values.Cast<FilterConstant.Number>().Select(value => UnitsOf(value, digits)).OfType<long>()], oneOf.IsNegated);
            case RowFilter.OneOf oneOf:
                return new Texts(Find(oneOf.Column).At, oneOf.Values.Cast<FilterConstant.Text>().Select(value => value.Value).ToHashSet(StringComparer.Ordinal), oneOf.IsNegated);
            case RowFilter.Missing missing:
                return new Presence(Find(missing.Column).At, missing.IsNegated);
            default:
                throw new ArgumentException($"{filter.GetType().Name} is no condition.", nameof(filter));
        }
    }

    // A column holds whole units of 10^(−scale), so every comparison is an interval of them, whatever digits the constant has.
    private static Units Interval(int column, Comparison how, FilterConstant.Number bound, int scale)
    {
        var floor = BigInteger.DivRem(bound.Units * BigInteger.Pow(10, scale), BigInteger.Pow(10, bound.Scale), out var rest);
        if (rest < 0) floor--;
        var ceiling = rest.IsZero ? floor : floor + 1;
        var (low, high) = how switch
        {
            Comparison.Less => (long.MinValue, ceiling - 1),
            Comparison.AtMost => (long.MinValue, floor),
            Comparison.More => (floor + 1, long.MaxValue),
            _ => (ceiling, (BigInteger)long.MaxValue),
        };
        return low > long.MaxValue || high < long.MinValue
            ? new Units(column, 1, 0)
            : new Units(column, (long)BigInteger.Max(low, long.MinValue), (long)BigInteger.Min(high, long.MaxValue));
    }

    /// <summary>A constant in units of a column; null if no value of the column is equal to it.</summary>
    private static long? UnitsOf(FilterConstant.Number constant, int scale)
    {
        var units = BigInteger.DivRem(constant.Units * BigInteger.Pow(10, scale), BigInteger.Pow(10, constant.Scale), out var rest);
        return rest.IsZero && units >= long.MinValue && units <= long.MaxValue ? (long)units : null;
    }

    private sealed class Combined(RowCondition[] parts, bool isAll) : RowCondition
    {
        private bool[] _part = [];

        public override void Mark(ColumnBatch batch, Span<bool> holds)
        {
            if (_part.Length < holds.Length) _part = new bool[holds.Length];
            var part = _part.AsSpan(0, holds.Length);
            parts[0].Mark(batch, holds);
            foreach (var other in parts.AsSpan(1))
            {
                other.Mark(batch, part);
                if (isAll)
                    for (var row = 0; row < holds.Length; row++) holds[row] &= part[row];
                else
                    for (var row = 0; row < holds.Length; row++) holds[row] |= part[row];
            }
        }
    }

    private sealed class Units(int column, long low, long high) : RowCondition
    {
        public override void Mark(ColumnBatch batch, Span<bool> holds)
        {
            var numbers = (NumberColumn)batch.Columns[column];
            var values = numbers.Values.Span[..holds.Length];
            var present = numbers.Present.Span[..holds.Length];
            for (var row = 0; row < holds.Length; row++) holds[row] = present[row] & values[row] >= low & values[row] <= high;
        }
    }

    private sealed class Numbers(int column, long[] wanted, bool isNegated) : RowCondition
    {
        public override void Mark(ColumnBatch batch, Span<bool> holds)
        {
            var numbers = (NumberColumn)batch.Columns[column];
            var values = numbers.Values.Span;
            var present = numbers.Present.Span;
            for (var row = 0; row < holds.Length; row++) holds[row] = present[row] & (Array.BinarySearch(wanted, values[row]) >= 0) != isNegated;
        }
    }

    private sealed class Texts(int column, HashSet<string> wanted, bool isNegated) : RowCondition
    {
        public override void Mark(ColumnBatch batch, Span<bool> holds)
        {
            var values = ((TextColumn)batch.Columns[column]).Values;
            for (var row = 0; row < holds.Length; row++) holds[row] = values[row] is { } value && wanted.Contains(value) != isNegated;
        }
    }

    private sealed class TextOrder(int column, Comparison how, string bound) : RowCondition
    {
        public override void Mark(ColumnBatch batch, Span<bool> holds)
        {
            var values = ((TextColumn)batch.Columns[column]).Values;
            for (var row = 0; row < holds.Length; row++)
            {
                holds[row] = values[row] is { } value && string.CompareOrdinal(value, bound) is var order && how switch
                {
                    Comparison.Less => order < 0,
                    Comparison.AtMost => order <= 0,
                    Comparison.More => order > 0,
                    _ => order >= 0,
                };
            }
        }
    }

    private sealed class Presence(int column, bool wanted) : RowCondition
    {
        public override void Mark(ColumnBatch batch, Span<bool> holds)
        {
            if (batch.Columns[column] is NumberColumn numbers)
            {
                var present = numbers.Present.Span;
                for (var row = 0; row < holds.Length; row++) holds[row] = present[row] == wanted;
                return;
            }

            var values = ((TextColumn)batch.Columns[column]).Values;
            for (var row = 0; row < holds.Length; row++) holds[row] = values[row] is not null == wanted;
        }
    }
}

using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>Count, sums, smallest and largest of a column's numbers: exact, so the same in whatever order and chunks the rows come.</summary>
internal sealed class NumberSummary(ColumnSchema column)
{
    private readonly double _unit = FeatureRange.PowerOfTen(column.Scale);
    private Int128 _sum;
    private UInt128 _squares; // and so many times 2^128:
    private ulong _carries;
    private long _smallest = long.MaxValue, _largest = long.MinValue;

    /// <summary>Numbers that are there.</summary>
    public long Present { get; private set; }

    /// <summary>Numbers that are missing.</summary>
    public long Missing { get; private set; }

    public double Smallest => _smallest / _unit;

    public double Largest => _largest / _unit;

    public double Mean => (double)_sum / Present / _unit;

    public void Add(NumberColumn numbers)
    {
        var values = numbers.Values.Span;
        var present = numbers.Present.Span;
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row])
            {
                Missing++;
                continue;
            }

            var value = values[row];
            if (!FeatureRange.HoldsNumber(value)) throw FeatureRange.Over(column.Name);
            _sum += value;
            var square = (UInt128)((Int128)value * value);
            _squares = unchecked(_squares + square);
            if (_squares < square) _carries++;
            (_smallest, _largest, Present) = (Math.Min(_smallest, value), Math.Max(_largest, value), Present + 1);
        }

        if (Present > 1 << 26) throw new CollabException(FeatureErrors.RowsTooMany, "There are more than 2^26 rows.");
    }

    /// <summary>Mean and deviation over all rows, missing ones counted as the fill.</summary>
    public AffineMap Standardized(double fill)
    {
        // Σ(x − m)² = Σ(x − m₀)² + present·(m₀ − m)² + missing·(fill − m)², m₀ being the mean of the present.
        var rows = Present + Missing;
        var mean = Missing == 0 ? Mean : Mean + ((fill - Mean) * Missing / rows);
        var about = (double)((Present * (((BigInteger)_carries << 128) + _squares)) - ((BigInteger)_sum * _sum)) / Present / _unit / _unit;
        if (Missing > 0) about += (Present * (Mean - mean) * (Mean - mean)) + (Missing * (fill - mean) * (fill - mean));
        return about > 0 ? new(mean, Math.Sqrt(about / rows)) : throw Constant();
    }

    /// <summary>Smallest and range over all rows, missing ones counted as the fill.</summary>
    public AffineMap ScaledToRange(double fill)
    {
        var (smallest, largest) = Missing == 0 ? (Smallest, Largest) : (Math.Min(Smallest, fill), Math.Max(Largest, fill));
        return largest > smallest ? new(smallest, largest - smallest) : throw Constant();
    }

    /// <summary>The inner edges of intervals of one width between the smallest and the largest; none if these are equal.</summary>
    public double[] EqualWidthEdges(int count)
    {
        var edges = new List<double>(count - 1);
        for (var i = 1; i < count; i++)
        {
            var edge = Smallest + ((Largest - Smallest) * i / count);
            if (edge > (edges.Count == 0 ? Smallest : edges[^1]) && edge < Largest) edges.Add(edge);
        }

        return [.. edges];
    }

    private CollabException Constant() => new(FeatureErrors.ColumnConstant, $"Column {column.Name} has the same value in all rows of training.");
}

using System.Numerics;

namespace Collab.Arithmetic.WideIntegers;

/// <summary>Count, Σx, Σx², minimum and maximum of 64-bit integers, without any rounding.</summary>
/// <remarks>
/// Room: up to 2^63 − 1 values; |Σx| ≤ 2^63·2^63 &lt; 2^127 fits <see cref="Int128"/>, Σx² ≤ 2^63·2^126 = 2^189 fits three words.
/// Integer sums do not depend on the order of the values, so parts may be added in any order and on any number of threads.
/// Timing depends on the number of values alone.
/// </remarks>
public partial struct ExactMoments
{
    private Int128 _sum;
    private UInt128 _squares;
    private ulong _squaresCarry;

    /// <summary>No values: minimum and maximum are the neutral elements of their operation.</summary>
    public ExactMoments()
    {
        Minimum = long.MaxValue;
        Maximum = long.MinValue;
    }

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest value; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Minimum { get; private set; }

    /// <summary>The largest value; <see cref="long.MinValue"/> when there is none.</summary>
    public long Maximum { get; private set; }

    /// <summary>Σx.</summary>
    public readonly Integer256 Sum => _sum;

    /// <summary>Σx².</summary>
    public readonly Integer256 SumOfSquares =>
        new(unchecked((ulong)_squares), (ulong)(_squares >> 64), _squaresCarry, 0);

    /// <summary>Adds values.</summary>
    /// <exception cref="OverflowException">More than 2^63 − 1 values.</exception>
    public void Add(ReadOnlySpan<long> values)
    {
        Count += values.Length;
        if (Vector.IsHardwareAccelerated)
        {
            while (values.Length >= Vector<long>.Count)
            {
                var block = values[..Math.Min(values.Length - (values.Length % Vector<long>.Count), VectorBlock)];
                AddVectors(block);
                values = values[block.Length..];
            }
        }

        AddScalars(values);
    }

    // The specification, and the remainder.
    internal void AddScalars(ReadOnlySpan<long> values)
    {
        foreach (var value in values)
        {
            _sum += value;
            AddSquares((UInt128)((Int128)value * value));
            Minimum = Math.Min(Minimum, value);
            Maximum = Math.Max(Maximum, value);
        }
    }

    private void AddSquares(UInt128 squares)
    {
        unchecked
        {
            _squares += squares;
            if (_squares < squares) _squaresCarry++;
        }
    }
}

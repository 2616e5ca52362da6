using System.Numerics;
using Collab.Arithmetic.WideIntegers;

namespace Collab.Statistics;

/// <summary>What rows contribute to a sum, as rules of dominance need it: the sum of all |x|, that of all x², and the largest |x|.</summary>
/// <remarks>Local. Timing depends on the owner's own values.</remarks>
internal sealed class CellContributions
{
    private readonly ulong[] _largest;
    private UInt128 _sum; // fewer than 2^40 values of at most 2^63

    /// <summary>Begins with no rows.</summary>
    /// <param name="largest">How many of the largest are kept.</param>
    public CellContributions(int largest) => _largest = new ulong[largest];

    /// <summary>Σ|x|.</summary>
    public BigInteger Sum => _sum;

    /// <summary>Σx², as the cell's moments have it.</summary>
    public BigInteger SumOfSquares { get; private set; }

    /// <summary>The largest |x| in falling order; 0 where there are not so many.</summary>
    public IReadOnlyList<ulong> Largest => _largest;

    /// <summary>Adds the values that were added to the moments too.</summary>
    public void Add(ReadOnlySpan<long> values, in ExactMoments moments)
    {
        foreach (var value in values)
        {
            var size = value < 0 ? unchecked(0UL - (ulong)value) : (ulong)value; // −2^63 too
            _sum += size;
            if (size > _largest[^1]) Insert(size);
        }

        if (values.Length > 0) SumOfSquares = moments.SumOfSquares.ToBigIntegerVariableTime();
    }

    /// <summary>Those of two cells together.</summary>
    public CellContributions Plus(CellContributions other)
    {
        var both = new CellContributions(_largest.Length) { _sum = _sum + other._sum, SumOfSquares = SumOfSquares + other.SumOfSquares };
        foreach (var (place, size) in _largest.Concat(other._largest).OrderDescending().Take(_largest.Length).Index()) both._largest[place] = size;
        return both;
    }

    private void Insert(ulong size)
    {
        var place = _largest.Length - 1;
        for (; place > 0 && _largest[place - 1] < size; place--) _largest[place] = _largest[place - 1];
        _largest[place] = size;
    }
}

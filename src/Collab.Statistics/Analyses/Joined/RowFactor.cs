using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>What one column contributes to a product over a row.</summary>
/// <param name="Column">The column.</param>
internal abstract record RowFactor(string Column)
{
    /// <summary>Whether it is 0 or 1 in every row.</summary>
    public virtual bool IsIndicator => true;

    /// <summary>The least and the largest value that it has, given the ranges of measures.</summary>
    public virtual (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables) => (0, 1);

    /// <summary>x^k, in units of the measure's scale.</summary>
    public sealed record Power(Measure Measure, int Exponent) : RowFactor(Measure.Column)
    {
        public override bool IsIndicator => false;

        public override (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables)
        {
            var (low, high) = tables.RangeOf(Measure);
            BigInteger first = BigInteger.Pow(low, Exponent), last = BigInteger.Pow(high, Exponent);
            return int.IsOddInteger(Exponent) ? (first, last) : (low <= 0 && high >= 0 ? 0 : BigInteger.Min(first, last), BigInteger.Max(first, last));
        }
    }

    /// <summary>1 in rows of one level.</summary>
    public sealed record Level(GroupBy Groups, int Number) : RowFactor(Groups.Column);

    /// <summary>The number of the level.</summary>
    public sealed record LevelNumber(GroupBy Groups) : RowFactor(Groups.Column)
    {
        public override bool IsIndicator => false;

        public override (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables) => (0, Groups.Levels.Count - 1);
    }

    /// <summary>1 in rows whose value lies in one interval between ends: above the one before its number, and not above its own; above the last in the interval behind it.</summary>
    public sealed record Interval(Measure Measure, IReadOnlyList<long> Ends, int Number) : RowFactor(Measure.Column)
    {
        /// <summary>Whether a value lies in it.</summary>
        public bool Holds(long value) => (Number == 0 || value > Ends[Number - 1]) && (Number == Ends.Count || value <= Ends[Number]);
    }
}

using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>What one column contributes to a product over a row.</summary>
/// <param name="Column">The column.</param>
internal abstract record RowFactor(string Column)
{
    /// <summary>Whether it is 0 or 1 in every row.</summary>
    public virtual bool IsIndicator => true;

    /// <summary>The measure that it is of, if it is of one.</summary>
    public virtual Measure? Measured => null;

    /// <summary>The groups that it is of, if it is of some.</summary>
    public virtual GroupBy? Grouped => null;

    /// <summary>The least and the largest value that it has, given the ranges of measures.</summary>
    public virtual (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables) => (0, 1);

    /// <summary>x^k, in units of the measure's scale.</summary>
    public sealed record Power(Measure Measure, int Exponent) : RowFactor(Measure.Column)
    {
        public override Measure Measured => Measure;

        public override bool IsIndicator => false;

        public override (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables)
        {
            var (low, high) = tables.RangeOf(Measure);
            BigInteger first = BigInteger.Pow(low, Exponent), last = BigInteger.Pow(high, Exponent);
            return int.IsOddInteger(Exponent) ? (first, last) : (low <= 0 && high >= 0 ? 0 : BigInteger.Min(first, last), BigInteger.Max(first, last));
        }
    }

    /// <summary>1 in rows of one level.</summary>
    public sealed record Level(GroupBy Groups, int Number) : RowFactor(Groups.Column)
    {
        public override GroupBy Grouped => Groups;
    }

    /// <summary>The number of the level.</summary>
    public sealed record LevelNumber(GroupBy Groups) : RowFactor(Groups.Column)
    {
        public override bool IsIndicator => false;

        public override (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables) => (0, Groups.Levels.Count - 1);
    }

    /// <summary>1 in rows whose value lies in one interval between ends: above the one before its number, and not above its own; above the last in the interval behind it.</summary>
    public sealed record Interval(Measure Measure, IReadOnlyList<long> Ends, int Number) : RowFactor(Measure.Column)
    {
        public override Measure Measured => Measure;

        /// <summary>Whether a value lies in it.</summary>
        public bool Holds(long value) => (Number == 0 || value > Ends[Number - 1]) && (Number == Ends.Count || value <= Ends[Number]);
    }

    /// <summary>A function of a count y, as a whole number of 2^−<see cref="CountTerm.FractionBits"/>, or an indicator.</summary>
    public sealed record Count(Measure Measure, CountTerm Term) : RowFactor(Measure.Column)
    {
        public override Measure Measured => Measure;

        public override bool IsIndicator => Term == CountTerm.Positive;

        public override (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables) =>
            (Term.At(0), Term.At(Math.Max(0, tables.RangeOf(Measure).High / Unit))); // all of them grow with y

        /// <summary>How many units of the measure are 1.</summary>
        public long Unit => (long)BigInteger.Pow(10, Measure.Scale);
    }

    /// <summary>1 in rows that leave the risk set in one way: the number of <see cref="Analyses.Leaving"/>.</summary>
    public sealed record Leaves(Leaving Leaving, int Number) : RowFactor(Leaving.Time.Column)
    {
        public override Measure Measured => Leaving.Time;

        public override GroupBy Grouped => Leaving.Event;
    }
}

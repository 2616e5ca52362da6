using System.Globalization;
using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Results;

/// <summary>How true a printed number is to the number computed.</summary>
public enum Exactness
{
    /// <summary>The very number.</summary>
    Exact = 1,

    /// <summary>The nearest double, 53 bits; the fraction beside it, or under the root, is exact.</summary>
    RoundedToNearestDouble = 2,

    /// <summary>No number: the statistic is not defined for so few rows.</summary>
    NotDefined = 3,
}

/// <summary>One statistic of one cell: a closed set, one record per form a number takes.</summary>
/// <param name="Statistic">Which statistic.</param>
public abstract record StatisticValue(Statistic Statistic)
{
    /// <summary>The number as a double; null when not defined.</summary>
    public abstract double? Nearest { get; }

    /// <summary>How true <see cref="Nearest"/> is.</summary>
    public abstract Exactness Exactness { get; }
}

/// <summary>A count, sum, minimum or maximum: Units · 10^(−Scale), as it is.</summary>
public sealed record DecimalValue(Statistic Statistic, BigInteger Units, int Scale) : StatisticValue(Statistic)
{
    /// <summary>All digits, for example <c>-12.50</c> for −1250 at scale 2.</summary>
    public string Text
    {
        get
        {
            var digits = BigInteger.Abs(Units).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
            var sign = Units.Sign < 0 ? "-" : "";
            return Scale == 0 ? sign + digits : $"{sign}{digits[..^Scale]}.{digits[^Scale..]}";
        }
    }

    /// <inheritdoc/>
    public override double? Nearest => new Fraction(Units, BigInteger.Pow(10, Scale)).ToNearestDouble();

    /// <summary>Exact: <see cref="Text"/> is what is printed.</summary>
    public override Exactness Exactness => Exactness.Exact;
}

/// <summary>A mean or variance: an exact fraction.</summary>
public sealed record FractionValue(Statistic Statistic, Fraction Fraction) : StatisticValue(Statistic)
{
    /// <inheritdoc/>
    public override double? Nearest => Fraction.ToNearestDouble();

    /// <inheritdoc/>
    public override Exactness Exactness => Fraction.Of(Nearest!.Value) == Fraction ? Exactness.Exact : Exactness.RoundedToNearestDouble;
}

/// <summary>A standard deviation: the root of an exact fraction.</summary>
public sealed record RootValue(Statistic Statistic, Fraction Square) : StatisticValue(Statistic)
{
    /// <inheritdoc/>
    public override double? Nearest => Square.SquareRootToNearestDouble();

    /// <inheritdoc/>
    public override Exactness Exactness
    {
        get
        {
            var root = Fraction.Of(Nearest!.Value);
            var square = new Fraction(root.Numerator * root.Numerator, root.Denominator * root.Denominator);
            return square == Square ? Exactness.Exact : Exactness.RoundedToNearestDouble;
        }
    }
}

/// <summary>A variance or standard deviation of a single row: not defined, as in R.</summary>
public sealed record UndefinedValue(Statistic Statistic) : StatisticValue(Statistic)
{
    /// <inheritdoc/>
    public override double? Nearest => null;

    /// <inheritdoc/>
    public override Exactness Exactness => Exactness.NotDefined;
}

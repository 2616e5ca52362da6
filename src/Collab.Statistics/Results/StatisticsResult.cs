using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Results;

/// <summary>What the receiver gets: for each cell either its statistics or that it is withheld, and then no number at all.</summary>
/// <param name="Statistics">What is told of each released cell, in this order.</param>
/// <param name="MinimumGroupSize">A cell on fewer rows is withheld.</param>
/// <param name="Cells">The cells in the order of the plan.</param>
public sealed partial record StatisticsResult(
    IReadOnlyList<Statistic> Statistics, int MinimumGroupSize, IReadOnlyList<StatisticsCell> Cells)
{
    /// <summary>The noise in every number; null when they are exact.</summary>
    public AnswerNoise? Noise { get; init; }

    /// <summary>The rule of dominance that cells had to pass besides; null for none.</summary>
    public DominanceRule? Dominance { get; init; }

    /// <summary>The measures in their order.</summary>
    public IReadOnlyList<Measure> Measures => [.. Cells.Select(cell => cell.Measure).Distinct()];

    /// <summary>One flat row per cell and statistic, and one per withheld cell: what a table, a CSV file or JSON shows.</summary>
    public IEnumerable<StatisticsRow> Rows() => Cells.SelectMany(cell =>
        cell.Values is null
            ? [StatisticsRow.Withheld(cell, MinimumGroupSize, Dominance)]
            : cell.Values.Select(value => Noise is { } noise && value is not UndefinedValue
                ? StatisticsRow.Of(cell, value) with { Exactness = NoiseText(value, noise.DeviationOf(cell, value, Measures, GroupsIn(cell))) }
                : StatisticsRow.Of(cell, value)));

    // A line without a level beside others is a total of them.
    private int GroupsIn(StatisticsCell cell) => cell.Level.Length == 0 ? Math.Max(1, (Cells.Count / Measures.Count) - 1) : 1;

    private static string NoiseText(StatisticValue value, double deviation) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"noise of standard deviation {(value is FractionValue or RootValue ? "about " : "")}{deviation:g3}");
}

/// <summary>One cell of the result.</summary>
/// <param name="Level">The level of the grouping; empty when there is none.</param>
/// <param name="Measure">The measure described.</param>
/// <param name="Values">Its statistics in the order asked for; null when the cell is withheld.</param>
public sealed record StatisticsCell(string Level, Measure Measure, IReadOnlyList<StatisticValue>? Values)
{
    /// <summary>Whether the cell did not pass.</summary>
    public bool Withheld => Values is null;

    /// <summary>Computes the statistics of a cell from the totals over all owners. Exact: one division, as a fraction.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="statistics">What is asked.</param>
    /// <param name="totals">The totals that were opened; those no statistic needs may be left 0.</param>
    public static StatisticsCell From(PlannedCell cell, IReadOnlyList<Statistic> statistics, CellTotals totals)
    {
        var unit = BigInteger.Pow(10, cell.Measure.Scale) * (totals.AreOfTwiceTheValues ? 2 : 1);
        var (n, sum, squares) = (totals.Count, totals.Sum, totals.SumOfSquares);
        Fraction Variance() => new(BigInteger.Max(0, n * squares - sum * sum), n * (n - 1) * unit * unit); // below 0 by noise alone
        return new StatisticsCell(cell.Level, cell.Measure, [.. statistics.Select(statistic => (StatisticValue)(statistic switch
        {
            Statistic.Count => new DecimalValue(statistic, n, 0),
            Statistic.Sum => new DecimalValue(statistic, totals.AreOfTwiceTheValues ? sum >> 1 : sum, cell.Measure.Scale),
            Statistic.Mean => new FractionValue(statistic, new Fraction(sum, n * unit)),
            Statistic.Minimum => new DecimalValue(statistic, totals.Minimum, cell.Measure.Scale),
            Statistic.Maximum => new DecimalValue(statistic, totals.Maximum, cell.Measure.Scale),
            Statistic.Variance when n > 1 => new FractionValue(statistic, Variance()),
            Statistic.StandardDeviation when n > 1 => new RootValue(statistic, Variance()),
            Statistic.Variance or Statistic.StandardDeviation => new UndefinedValue(statistic),
            _ => throw new ArgumentOutOfRangeException(nameof(statistics)),
        }))]);
    }
}

/// <summary>The totals of one cell over all owners, in units of the measure's scale.</summary>
public readonly record struct CellTotals(BigInteger Count, BigInteger Sum, BigInteger SumOfSquares, long Minimum, long Maximum)
{
    /// <summary>Whether sum and squares are of twice the values, as private answers about the middle of a range have them.</summary>
    internal bool AreOfTwiceTheValues { get; init; }
}

/// <summary>One line of a result as people and programs read it; every number is text, so that none is rounded on the way.</summary>
/// <param name="Level">The level of the grouping; empty when there is none.</param>
/// <param name="Measure">The column described.</param>
/// <param name="Statistic">The statistic in words; null in the line of a withheld cell.</param>
/// <param name="Value">
/// The exact decimal, or the nearest double in the shortest form that reads back the same; null when there is no number.
/// </param>
/// <param name="Fraction">The exact fraction behind a mean or variance, or under the root of a standard deviation, as <c>p/q</c>.</param>
/// <param name="Exactness">How true <paramref name="Value"/> is, in words.</param>
public sealed record StatisticsRow(string Level, string Measure, string? Statistic, string? Value, string? Fraction, string Exactness)
{
    // Which of the two rules it was, nobody knows.
    internal static StatisticsRow Withheld(StatisticsCell cell, int minimum, DominanceRule? dominance) => new(
        cell.Level, cell.Measure.Column, null, null, null,
        dominance is null ? $"withheld: fewer than {minimum}" : $"withheld: fewer than {minimum}, or few make up the sum ({dominance})");

    internal static StatisticsRow Of(StatisticsCell cell, StatisticValue value) => new(
        cell.Level,
        cell.Measure.Column,
        value.Statistic switch
        {
            Jobs.Statistic.StandardDeviation => "standard deviation",
            var statistic => statistic.ToString().ToLowerInvariant(),
        },
        value is DecimalValue exact ? exact.Text : value.Nearest?.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        value switch
        {
            FractionValue fraction => fraction.Fraction.ToString(),
            RootValue root => root.Square.ToString(),
            _ => null,
        },
        value.Exactness switch
        {
            Results.Exactness.Exact => "exact",
            Results.Exactness.RoundedToNearestDouble => "rounded to nearest double (53 bits)",
            _ => "not defined",
        });
}

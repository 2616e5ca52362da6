using Collab.Jobs;
using Collab.Statistics.Privacy;

namespace Collab.Statistics.Results;

/// <summary>The noise in a differentially private answer.</summary>
/// <param name="Choice">What was chosen.</param>
/// <param name="Owners">How many owners added noise, each in full.</param>
public sealed record AnswerNoise(PrivacyChoice Choice, int Owners)
{
    /// <summary>The standard deviation of the noise in a released number, in the number's unit; of a mean, variance or standard deviation to the first order, about the numbers told.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="value">Its number.</param>
    /// <param name="measures">The measures of the answer, in their order.</param>
    /// <param name="groups">How many groups the cell is made of, each with its noise.</param>
    /// <remarks>Source: specs/differential-privacy.md.</remarks>
    public double DeviationOf(StatisticsCell cell, StatisticValue value, IReadOnlyList<Measure> measures, int groups = 1)
    {
        var plan = new NoisePlan(Choice, measures.Count, cell.Values!.Any(v => v.Statistic is Statistic.Variance or Statistic.StandardDeviation));
        var parts = Owners * groups;
        var count = parts * plan.Count.Variance;
        if (value.Statistic == Statistic.Count) return Math.Sqrt(count);
        var unit = Math.Pow(10, cell.Measure.Scale) * (plan.IsAboutMiddle ? 2 : 1);
        var measure = measures.Index().Single(m => m.Item == cell.Measure).Index;
        var sum = parts * plan.Sum(measure).Variance / (unit * unit);
        var middle = plan.IsAboutMiddle ? (double)plan.TwiceMiddle(measure) / unit : 0;
        if (value.Statistic == Statistic.Sum) return Math.Sqrt(sum + (middle * middle * count));
        var (rows, distance) = (Number(Statistic.Count)!.Value, Number(Statistic.Mean)!.Value - middle);
        if (value.Statistic == Statistic.Mean) return Math.Sqrt(sum + (distance * distance * count)) / rows; // (S + s)/(N + n) − S/N ≈ (s − mean·n)/N

        var variance = value.Statistic == Statistic.Variance ? value.Nearest ?? 0 : Math.Pow(value.Nearest ?? 0, 2);
        var squares = parts * plan.SumOfSquares(measure).Variance / Math.Pow(unit, 4);
        var ofCount = (distance * distance) - variance;
        var deviation = Math.Sqrt(squares + (4 * distance * distance * sum) + (ofCount * ofCount * count)) / rows;
        return value.Statistic == Statistic.Variance ? deviation
            : Math.Min(Math.Sqrt(deviation), variance > 0 ? deviation / (2 * Math.Sqrt(variance)) : double.PositiveInfinity); // |√(v + e) − √v| ≤ √|e|

        double? Number(Statistic statistic) => cell.Values!.FirstOrDefault(v => v.Statistic == statistic)?.Nearest;
    }
}

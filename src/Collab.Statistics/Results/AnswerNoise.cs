using Collab.Jobs;
using Collab.Statistics.Privacy;

namespace Collab.Statistics.Results;

/// <summary>The noise in a differentially private answer.</summary>
/// <param name="Choice">What was chosen.</param>
/// <param name="Owners">How many owners added noise, each in full.</param>
public sealed record AnswerNoise(PrivacyChoice Choice, int Owners)
{
    /// <summary>The standard deviation of the noise in a released number, in the number's unit; of a mean to the first order, about the sum and count told.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="value">Its number.</param>
    /// <param name="measures">The measures of the answer, in their order.</param>
    public double DeviationOf(StatisticsCell cell, StatisticValue value, IReadOnlyList<Measure> measures)
    {
        var plan = new NoisePlan(Choice, measures.Count);
        var count = Owners * plan.Count.Variance;
        if (value.Statistic == Statistic.Count) return Math.Sqrt(count);
        var unit = Math.Pow(10, cell.Measure.Scale);
        var sum = Owners * plan.Sum(measures.Index().Single(m => m.Item == cell.Measure).Index).Variance / (unit * unit);
        if (value.Statistic == Statistic.Sum) return Math.Sqrt(sum);
        var (mean, rows) = (value.Nearest!.Value, cell.Values!.Single(v => v.Statistic == Statistic.Count).Nearest!.Value);
        return Math.Sqrt(sum + (mean * mean * count)) / rows; // (S + s)/(N + n) − S/N ≈ (s − mean·n)/N
    }
}

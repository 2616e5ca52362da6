using System.Numerics;
using Collab.Primitives;
using Collab.Statistics.Privacy;
using Collab.Statistics.Results;

namespace Collab.Statistics;

/// <summary>Whether opened totals can come from any rows at all: a wrong share almost always makes them impossible.</summary>
/// <remarks>It proves nothing: a share that is off by little passes. Source: specs/statistics.md, Checks and aborts.</remarks>
internal static class PlausibleTotals
{
    private static readonly BigInteger LargestSquare = BigInteger.Pow(2, 126);
    private static readonly BigInteger LargestNoisySum = BigInteger.Pow(2, 128);
    private static readonly BigInteger LargestNoisySquares = BigInteger.Pow(2, 192);

    public static void ThrowUnlessPossible(StatisticsPlan plan, PlannedCell cell, CellTotals totals)
    {
        if (plan.Noise is not null)
        {
            Require(
                !plan.Totals.Contains(Total.Count) || (totals.Count >= plan.Question.MinimumGroupSize && totals.Count < plan.Owners.Count * NoisePlan.LargestCount),
                "a count that passes the gate");
            Require(BigInteger.Abs(totals.Sum) <= plan.Owners.Count * LargestNoisySum, "a sum of at most 2^128 of each owner");
            Require(BigInteger.Abs(totals.SumOfSquares) <= plan.Owners.Count * LargestNoisySquares, "squares of at most 2^192 of each owner");
            return;
        }

        var countOpened = plan.Totals.Contains(Total.Count);
        var mostRows = (BigInteger)LocalSummary.MaximumCount * plan.Owners.Count;
        BigInteger lowest = plan.AsksMinimum ? totals.Minimum : long.MinValue;
        BigInteger highest = plan.AsksMaximum ? totals.Maximum : long.MaxValue;
        Require(lowest <= highest, "a minimum that is not above the maximum");
        if (countOpened)
            Require(totals.Count >= plan.Question.MinimumGroupSize && totals.Count <= mostRows, "a count that passes the gate");
        if (plan.Totals.Contains(Total.Sum))
        {
            var (fewest, most) = countOpened ? (totals.Count, totals.Count) : (BigInteger.One, mostRows);
            Require(totals.Sum >= BigInteger.Min(fewest * lowest, most * lowest), "a sum that the smallest value allows");
            Require(totals.Sum <= BigInteger.Max(fewest * highest, most * highest), "a sum that the largest value allows");
        }

        if (!plan.Totals.Contains(Total.SumOfSquares)) return;
        Require(totals.SumOfSquares <= totals.Count * LargestSquare, "squares of 64-bit values");
        Require(totals.Count * totals.SumOfSquares >= totals.Sum * totals.Sum, "a variance that is not negative");

        void Require(bool holds, string rule)
        {
            if (holds) return;
            var level = plan.Question.GroupBy is null ? "" : $" at level '{cell.Level}'";
            throw new CollabException(
                StatisticsErrors.TotalsImpossible,
                $"The totals of '{cell.Measure.Column}'{level} come from no rows: expected {rule}.",
                step: JointStatistics.Finish);
        }
    }
}

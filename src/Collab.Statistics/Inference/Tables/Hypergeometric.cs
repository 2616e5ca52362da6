using MathNet.Numerics.RootFinding;

namespace Collab.Statistics.Inference.Tables;

/// <summary>The first cell of a 2 × 2 table given its margins: from the least value it can take on, the logarithm of each value's probability.</summary>
internal sealed record Hypergeometric(long Least, double[] Logs)
{
    /// <exception cref="InvalidOperationException">The cell can take more than <see cref="FisherExact.MaximumTables"/> values.</exception>
    public static Hypergeometric Of(ContingencyTable table)
    {
        var (row, column) = (table.RowTotals[0], table.ColumnTotals[0]);
        var rest = table.Total - row;
        var least = column > rest ? column - rest : 0;
        var most = column < row ? column : row;
        if (most - least >= FisherExact.MaximumTables)
            throw new InvalidOperationException($"More than {FisherExact.MaximumTables} tables have these margins.");
        var (a, b, c, d) = ((double)(row - least), (double)(column - least), (double)least, (double)(rest - column + least));
        return new Hypergeometric((long)least, DiscreteDistribution.LogProbabilities(
            (int)(most - least) + 1, k => Math.Log((a - k + 1) * (b - k + 1)) - Math.Log((c + k) * (d + k))));
    }

    /// <summary>The odds ratio under which the value seen is the mean.</summary>
    public double EstimateOddsRatio(int seen) =>
        seen == 0 ? 0
        : seen == Logs.Length - 1 ? double.PositiveInfinity
        : Solve(logOdds => Weights(logOdds).Select((weight, i) => weight * i).Sum() - seen);

    /// <summary>The odds ratios that the value seen does not reject.</summary>
    public (double Low, double High) Interval(int seen, Alternative alternative, double confidence)
    {
        var outside = alternative == Alternative.TwoSided ? (1 - confidence) / 2 : 1 - confidence;
        var low = alternative == Alternative.Less || seen == 0 ? 0 : Solve(logOdds => Weights(logOdds).Skip(seen).Sum() - outside);
        var high = alternative == Alternative.Greater || seen == Logs.Length - 1
            ? double.PositiveInfinity
            : Solve(logOdds => outside - Weights(logOdds).Take(seen + 1).Sum());
        return (low, high);
    }

    /// <summary>Probabilities of the values if the odds ratio is exp(<paramref name="logOdds"/>).</summary>
    private double[] Weights(double logOdds)
    {
        var logs = new double[Logs.Length];
        for (var i = 0; i < logs.Length; i++) logs[i] = Logs[i] + i * logOdds;
        var largest = logs.Max();
        var weights = Array.ConvertAll(logs, log => Math.Exp(log - largest));
        var sum = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / sum);
    }

    /// <summary>exp of the root of a rising function of the log odds, to the last bits of a double.</summary>
    private static double Solve(Func<double, double> rising)
    {
        var (below, above) = (-1.0, 1.0);
        while (rising(below) > 0) below *= 2;
        while (rising(above) < 0) above *= 2;
        return Math.Exp(Brent.FindRoot(rising, below, above, 1e-15, 1000));
    }
}

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Figures made of the result of a regression; errors are score − label. No new disclosure: all follow from its whole numbers.</summary>
public sealed class RegressionFigures
{
    private readonly EvaluationResult _result;

    /// <summary>Of a result.</summary>
    /// <exception cref="ArgumentException">It is none of a regression.</exception>
    public RegressionFigures(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Settings.Task != EvaluationTask.Regression) throw new ArgumentException("The result of a regression.", nameof(result));
        _result = result;
    }

    /// <summary>How many rows.</summary>
    public long Rows => _result.Totals[0];

    /// <summary>The mean label.</summary>
    public double MeanLabel => Format.Number(_result.Totals[2]) / Rows;

    /// <summary>The mean error.</summary>
    public double MeanError => Format.Number(_result.Totals[1] - _result.Totals[2]) / Rows;

    /// <summary>The mean of the errors' magnitudes.</summary>
    public double MeanAbsoluteError => Format.Number(_result.Statistics[0]) / Rows;

    /// <summary>The root of the mean squared error.</summary>
    public double RootMeanSquaredError => Math.Sqrt(SquaredErrors / Rows);

    /// <summary>R²: 1 − Σ e² / Σ (label − mean label)². NaN where all labels are equal.</summary>
    public double Determination
    {
        get
        {
            // In whole numbers: n · Σ y² − (Σ y)² is exact below 2^127.
            var spread = ((Int128)Rows * _result.Statistics[2]) - ((Int128)_result.Totals[2] * _result.Totals[2]);
            return spread == 0 ? double.NaN : 1 - ((double)((Int128)Rows * _result.Statistics[1]) / (double)spread);
        }
    }

    /// <summary>Predicted and actual means: bins between boundaries that are told, from the lowest scores.</summary>
    public IReadOnlyList<ScoreBin> Bins => _result.BinsOf(difference => (difference[0], difference[1], difference[2]), Math.ScaleB(1, -Format.Fraction));

    private ScoreFormat Format => _result.Settings.Format;

    private double SquaredErrors => Math.ScaleB(_result.Statistics[1], -2 * Format.Fraction);
}

namespace Collab.FederatedLearning.Linear;

/// <summary>The same training by one party that has everything, in floating point: what joint training is compared with, in time and in coefficients.</summary>
public static class PlainLinearTraining
{
    /// <summary>Trains.</summary>
    /// <param name="settings">What is trained.</param>
    /// <param name="rows">All columns, and the labels.</param>
    /// <exception cref="ArgumentException">Settings are out of range, or there are no labels.</exception>
    public static LinearPart Train(LinearSettings settings, LinearRows rows)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(rows);
        settings.Check();
        var labels = rows.Labels ?? throw new ArgumentException("Labels.", nameof(rows));
        var (weights, gradient, intercept) = (new double[rows.Columns.Count], new double[rows.Columns.Count], 0.0);
        var losses = new double[settings.Epochs];
        for (var epoch = 0; epoch < settings.Epochs; epoch++)
        {
            for (var start = 0; start < rows.Rows; start += settings.Batch)
            {
                Array.Clear(gradient);
                var interceptGradient = 0.0;
                for (var i = start; i < Math.Min(rows.Rows, start + settings.Batch); i++)
                {
                    var error = Predicted(settings.Family, intercept + rows.Score(i, weights)) - labels[i];
                    rows.AddRow(i, error, gradient);
                    interceptGradient += error;
                    losses[epoch] += error * error / rows.Rows;
                }

                intercept -= settings.LearningRate / settings.Batch * interceptGradient;
                for (var j = 0; j < weights.Length; j++) weights[j] -= settings.LearningRate * ((gradient[j] / settings.Batch) + (settings.L2 * weights[j]));
            }
        }

        return new(weights, intercept, rows.Columns, rows.LabelScale, losses);
    }

    private static double Predicted(LinearFamily family, double score) => family switch
    {
        LinearFamily.Regression => score,
        LinearFamily.Logistic => 1 / (1 + Math.Exp(-score)),
        _ => Math.Clamp(score + 0.5, 0, 1),
    };
}

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Figures made of the result of a classification. No new disclosure: all follow from its whole numbers.</summary>
public sealed class ClassificationFigures
{
    private readonly EvaluationResult _result;

    /// <summary>Of a result.</summary>
    /// <exception cref="ArgumentException">It is none of a classification.</exception>
    public ClassificationFigures(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Settings.Task != EvaluationTask.Classification) throw new ArgumentException("The result of a classification.", nameof(result));
        _result = result;
    }

    /// <summary>Rows of class 1.</summary>
    public long Positives => _result.Totals[0];

    /// <summary>Rows of class 0.</summary>
    public long Negatives => _result.Totals[1];

    /// <summary>The share of class 1.</summary>
    public double BaseRate => (double)Positives / (Positives + Negatives);

    /// <summary>The mean score, as a number.</summary>
    public double MeanScore => _result.Settings.Format.Number(_result.Totals[2]) / (Positives + Negatives);

    /// <summary>The area under the receiver operating characteristic: the chance that a row of class 1 scores higher than one of class 0, ties counted half.</summary>
    public double Auc => (_result.Statistics[0] - (Positives * (Positives + 1))) / (2.0 * Positives * Negatives);

    /// <summary>2 · AUC − 1.</summary>
    public double Gini => (2 * Auc) - 1;

    /// <summary>The greatest distance of the two classes' distributions of scores (Kolmogorov and Smirnov), in either direction.</summary>
    public double KolmogorovSmirnov => _result.Statistics[1] / ((double)Positives * Negatives);

    /// <summary>The rows by class and by a boundary that is told; null where it is withheld.</summary>
    public Confusion? At(EvaluationBoundary boundary)
    {
        ArgumentNullException.ThrowIfNull(boundary);
        return boundary.Above is { } above ? new Confusion(above[0], above[1], Positives - above[0], Negatives - above[1]) : null;
    }

    /// <summary>Points of the receiver operating characteristic from (0, 0) to (1, 1), at the boundaries that are told.</summary>
    public IReadOnlyList<(double FalsePositiveRate, double TruePositiveRate)> Roc =>
        [.. _result.Descending().Select(above => ((double)above[1] / Negatives, (double)above[0] / Positives))];

    /// <summary>Gains from (0, 0) to (1, 1): of the share of rows with the highest scores the share of class 1 that it holds.</summary>
    public IReadOnlyList<(double Depth, double Recall)> Gains =>
        [.. _result.Descending().Select(above => ((double)(above[0] + above[1]) / (Positives + Negatives), (double)above[0] / Positives))];

    /// <summary>Calibration: bins between boundaries that are told, from the lowest scores.</summary>
    public IReadOnlyList<ScoreBin> Bins => _result.BinsOf(difference => (difference[0] + difference[1], difference[2], difference[0]), 1);
}

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Rows by class and by whether they lie above a boundary, which predicts class 1.</summary>
/// <param name="TruePositives">Class 1, above.</param>
/// <param name="FalsePositives">Class 0, above.</param>
/// <param name="FalseNegatives">Class 1, not above.</param>
/// <param name="TrueNegatives">Class 0, not above.</param>
public readonly record struct Confusion(long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives)
{
    /// <summary>All rows.</summary>
    public long Rows => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    /// <summary>Of the rows above, the share of class 1.</summary>
    public double Precision => (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>Of class 1, the share above: the true positive rate.</summary>
    public double Recall => (double)TruePositives / (TruePositives + FalseNegatives);

    /// <summary>Of class 0, the share above.</summary>
    public double FalsePositiveRate => (double)FalsePositives / (FalsePositives + TrueNegatives);

    /// <summary>The share of rows that are predicted right.</summary>
    public double Accuracy => (double)(TruePositives + TrueNegatives) / Rows;

    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1 => 2.0 * TruePositives / ((2 * TruePositives) + FalsePositives + FalseNegatives);

    /// <summary>The share of rows that lie above.</summary>
    public double Depth => (double)(TruePositives + FalsePositives) / Rows;

    /// <summary>How many times the share of class 1 above is that of all rows.</summary>
    public double Lift => Precision * Rows / (TruePositives + FalseNegatives);
}

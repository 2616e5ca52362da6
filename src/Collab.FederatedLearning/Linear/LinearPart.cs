namespace Collab.FederatedLearning.Linear;

/// <summary>One party's part of a trained linear model: the weights of its columns, and at the label owner the intercept. The score of a row is the sum of the parts' scores.</summary>
/// <param name="Weights">Of the standardized columns.</param>
/// <param name="Intercept">Of the standardized columns; 0 at parties without labels.</param>
/// <param name="Columns">How the columns were standardized.</param>
/// <param name="LabelScale">How labels of regression were; null elsewhere.</param>
/// <param name="Losses">The mean squared error of each epoch, every row's taken before the step that it takes part in; of logistic regression the Brier score.</param>
public sealed record LinearPart(
    IReadOnlyList<double> Weights, double Intercept, IReadOnlyList<Standardization> Columns, Standardization? LabelScale, IReadOnlyList<double> Losses)
{
    /// <summary>The part's coefficients for columns as they are, in units of standardized labels where those are standardized.</summary>
    public IReadOnlyList<double> Coefficients => [.. Weights.Zip(Columns, (w, column) => w / column.Deviation)];

    /// <summary>What goes with them: the part's intercept for columns as they are.</summary>
    public double Constant => Intercept - Weights.Zip(Columns, (w, column) => w * column.Mean / column.Deviation).Sum();

    /// <summary>This part's share of a row's score.</summary>
    public double Score(ReadOnlySpan<double> row)
    {
        if (row.Length != Weights.Count) throw new ArgumentException("A value for each column.", nameof(row));
        var score = Intercept;
        for (var j = 0; j < row.Length; j++) score += Weights[j] * Columns[j].Apply(row[j]);
        return score;
    }
}

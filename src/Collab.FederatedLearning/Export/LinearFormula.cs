using Collab.FederatedLearning.Linear;

namespace Collab.FederatedLearning.Export;

/// <summary>A whole linear model in units of the columns and the label as they are.</summary>
/// <param name="Coefficients">A coefficient for each column, part after part.</param>
/// <param name="Constant">What is added; with the 1/2 of the sigmoid of three pieces.</param>
internal readonly record struct LinearFormula(double[] Coefficients, double Constant)
{
    /// <summary>Joins the parts.</summary>
    /// <exception cref="ArgumentException">There are no columns, or regression without the label owner's part.</exception>
    public static LinearFormula Of(LinearFamily family, IReadOnlyList<LinearPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        double[] coefficients = [.. parts.SelectMany(part => part.Coefficients)];
        var constant = parts.Sum(part => part.Constant);
        if (coefficients.Length == 0) throw new ArgumentException("A model has columns.", nameof(parts));
        if (family == LinearFamily.LogisticThreePieces) return new(coefficients, constant + 0.5);
        if (family == LinearFamily.Logistic) return new(coefficients, constant);
        var scale = parts.Select(part => part.LabelScale).OfType<Standardization>().SingleOrDefault() ?? throw new ArgumentException("The label owner's part is among them.", nameof(parts));
        return new([.. coefficients.Select(coefficient => coefficient * scale.Deviation)], scale.Mean + (constant * scale.Deviation));
    }
}

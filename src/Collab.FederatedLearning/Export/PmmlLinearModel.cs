using System.Xml;
using Collab.FederatedLearning.Linear;

namespace Collab.FederatedLearning.Export;

/// <summary>A linear model whose parts are joined at one party, as a PMML file.</summary>
/// <remarks>
/// A RegressionModel over the columns as they are: of regression the label, of the smooth sigmoid the class with <c>probability(1)</c>, of the sigmoid of three pieces a number brought to [0, 1].
/// Source: PMML 4.4, Regression and Targets. All weights of all parties are in the file.
/// </remarks>
public static class PmmlLinearModel
{
    /// <summary>Writes the file.</summary>
    /// <param name="family">What was fitted.</param>
    /// <param name="parts">The parts of all parties.</param>
    /// <param name="columns">The names of all columns, part after part.</param>
    /// <param name="label">The label's name.</param>
    /// <exception cref="ArgumentException">There are no columns, names are not all different, not as many as columns or not of characters that XML has, or regression is without the label owner's part.</exception>
    public static byte[] Write(LinearFamily family, IReadOnlyList<LinearPart> parts, IReadOnlyList<string> columns, string label)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var (coefficients, constant) = LinearFormula.Of(family, parts);
        if (columns.Count != coefficients.Length) throw new ArgumentException("A name for each column.", nameof(columns));
        var isClass = family == LinearFamily.Logistic;
        return PmmlFile.Write([.. columns.Select(column => (column, (IReadOnlyList<string>?)null))], label, isClass, xml =>
        {
            if (isClass) xml.Open("RegressionModel", ("functionName", "classification"), ("normalizationMethod", "logit"));
            else xml.Open("RegressionModel", ("functionName", "regression"));
            xml.Fields(columns, label);
            if (isClass) xml.Chance();
            if (family == LinearFamily.LogisticThreePieces)
            {
                xml.Open("Targets");
                xml.Element("Target", ("field", label), ("optype", "continuous"), ("min", "0"), ("max", "1"));
                xml.WriteEndElement();
            }

            Table(xml, isClass ? "1" : null, columns.Zip(coefficients), constant);
            if (isClass) Table(xml, "0", [], 0);
            xml.WriteEndElement();
        });
    }

    /// <summary>A sum of columns times coefficients; for a class, the score of it.</summary>
    internal static void Table(XmlWriter xml, string? category, IEnumerable<(string Column, double Coefficient)> terms, double constant)
    {
        xml.Open("RegressionTable", ("intercept", PmmlFile.Text(constant)));
        if (category is not null) xml.WriteAttributeString("targetCategory", category);
        foreach (var (column, coefficient) in terms) xml.Element("NumericPredictor", ("name", column), ("coefficient", PmmlFile.Text(coefficient)));
        xml.WriteEndElement();
    }
}

using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>What becomes of one column.</summary>
/// <param name="Column">The column as its owner declares it.</param>
/// <param name="Missing">What stands for missing values.</param>
/// <param name="Transformation">What is made of it.</param>
public sealed record FeatureStep(ColumnSchema Column, MissingRule Missing, Transformation Transformation)
{
    internal static void Encode(CanonicalWriter writer, FeatureStep step)
    {
        ColumnSchema.Encode(writer, step.Column);
        MissingRule.Encode(writer, step.Missing);
        Transformation.Encode(writer, step.Transformation);
    }

    internal static FeatureStep Decode(ref CanonicalReader reader) => new(ColumnSchema.Decode(ref reader), MissingRule.Decode(ref reader), Transformation.Decode(ref reader));

    /// <summary>What is wrong with it; null when nothing is.</summary>
    internal string? Fault()
    {
        var text = Column.Type == ColumnType.Text;
        if (text && Transformation.Bins is null) return "Text has levels: it is not scaled.";
        if (Transformation is BinNumber && text) return "Levels have no order: they are not numbered.";
        if (Transformation.Bins is { } bins && !bins.Fits(text)) return "Bins do not fit the column.";
        if (Transformation is WeightOfEvidence { Merge: { Fits: false } }) return "Merging leaves 1 to 255 bins.";
        return Missing.Fits(text, Transformation.Bins is not null) ? null : "The rule for missing values does not fit the column.";
    }
}

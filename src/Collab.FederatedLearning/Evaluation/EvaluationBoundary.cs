namespace Collab.FederatedLearning.Evaluation;

/// <summary>What lies above one boundary of the rows by score.</summary>
/// <param name="CutOff">The cut-off, in the score's whole numbers; null for a boundary between groups of equal size.</param>
/// <param name="Group">For such a boundary k: K − k of K groups lie above it; 0 for a cut-off.</param>
/// <param name="Above">Totals of the rows above it, as <see cref="EvaluationResult.Totals"/> are of all rows; null where they are withheld.</param>
public sealed record EvaluationBoundary(long? CutOff, int Group, IReadOnlyList<long>? Above)
{
    /// <inheritdoc/>
    public bool Equals(EvaluationBoundary? other) => other is not null && CutOff == other.CutOff && Group == other.Group
        && (Above is null ? other.Above is null : other.Above is not null && Above.SequenceEqual(other.Above));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CutOff, Group, Above?.Count);
}

using Collab.Primitives;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>The stable codes of what can go wrong with the evaluation of a model beside the protocol.</summary>
public static class EvaluationErrors
{
    /// <summary>One class, or all rows together, are fewer than the smallest group.</summary>
    public static readonly ErrorCode GroupTooSmall = new(
        "evaluation.group-too-small", ErrorKind.Refused, "Evaluate on more rows: of each class at least as many as the smallest group.");

    /// <summary>A label is missing, or not 0 or 1 where it has to be.</summary>
    public static readonly ErrorCode LabelUnfit = new(
        "evaluation.label-unfit", ErrorKind.InvalidInput, "Give every row a label: 0 or 1, or for regression a number within the range of scores.");

    /// <summary>A score, or a party's part of one, is no number or beyond the range.</summary>
    public static readonly ErrorCode ScoreOverRange = new(
        "evaluation.score-over-range", ErrorKind.InvalidInput, "Evaluate with more bits for scores, or with fewer fraction bits.");
}

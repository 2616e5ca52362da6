using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>The stable codes of what can go wrong with trees before or beside the protocol.</summary>
public static class TreeErrors
{
    /// <summary>All labels are equal.</summary>
    public static readonly ErrorCode LabelConstant = new(
        "trees.label-constant", ErrorKind.InvalidInput, "Train on rows that have different labels.");

    /// <summary>A label is none that the loss has.</summary>
    public static readonly ErrorCode LabelUnfit = new(
        "trees.label-unfit", ErrorKind.InvalidInput, "Give every row a label: 0 or 1, or a number within the bound of the settings.");

    /// <summary>A gradient is outside the range that sums are made for.</summary>
    public static readonly ErrorCode GradientOverRange = new(
        "trees.gradient-over-range", ErrorKind.InvalidInput, "Train with a smaller learning rate, or with a larger bound on the labels.");

    /// <summary>A column has a value that is no number and not missing.</summary>
    public static readonly ErrorCode ValueUnfit = new(
        "trees.value-unfit", ErrorKind.InvalidInput, "Correct the value, or make it missing.");

    /// <summary>So many rows cannot be summed exactly.</summary>
    public static readonly ErrorCode TooManyRows = new(
        "trees.too-many-rows", ErrorKind.InvalidInput, "Train on a part of the rows, or with fewer fraction bits.");

    /// <summary>The owners' totals cannot come from any rows.</summary>
    public static readonly ErrorCode TotalsImpossible = new(
        "trees.totals-impossible", ErrorKind.Peer, "Compare the transcripts of the run before the job is submitted again.");

    /// <summary>Shared parts do not make a model.</summary>
    public static readonly ErrorCode PartsUnfit = new(
        "trees.parts-unfit", ErrorKind.InvalidInput, "Use the parts that one training gave its parties.");
}

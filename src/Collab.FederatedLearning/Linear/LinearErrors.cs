using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>The stable codes of what can go wrong with linear models before or beside the protocol.</summary>
public static class LinearErrors
{
    /// <summary>A label is missing, or not 0 or 1 where it has to be.</summary>
    public static readonly ErrorCode LabelUnfit = new(
        "linear.label-unfit", ErrorKind.InvalidInput, "Give every row a label: a number, and for logistic regression 0 or 1.");

    /// <summary>All labels are equal.</summary>
    public static readonly ErrorCode LabelConstant = new(
        "linear.label-constant", ErrorKind.InvalidInput, "Train on rows that have different labels.");

    /// <summary>A column has a value that is no number.</summary>
    public static readonly ErrorCode ValueUnfit = new(
        "linear.value-unfit", ErrorKind.InvalidInput, "Fill in missing values first, or leave their rows out.");

    /// <summary>A column has the same value in all rows.</summary>
    public static readonly ErrorCode ColumnConstant = new(
        "linear.column-constant", ErrorKind.InvalidInput, "Leave the column out.");

    /// <summary>Two columns of one party are the same but for their scale.</summary>
    public static readonly ErrorCode ColumnRepeated = new(
        "linear.column-repeated", ErrorKind.InvalidInput, "Leave one of the two columns out.");

    /// <summary>The standardized values of a row are too large for the fixed-point range.</summary>
    public static readonly ErrorCode RowOverRange = new(
        "linear.row-over-range", ErrorKind.InvalidInput, "Limit extreme values, or merge categories that hardly a row has.");

    /// <summary>The weights or the loss left every sensible range.</summary>
    public static readonly ErrorCode Diverged = new(
        "linear.diverged", ErrorKind.InvalidInput, "Train with a smaller learning rate or a larger L2 weight; perfectly separated labels need the latter.");

    /// <summary>The numbers leave too few fraction bits.</summary>
    public static readonly ErrorCode TooCoarse = new(
        "linear.too-coarse", ErrorKind.InvalidInput, "Train with fewer columns, a smaller batch or a larger learning rate.");

    /// <summary>There is no estimate, or Newton's steps do not come to one.</summary>
    public static readonly ErrorCode NoEstimate = new(
        "linear.no-estimate", ErrorKind.InvalidInput, "Leave out columns that follow from others; perfectly separated labels have no estimate, and need training by descent with an L2 weight.");
}

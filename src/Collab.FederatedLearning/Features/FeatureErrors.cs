using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>The stable codes of what can go wrong with features before or beside a protocol.</summary>
public static class FeatureErrors
{
    /// <summary>A value is missing where the recipe refuses it.</summary>
    public static readonly ErrorCode ValueMissing = new(
        "features.value-missing", ErrorKind.InvalidInput, "Fill in the value, or give the column another rule for missing values.");

    /// <summary>A value, or what becomes of it, is outside the range that features have.</summary>
    public static readonly ErrorCode ValueOverRange = new(
        "features.value-over-range", ErrorKind.InvalidInput, "Correct the value, or declare the column or the recipe with a smaller scale.");

    /// <summary>All values of a column are missing, and nothing can be learned from it.</summary>
    public static readonly ErrorCode ColumnEmpty = new(
        "features.column-empty", ErrorKind.InvalidInput, "Leave the column out.");

    /// <summary>A column that is to be scaled has the same value in all rows.</summary>
    public static readonly ErrorCode ColumnConstant = new(
        "features.column-constant", ErrorKind.InvalidInput, "Leave the column out, or keep it as it is.");

    /// <summary>A column is not of the type and scale that the recipe is for.</summary>
    public static readonly ErrorCode ColumnUnfit = new(
        "features.column-unfit", ErrorKind.InvalidInput, "Declare the column as it was when the recipe was made.");

    /// <summary>A level was not there in training, and the recipe refuses it.</summary>
    public static readonly ErrorCode LevelUnseen = new(
        "features.level-unseen", ErrorKind.InvalidInput, "Correct the value, or make a recipe that tells what becomes of levels it has not seen.");

    /// <summary>A column has more levels than the recipe allows.</summary>
    public static readonly ErrorCode LevelsTooMany = new(
        "features.levels-too-many", ErrorKind.InvalidInput, "Declare the levels that matter, or leave the column out.");

    /// <summary>There are more rows than sums are made for.</summary>
    public static readonly ErrorCode RowsTooMany = new(
        "features.rows-too-many", ErrorKind.InvalidInput, "Fit the recipe on a part of the rows.");

    /// <summary>Two features would have the same name.</summary>
    public static readonly ErrorCode NamesCollide = new(
        "features.names-collide", ErrorKind.InvalidInput, "Rename the column or the level.");

    /// <summary>A label is missing, or not 0 or 1.</summary>
    public static readonly ErrorCode LabelUnfit = new(
        "features.label-unfit", ErrorKind.InvalidInput, "Give every row a label, 0 or 1.");

    /// <summary>All labels are equal.</summary>
    public static readonly ErrorCode LabelConstant = new(
        "features.label-constant", ErrorKind.InvalidInput, "Take rows that have both labels.");
}

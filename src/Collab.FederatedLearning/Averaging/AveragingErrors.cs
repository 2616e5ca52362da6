using Collab.Primitives;

namespace Collab.FederatedLearning.Averaging;

/// <summary>The stable codes of federated averaging.</summary>
public static class AveragingErrors
{
    /// <summary>A value is no finite number, a label is neither 0 nor 1, or there is no row.</summary>
    public static readonly ErrorCode RowUnfit = new(
        "averaging.row-unfit", ErrorKind.InvalidInput, "Give every row finite numbers, best standardized, and a label of 0 or 1.");

    /// <summary>A client's parameters ran away.</summary>
    public static readonly ErrorCode Diverged = new(
        "averaging.diverged", ErrorKind.InvalidInput, "Train with a smaller learning rate, and on standardized columns.");
}

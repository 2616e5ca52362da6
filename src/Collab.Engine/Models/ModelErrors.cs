using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>The stable codes of what can go wrong with models beside their protocols.</summary>
public static class ModelErrors
{
    /// <summary>This node has no such model.</summary>
    public static readonly ErrorCode Unknown = new(
        "model.unknown", ErrorKind.InvalidInput, "See the models that this node has a part of with 'collab model list'.");

    /// <summary>Too few rows match.</summary>
    public static readonly ErrorCode TooFewRows = new(
        "model.too-few-rows", ErrorKind.Refused, "Bring datasets with more keys in common, or agree on a smaller 'minimum-rows'.");

    /// <summary>A value is missing.</summary>
    public static readonly ErrorCode ValueMissing = new(
        "model.value-missing", ErrorKind.InvalidInput, "Fill the value in, leave its row out with 'missing: skip-row', or train trees, to which missing is a value.");

    /// <summary>A part is not of the model that the plan names.</summary>
    public static readonly ErrorCode PartUnsuited = new(
        "model.part-unsuited", ErrorKind.Failed, "Restore the node's store: the part that it holds is not of this model.");

    /// <summary>A model has no rows that its training kept.</summary>
    public static readonly ErrorCode NoTestRows = new(
        "model.no-test-rows", ErrorKind.InvalidInput, "Evaluate on all rows of other datasets, or train anew with 'test-percent'.");

    /// <summary>More rows or columns than a model takes.</summary>
    public static readonly ErrorCode TooLarge = new(
        "model.too-large", ErrorKind.InvalidInput, "Train on fewer rows or columns: a model takes 2^26 values of a party.");
}

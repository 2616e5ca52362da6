using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>How stored triples fail.</summary>
public static class PreprocessingErrors
{
    /// <summary>Two parties hold different units under one number.</summary>
    public static readonly ErrorCode Diverged = new(
        "preprocessing.diverged", ErrorKind.Peer,
        "Run again: the units that differ were discarded. If it comes back, one of the two nodes was restored from an old copy of its folder.");

    /// <summary>A unit that was claimed cannot be read.</summary>
    public static readonly ErrorCode UnitDamaged = new(
        "preprocessing.unit-damaged", ErrorKind.Failed, "Run again: the unit is used up. Look after the disk if it comes back, or who else can write to the node's folder.");

    /// <summary>The store of a pair is used by a run, or triples are being made for it.</summary>
    public static readonly ErrorCode InUse = new(
        "preprocessing.in-use", ErrorKind.Failed, "Wait until the run with this party is over, and try again.");

    /// <summary>The two operators asked for different amounts.</summary>
    public static readonly ErrorCode AmountsDiffer = new(
        "preprocessing.amounts-differ", ErrorKind.InvalidInput, "Agree on the amounts with the other operator; both give the same command.");

    /// <summary>More than a store takes.</summary>
    public static readonly ErrorCode StoreFull = new(
        "preprocessing.store-full", ErrorKind.InvalidInput, "Ask for less: a store takes 67,108,864 products and 4,294,967,296 conjunctions of a pair.");
}

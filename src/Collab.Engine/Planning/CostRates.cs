namespace Collab.Engine.Planning;

/// <summary>Measured times, on one core, that estimates are made with. They are for people: nothing depends on them but the choice of a protocol.</summary>
/// <remarks>Measured with <c>collab bench psi</c>; protocols/specs/intersection.md, "Cost", has the commands and the machine.</remarks>
internal static class CostRates
{
    /// <summary>A multiplication of a point, in seconds.</summary>
    public const double SecondsPerMultiplication = 7.5e-6;

    /// <summary>Hashing an item to the curve, in seconds.</summary>
    public const double SecondsPerHashToCurve = 6.5e-6;

    /// <summary>Naming an item (psi-mutual), in seconds.</summary>
    public const double SecondsPerName = 0.6e-6;

    /// <summary>Storing a receiver's key: hash, vector OLE, store and comparison, in seconds.</summary>
    public const double SecondsPerStoredKey = 20e-6;

    /// <summary>Masking a sender's key, in seconds.</summary>
    public const double SecondsPerMask = 0.2e-6;

    /// <summary>Rows that are read and summed up in a second.</summary>
    public const double RowsPerSecond = 2e6;
}

namespace Collab.Engine.Planning;

/// <summary>Measured times, on one core, that estimates are made with. They are for people: nothing depends on them but the choice of a protocol.</summary>
/// <remarks>
/// Measured as processor time of both parties on one core: ECDH with <c>collab bench psi --size 65536 --runs 3 --threads 1</c>, RR22 with
/// 10^4 to 10^6 keys. How the sum falls on the two sides is an estimate. protocols/specs/intersection.md, "Cost", says what is not counted.
/// </remarks>
internal static class CostRates
{
    /// <summary>A multiplication of a point, in seconds.</summary>
    public const double SecondsPerMultiplication = 7.5e-6;

    /// <summary>Hashing an item to the curve, in seconds.</summary>
    public const double SecondsPerHashToCurve = 6.5e-6;

    /// <summary>Naming an item (psi-mutual), in seconds.</summary>
    public const double SecondsPerName = 0.6e-6;

    /// <summary>What every vector OLE takes, whatever its length, both parties together, in seconds.</summary>
    public const double SecondsPerVectorOle = 0.15;

    /// <summary>A key of RR22's receiver, both parties' work for it one after the other, in seconds.</summary>
    public const double SecondsPerStoredKey = 1.4e-6;

    /// <summary>A key of RR22's sender, both parties' work for it one after the other, in seconds.</summary>
    public const double SecondsPerMask = 0.6e-6;

    /// <summary>A key of either party in a circuit intersection with transfers by extension, both parties' work, in seconds: sets of 2^18 and 2^20.</summary>
    public const double SecondsPerCircuitKey = 6e-6;

    /// <summary>The same with silent transfers.</summary>
    public const double SecondsPerSilentCircuitKey = 10e-6;

    /// <summary>Rows that are read and summed up in a second.</summary>
    public const double RowsPerSecond = 2e6;
}

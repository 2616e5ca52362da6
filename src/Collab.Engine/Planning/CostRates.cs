namespace Collab.Engine.Planning;

/// <summary>Measured times and memory that estimates are made with. They are for people: nothing depends on them but the choice of a protocol.</summary>
/// <remarks>
/// The one table: <c>collab bench estimate --fit</c> measures whole jobs and prints it anew for the machine it runs on, which then is
/// the reference. Seconds are processor time of both parties. protocols/specs/intersection.md, "Cost", says what is counted.
/// </remarks>
internal static class CostRates
{
    /// <summary>What every job waits for, in seconds: ledger steps, connections, and the steps in which whoever asked looks for the end.</summary>
    public const double JobWait = 1.1;

    /// <summary>Reading a row, committing to it and hashing its key, one core of its owner, in seconds.</summary>
    public const double SecondsPerRow = 1.5e-6;

    /// <summary>Rows that are read and summed up in a second.</summary>
    public const double RowsPerSecond = 1 / SecondsPerRow;

    /// <summary>Memory of a node that computes statistics, beside the columns it reads, in bytes.</summary>
    public const long NodeMemory = 110_000_000;

    /// <summary>Diffie-Hellman, rows and number alike.</summary>
    public static ProtocolRates Curve { get; } = new(
        1.3, 22e-6, 22e-6, SideBySide: true, OnCurve: true, new(112_000_000, 300, 100), new(112_000_000, 200, 350));

    /// <summary>RR22, either security.</summary>
    public static ProtocolRates Vole { get; } = new(
        1.7, 2.4e-6, 4.0e-6, SideBySide: false, OnCurve: false, new(125_000_000, 140, 60), new(125_000_000, 60, 430));

    /// <summary>Totals over shared matches.</summary>
    public static ProtocolRates Circuit { get; } = new(
        2, 20e-6, 20e-6, SideBySide: false, OnCurve: false, new(130_000_000, 700, 300), new(130_000_000, 300, 500));
}

namespace Collab.Engine.Planning;

/// <summary>Measured times and memory that estimates are made with. They are for people: nothing depends on them but the choice of a protocol.</summary>
/// <remarks>
/// The one table: <c>collab bench estimate --fit</c> measures whole jobs and prints it anew for the machine it runs on, which then is
/// the reference. Seconds are processor time of both parties. protocols/specs/intersection.md, "Cost", says what is counted.
/// Those of today are set by hand between the runs of a quiet machine, since one fit of all sizes misses the small ones.
/// </remarks>
internal static class CostRates
{
    /// <summary>What every job waits for, in seconds: ledger steps, connections, and the steps in which whoever asked looks for the end.</summary>
    public const double JobWait = 1.0;

    /// <summary>Reading a row, committing to it and hashing its key, one core of its owner, in seconds.</summary>
    public const double SecondsPerRow = 0.7e-6;

    /// <summary>What statistics take beside waiting and rows, in seconds: above all the program getting warm.</summary>
    public const double StatisticsFixed = 0.5;

    /// <summary>Rows that are read and summed up in a second.</summary>
    public const double RowsPerSecond = 1 / SecondsPerRow;

    /// <summary>Memory of a node that computes statistics, beside the columns it reads, in bytes.</summary>
    public const long NodeMemory = 110_000_000;

    /// <summary>Diffie-Hellman: rows, the number, changes.</summary>
    public static ProtocolRates Curve { get; } = new(
        0.76, 22.7e-6, 22.7e-6, SideBySide: true, OnCurve: true, new(118e6, 60, 20, 20), new(130e6, 110, 60, 60));

    /// <summary>RR22, either security.</summary>
    public static ProtocolRates Vole { get; } = new(
        1.0, 1.7e-6, 2.1e-6, SideBySide: false, OnCurve: false, new(131e6, 132, 69, 0), new(135e6, 33, 283, 161));

    /// <summary>RR22 in buckets from the disk: by jobs of 4 and 10 million rows a side.</summary>
    public static ProtocolRates StreamedVole { get; } = new(
        1.0, 0.7e-6, 0.86e-6, SideBySide: false, OnCurve: false, new(300e6, 0.7, 0.7, 0), new(440e6, 1.5, 1.5, 0));

    /// <summary>Totals over shared matches, transfers by extension.</summary>
    public static ProtocolRates Circuit { get; } = new(
        1.7, 2.2e-6, 11.2e-6, SideBySide: false, OnCurve: false, new(140e6, 380, 500, 0), new(145e6, 60, 720, 0));

    /// <summary>The same with silent transfers: by the sums of both parties' work at 2^18 and 2^20 keys, 10 to 6.</summary>
    public static ProtocolRates SilentCircuit { get; } = Circuit with { SenderKey = Circuit.SenderKey * 10 / 6, ReceiverKey = Circuit.ReceiverKey * 10 / 6 };

    /// <summary>A prepared set and encrypted points: F of every key and its polynomials, a query beside; by the bench of 2^20 and 1024 keys, not measured in jobs yet.</summary>
    public static ProtocolRates Unbalanced { get; } = new(
        1.5, 28e-6, 600e-6, SideBySide: false, OnCurve: true, new(130e6, 300, 0, 0), new(130e6, 0, 300, 0));

    /// <summary>Tokens of a list that is kept: hashing to ristretto255 and a multiplication each; not measured in jobs yet.</summary>
    public static ProtocolRates Tokens { get; } = new(
        0.76, 150e-6, 300e-6, SideBySide: false, OnCurve: true, new(115e6, 80, 0, 0), new(118e6, 80, 0, 0));
}

namespace Collab.Cli.Bench.Parties;

/// <summary>Which of the two parties of a benchmark: <c>a</c> sends and dials, <c>b</c> receives and listens.</summary>
internal enum BenchRole
{
    /// <summary>The sender.</summary>
    A,

    /// <summary>The receiver.</summary>
    B,
}

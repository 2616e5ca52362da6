using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>How a benchmark can fail beyond what it measures.</summary>
public static class BenchErrors
{
    /// <summary>A process of the benchmark ended early.</summary>
    public static readonly ErrorCode PartyEnded = new(
        "bench.party-ended", ErrorKind.Internal, "See standard error for what the process wrote; memory may have run out: try a smaller --size.");
}

using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>What both roles of <see cref="IndexRetrieval"/> are given beside table and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice.</param>
public sealed record IndexRetrievalOptions(Digest Context)
{
    /// <summary>The most queries of a run.</summary>
    public const int LargestQueries = 1 << 20;

    /// <summary>The most queries that the server answers; at the client, what it may ask.</summary>
    public int MaximumQueries { get; init; } = 1024;

    /// <summary>The largest hint that a client takes, in bytes; up to 2^31.</summary>
    public long MaximumHint { get; init; } = 1L << 30;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumQueries, 1, nameof(MaximumQueries));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumQueries, LargestQueries, nameof(MaximumQueries));
    }
}

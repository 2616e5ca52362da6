using Collab.Pir.Index;
using Collab.Primitives;

namespace Collab.Pir.Keyword;

/// <summary>What both roles of <see cref="KeywordRetrieval"/> are given beside table, keys and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice.</param>
public sealed record KeywordOptions(Digest Context)
{
    /// <summary>The most keys of a run.</summary>
    public const int LargestKeys = 4096;

    /// <summary>The most keys that the server answers in this run; at the client, what it may ask.</summary>
    public int MaximumKeys { get; init; } = LargestKeys;

    /// <summary>The most bytes of both hints that a client takes.</summary>
    public long MaximumHint { get; init; } = 1L << 30;

    /// <summary>Told at the server how many keys are asked, before one is answered: it counts them durably, or throws and nothing is answered. Null for nobody.</summary>
    public Func<int, CancellationToken, Task>? Meter { get; init; }

    internal IndexRetrievalOptions Side => new(Context) { MaximumQueries = MaximumKeys, MaximumHint = MaximumHint / 2 };

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumKeys, 1, nameof(MaximumKeys));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumKeys, LargestKeys, nameof(MaximumKeys));
    }
}

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>What each role of <see cref="ColumnWiseTrees"/> may be given.</summary>
public sealed record ColumnWiseOptions
{
    /// <summary>At most so many threads, 1 or more.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Told of the number of trees done.</summary>
    public IProgress<int>? Progress { get; init; }

    internal ParallelOptions Threads(CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        return new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
    }
}

namespace Collab.Psi.Unbalanced;

/// <summary>What both roles of <see cref="UnbalancedPsi"/> may be given.</summary>
public sealed record UnbalancedPsiOptions
{
    /// <summary>At most so many threads, 1 or more.</summary>
    public int Parallelism { get; init; } = 1;

    internal ParallelOptions Threads(CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        return new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
    }
}

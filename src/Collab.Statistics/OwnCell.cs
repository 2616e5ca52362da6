using Collab.Arithmetic.WideIntegers;
using Collab.Primitives;

namespace Collab.Statistics;

/// <summary>One owner's part of a cell, as it goes into the protocol: what it counted, or that with its noise.</summary>
internal readonly record struct OwnCell(long Count, Integer256 Sum, Integer256 SumOfSquares, long Minimum, long Maximum)
{
    /// <summary>What its rows contribute, where there is a rule of dominance.</summary>
    public CellContributions? Contributions { get; init; }

    /// <summary>The contributors that have a row in it, by the owner's own numbers; null where rows are counted.</summary>
    public ContributorSet? Contributors { get; init; }

    /// <summary>What is held against the minimum.</summary>
    public long Counted => Contributors?.Count ?? Count;

    /// <summary>Both cells together.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TooManyRows"/>.</exception>
    public OwnCell Plus(OwnCell other) => Count + other.Count <= LocalSummary.MaximumCount
        ? new OwnCell(Count + other.Count, Sum + other.Sum, SumOfSquares + other.SumOfSquares, Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum))
        {
            Contributions = Contributions?.Plus(other.Contributions!),
            Contributors = Contributors?.Plus(other.Contributors!),
        }
        : throw new CollabException(StatisticsErrors.TooManyRows, $"More than {LocalSummary.MaximumCount} rows in all groups.");
}

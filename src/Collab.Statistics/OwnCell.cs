using Collab.Arithmetic.WideIntegers;

namespace Collab.Statistics;

/// <summary>One owner's part of a cell, as it goes into the protocol: what it counted, or that with its noise.</summary>
internal readonly record struct OwnCell(long Count, Integer256 Sum, Integer256 SumOfSquares, long Minimum, long Maximum)
{
    /// <summary>What its rows contribute, where there is a rule of dominance.</summary>
    public CellContributions? Contributions { get; init; }
}

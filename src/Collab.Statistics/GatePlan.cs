using Collab.Primitives;

namespace Collab.Statistics;

/// <summary>What a run of <see cref="GatedTotals"/> needs of a plan: who takes part, what a cell must reach, and how much each cell opens.</summary>
/// <param name="Owners">The parties that hold rows, in the order of their names.</param>
/// <param name="Receiver">The party that gets the totals.</param>
/// <param name="Minimum">A cell passes if it rests on at least so many rows, over all owners.</param>
/// <param name="AsksMinimum">Whether the smallest value of a passed cell is shown.</param>
/// <param name="AsksMaximum">Whether the largest value is.</param>
/// <param name="TotalsOfCells">For each cell, how many totals it has; totals stand cell by cell.</param>
/// <param name="Dominance">What a cell must pass besides; null for nothing.</param>
internal sealed record GatePlan(
    IReadOnlyList<PartyId> Owners, PartyId Receiver, long Minimum, bool AsksMinimum, bool AsksMaximum, IReadOnlyList<int> TotalsOfCells,
    DominanceForm? Dominance = null)
{
    /// <summary>How many of the cells, the last ones, are decided by a second run of the gate, on rows that depend on which of the others passed.</summary>
    public int Rests { get; init; }

    /// <summary>The cells of the second run, as a plan of their own, which opens nothing.</summary>
    public GatePlan OfRests => this with { TotalsOfCells = new int[Rests], Rests = 0 };

    /// <summary>All parties: the owners that contribute, then the receiver.</summary>
    public IEnumerable<PartyId> Parties => Owners.Where(owner => owner != Receiver).Append(Receiver);

    /// <summary>Where the totals of chosen cells stand among all.</summary>
    public IReadOnlyList<int> IndicesOf(IReadOnlyList<bool> cells)
    {
        var (indices, next) = (new List<int>(), 0);
        for (var cell = 0; cell < TotalsOfCells.Count; cell++)
        {
            if (cells[cell]) indices.AddRange(Enumerable.Range(next, TotalsOfCells[cell]));
            next += TotalsOfCells[cell];
        }

        return indices;
    }
}

namespace Collab.FederatedLearning.Clustering;

/// <summary>What is opened of a clustering: of every cluster of the least size its centre, and its size where that is agreed.</summary>
/// <param name="Centres">For each cluster a number for each column of all parties, in standard deviations from the column's mean; null for a cluster that is too small.</param>
/// <param name="Sizes">For each cluster its rows; null for one that is too small, and where sizes are not opened.</param>
public sealed record ClusterResult(IReadOnlyList<double[]?> Centres, IReadOnlyList<int?> Sizes);

using Collab.Jobs;

namespace Collab.Engine.Datasets;

/// <summary>A dataset as its owner registered it.</summary>
/// <param name="Offer">What others see.</param>
/// <param name="Description">Where the rows are; others do not see it.</param>
/// <param name="RowCount">How many rows were registered; others see a band.</param>
public sealed record OwnDataset(DatasetOffer Offer, DatasetDescription Description, long RowCount);

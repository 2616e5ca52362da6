using Collab.Data;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Datasets;

/// <summary>A dataset of this party, with what it committed to when it was registered.</summary>
/// <param name="Offer">What others see.</param>
/// <param name="Source">Where the rows are.</param>
/// <param name="Columns">The salted commitment to each column, by name; the version is the digest over all of them.</param>
public sealed record RegisteredDataset(DatasetOffer Offer, IDataSource Source, IReadOnlyDictionary<string, ColumnCommitment> Columns);

/// <summary>A commitment to all values of one column in the order of the rows, with its salt, which stays with the owner.</summary>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Value">The commitment.</param>
public sealed record ColumnCommitment(Digest Salt, Digest Value);

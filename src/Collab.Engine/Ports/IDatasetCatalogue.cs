using Collab.Engine.Datasets;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Ports;

/// <summary>The datasets of this party.</summary>
public interface IDatasetCatalogue
{
    /// <summary>What the party offers.</summary>
    IReadOnlyList<DatasetOffer> Offers { get; }

    /// <summary>Opens a dataset for one run. Nothing is read before the batches are asked for.</summary>
    /// <exception cref="CollabException">There is no such dataset.</exception>
    RegisteredDataset Open(Digest id);
}

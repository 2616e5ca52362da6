using Collab.Data;
using Collab.Engine.Datasets;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>The datasets of a recording, each reading of which gives the rows that the same reading gave then.</summary>
internal sealed class RecordedDatasets(ReplayPackage package) : IDatasetCatalogue
{
    private int _opened;
    private uint _readings;

    public IReadOnlyList<DatasetOffer> Offers => [.. package.Datasets.Select(dataset => dataset.Offer)];

    public RegisteredDataset Open(Digest id)
    {
        if (_opened == package.Datasets.Count || package.Datasets[_opened].Offer.Id != id)
            throw new CollabException(ReplayErrors.RecomputationFailed, "The part of the protocol opens another dataset than the recording has.");
        var dataset = package.Datasets[_opened++];
        return new RegisteredDataset(dataset.Offer, new Source(this, dataset.Offer.Schema), dataset.Columns.ToDictionary(c => c.Name, c => c.Commitment));
    }

    private sealed class Source(RecordedDatasets datasets, DatasetSchema schema) : IDataSource
    {
        public DatasetSchema Schema => schema;

        public IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken = default)
        {
            var batches = datasets.Package.RowsOf(datasets._readings++);
            return batches.Select(batch => batch.Columns.Select(c => c.Schema.Name).SequenceEqual(columns)
                ? batch
                : throw new CollabException(ReplayErrors.RecomputationFailed, "The part of the protocol reads other columns than the recording has.")).ToAsyncEnumerable();
        }

        public IAsyncEnumerable<ColumnBatch> ScanAsync(
            IReadOnlyList<string> columns, Action<SourceProblem> report, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("A job does not scan.");
    }

    private ReplayPackage Package => package;
}

using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about datasets.</summary>
public sealed class DatasetCalls
{
    private readonly IOperator _node;

    internal DatasetCalls(IOperator node) => _node = node;

    /// <summary>Registers a dataset; the rows stay where they are.</summary>
    public Task<DatasetView> AddAsync(AddDatasetRequest dataset, CancellationToken cancellation = default) =>
        _node.CallAsync<DatasetView>(Verbs.AddDataset, dataset, cancellation);

    /// <summary>Registers a CSV file on the node's machine, its columns as they are inferred.</summary>
    /// <param name="name">The name others will see.</param>
    /// <param name="path">The file.</param>
    /// <param name="subject">The column that names whose a row is, for consent; null when none does.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<DatasetView> AddCsvAsync(string name, string path, string? subject = null, CancellationToken cancellation = default) =>
        AddAsync(new AddDatasetRequest(name, new CsvSource(Path.GetFullPath(path)), null, null, Subject: subject), cancellation);

    /// <summary>What this party and all that answer offer: metadata only.</summary>
    public Task<DatasetsView> ListAsync(CancellationToken cancellation = default) =>
        _node.CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), cancellation);
}

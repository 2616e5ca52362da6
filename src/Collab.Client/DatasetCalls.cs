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

    /// <summary>Reads a source as a job would and tells every problem by row and column, never a value. Nothing is registered.</summary>
    public Task<DatasetCheckView> CheckAsync(CheckDatasetRequest source, CancellationToken cancellation = default) =>
        _node.CallAsync<DatasetCheckView>(Verbs.CheckDataset, source, cancellation);

    /// <summary>Sends a file to the node, which keeps it; register it with <see cref="CsvSource.Received"/>.</summary>
    /// <param name="content">The file; read to its end.</param>
    /// <param name="cancellation">Ends the call; what was sent is then deleted by the node within a day.</param>
    public async Task<ReceivedFileView> SendAsync(Stream content, CancellationToken cancellation = default)
    {
        var buffer = new byte[1 << 20];
        var received = new ReceivedFileView("", 0);
        int read;
        do
        {
            read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            received = await _node.CallAsync<ReceivedFileView>(
                Verbs.SendFile, new FilePieceRequest(received.File is { Length: > 0 } file ? file : null, received.Bytes, buffer[..read]), cancellation);
        }
        while (read == buffer.Length);
        return received;
    }

    /// <summary>The datasets of this party, with where they are and how many rows they have, which others do not see.</summary>
    public async Task<IReadOnlyList<OwnDatasetView>> ListOwnAsync(CancellationToken cancellation = default) =>
        (await _node.CallAsync<OwnDatasetsView>(Verbs.ListOwnDatasets, new EmptyRequest(), cancellation)).Datasets;

    /// <summary>What this party and all that answer offer: metadata only.</summary>
    public Task<DatasetsView> ListAsync(CancellationToken cancellation = default) =>
        _node.CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), cancellation);
}

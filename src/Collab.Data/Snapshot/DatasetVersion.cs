using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Data.Snapshot;

/// <summary>One state of a dataset, as grants name it: what it is called, what columns it has, and the commitment to all its rows.</summary>
/// <param name="Dataset">The name the owner gave the dataset.</param>
/// <param name="Schema">All declared columns.</param>
/// <param name="Snapshot">The commitment over all declared columns and all rows (<see cref="SnapshotHash"/>).</param>
public sealed record DatasetVersion(string Dataset, DatasetSchema Schema, Digest Snapshot)
{
    private const string Domain = "collab.dataset-version.v1";

    /// <summary>The name of this state: the digest of the canonical encoding.</summary>
    public Digest Digest
    {
        get
        {
            var writer = new CanonicalWriter();
            Encode(writer, this);
            return Digest.Of(Domain, writer.Written);
        }
    }

    /// <summary>Reads the whole source and makes its version.</summary>
    /// <param name="dataset">The name the owner gives.</param>
    /// <param name="source">The table.</param>
    /// <param name="salt">32 bytes; kept by the owner.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<DatasetVersion> TakeAsync(
        string dataset, IDataSource source, SecretBytes salt, CancellationToken cancellationToken = default)
    {
        using var hash = new SnapshotHash(source.Schema.Columns, salt);
        var names = source.Schema.Columns.Select(column => column.Name).ToArray();
        await foreach (var batch in source.ReadAsync(names, cancellationToken).ConfigureAwait(false)) hash.Append(batch);
        return new DatasetVersion(dataset, source.Schema, hash.Finish().Value);
    }

    /// <summary>Writes name, columns and commitment.</summary>
    public static void Encode(CanonicalWriter writer, DatasetVersion version) =>
        writer.Text(version.Dataset).List(version.Schema.Columns, ColumnSchema.Encode).Digest(version.Snapshot);

    /// <summary>Reads and checks name, columns and commitment.</summary>
    public static DatasetVersion Decode(ref CanonicalReader reader) =>
        new(reader.Text(), new DatasetSchema(reader.List(ColumnSchema.Decode)), reader.Digest());
}

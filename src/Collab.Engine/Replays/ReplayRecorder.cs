using System.Runtime.CompilerServices;
using Collab.Channels;
using Collab.Cryptography;
using Collab.Cryptography.SealedFiles;
using Collab.Data;
using Collab.Engine.Datasets;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>One attempt of a run while it is recorded: its seed, and the sealed file of what it reads and hears (protocols/specs/replay.md).</summary>
/// <remarks>Every block is in the file before the protocol goes on; only the block at hand is in memory.</remarks>
internal sealed class ReplayRecorder : IDisposable
{
    /// <summary>The branch from which the salt of the result's commitment comes.</summary>
    public const string ResultBranch = "result";

    private readonly Lock _gate = new();
    private readonly RecordingDigest _digest = new();
    private readonly SealedFileWriter _file;
    private readonly SecretBytes _seed;
    private readonly SeedStream _random;
    private readonly PartyId _self;
    private uint _readings;

    /// <summary>Begins a recording in a new file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="key">The key of the file; borrowed for the call.</param>
    /// <param name="seed">Fresh; owned from here on.</param>
    /// <param name="head">Whose recording of what.</param>
    /// <exception cref="IOException">The disk takes nothing.</exception>
    public ReplayRecorder(string path, SecretBytes key, SecretBytes seed, ReplayBlock.Head head)
    {
        (_file, _seed, _random, _self) = (new SealedFileWriter(path, key), seed, new SeedStream(seed), head.Party);
        Write(head);
    }

    /// <summary>What the part of the protocol draws from, and, on the branch of that name, the salt of the result's commitment.</summary>
    public RandomSource Random => _random;

    /// <summary>The datasets, each reading of which is recorded.</summary>
    public IDatasetCatalogue Catalogue(IDatasetCatalogue inner) => new Recorded(inner, this);

    /// <summary>The channels, all of whose messages are recorded.</summary>
    public IReadOnlyDictionary<PartyId, IChannel> Channels(IReadOnlyDictionary<PartyId, IChannel> inner) =>
        inner.ToDictionary(c => c.Key, IChannel (c) => new RecordingChannel(c.Value, "", this));

    /// <summary>Adds a block.</summary>
    /// <exception cref="CollabException"><see cref="ReplayErrors.DiskFailed"/>.</exception>
    public void Write(ReplayBlock block)
    {
        var bytes = block.Encode();
        lock (_gate)
        {
            _digest.Append(bytes);
            OnDisk(() => _file.Write(bytes));
        }
    }

    /// <summary>Ends the recording, durably; the digest of it.</summary>
    public Digest Finish()
    {
        lock (_gate)
        {
            OnDisk(_file.Sync);
            return _digest.Finish();
        }
    }

    /// <summary>Forgets the seed here.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _random.Dispose();
        _seed.Dispose();
        _digest.Dispose();
    }

    private void OnDisk(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new CollabException(ReplayErrors.DiskFailed, $"The disk of {_self} did not take the recording.", _self, inner: e);
        }
    }

    private sealed class Recorded(IDatasetCatalogue inner, ReplayRecorder recorder) : IDatasetCatalogue
    {
        public IReadOnlyList<DatasetOffer> Offers => inner.Offers;

        public RegisteredDataset Open(Digest id)
        {
            var dataset = inner.Open(id);
            recorder.Write(new ReplayBlock.Dataset(dataset.Offer, [.. dataset.Columns.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value))]));
            return dataset with { Source = new RecordedSource(dataset.Source, recorder) };
        }
    }

    private sealed class RecordedSource(IDataSource inner, ReplayRecorder recorder) : IDataSource
    {
        public DatasetSchema Schema => inner.Schema;

        public async IAsyncEnumerable<ColumnBatch> ReadAsync(
            IReadOnlyList<string> columns, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var reading = recorder._readings++; // a part reads one table after the other
            await foreach (var batch in inner.ReadAsync(columns, cancellationToken))
            {
                recorder.Write(new ReplayBlock.Rows(reading, batch));
                yield return batch;
            }
        }

        public IAsyncEnumerable<ColumnBatch> ScanAsync(
            IReadOnlyList<string> columns, Action<SourceProblem> report, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("A job does not scan.");
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.SealedFiles;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>A batch of one party's items for a streamed intersection.</summary>
/// <param name="Digests">Of the items, by <see cref="ItemDigests"/> under the folder's item context, shape [k].</param>
/// <param name="Rows">What the caller calls the items, shape [k]; reported for matches.</param>
public readonly record struct ItemBatch(ReadOnlyMemory<Gf128> Digests, ReadOnlyMemory<long> Rows);

/// <summary>One party's items of a streamed intersection, set aside on the disk by leading bits of their digests, and what is finished of them.</summary>
/// <remarks>
/// Files of the folder, readable by their owner alone and sealed (<see cref="SealedFileWriter"/>): <c>part-000.items</c> to
/// <c>part-255.items</c>, records of digest (16 bytes) and row (u64); <c>manifest</c>, which exists once all items are in;
/// <c>peer</c>, the count the peer announced first; <c>bucket-B-i.rows</c>, the note and the matches of bucket i of B, durable once it is finished. Digests can be tested against guesses and matches
/// are the result itself, hence the seal. <see cref="Dispose"/> deletes the folder unless <see cref="Keep"/> is set. Memory: 4 MiB of
/// buffers, whatever the number of items, and one part when items may repeat.
/// </remarks>
public sealed partial class SpillFolder : IDisposable
{
    /// <summary>The disk did not take or give what was set aside.</summary>
    public static readonly ErrorCode Failed = new(
        "spill.failed", ErrorKind.Failed, "Free space on the disk of the spill folder, or choose another; then run again.");

    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    private const int PartCount = BucketPlan.LargestBucketCount;
    private const int RecordSize = Gf128.Size + sizeof(long);
    private const int BufferedRecords = 682;                                            // 16 KiB
    private const string Manifest = "manifest";

    private readonly string _path;
    private readonly SecretBytes _key;
    private readonly SecretBytes? _ownKey;
    private readonly long[] _counts = new long[PartCount];
    private readonly byte[]?[] _buffers = new byte[PartCount][];
    private readonly int[] _buffered = new int[PartCount];
    private readonly SealedFileWriter?[] _parts = new SealedFileWriter[PartCount];

    private SpillFolder(string path, Digest itemContext, SecretBytes? key) =>
        (_path, ItemContext, _key) = (path, itemContext, key ?? (_ownKey = SecretBytes.Random(KeySize, RandomSource.System)));

    /// <summary>The context under which the items' digests were made.</summary>
    public Digest ItemContext { get; }

    /// <summary>Whether all items are in.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Items.</summary>
    public long Count => _counts.Sum();

    /// <summary>Whether the folder stays when this is disposed, for another process to <see cref="Open"/>.</summary>
    public bool Keep { get; set; }

    /// <summary>Makes a new folder, which must not exist.</summary>
    /// <param name="path">Where.</param>
    /// <param name="itemContext">The context of the items' digests.</param>
    /// <param name="key">32 bytes under which all is sealed, borrowed until this is disposed; null for one that nobody keeps.</param>
    /// <exception cref="CollabException"><see cref="Failed"/>.</exception>
    public static SpillFolder Create(string path, Digest itemContext, SecretBytes? key = null) => Guard(() =>
    {
        if (Path.Exists(path)) throw new IOException("The folder exists.");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new SpillFolder(path, itemContext, key);
    });

    /// <summary>Opens what an earlier process left, after <see cref="Complete"/>.</summary>
    /// <param name="path">Where.</param>
    /// <param name="itemContext">The context of the items' digests.</param>
    /// <param name="key">The key it was made with; borrowed until this is disposed.</param>
    /// <exception cref="CollabException"><see cref="Failed"/>: it is not there, not complete or damaged, or its items have another context.</exception>
    public static SpillFolder Open(string path, Digest itemContext, SecretBytes key) => Guard(() =>
    {
        using var file = new SealedFileReader(Path.Combine(path, Manifest), key);
        if (!file.TryRead(out var content) || content.Length != Digest.Size + (PartCount * sizeof(long))) throw new IOException("The manifest is damaged.");
        var manifest = content.Span;
        if (new Digest(manifest[..Digest.Size]) != itemContext) throw new IOException("The manifest is another's.");
        var folder = new SpillFolder(path, itemContext, key) { IsComplete = true, Keep = true };
        for (var part = 0; part < PartCount; part++)
        {
            folder._counts[part] = BinaryPrimitives.ReadInt64LittleEndian(manifest[(Digest.Size + (part * sizeof(long)))..]);
            if (folder._counts[part] > 0 && !File.Exists(folder.PartPath(part))) throw new IOException("A part is missing.");
        }

        return folder;
    });

    /// <summary>Sets items aside.</summary>
    /// <exception cref="ArgumentException">Not a row for each digest, or all items are in already.</exception>
    /// <exception cref="CollabException"><see cref="Failed"/>; the folder is of no use afterwards.</exception>
    public void Add(ItemBatch batch)
    {
        if (batch.Digests.Length != batch.Rows.Length) throw new ArgumentException("A row for each digest.", nameof(batch));
        Add(batch.Digests.Span, batch.Rows.Span);
    }

    /// <summary>As the other.</summary>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="CollabException">As there.</exception>
    public void Add(ReadOnlySpan<Gf128> digests, ReadOnlySpan<long> rows)
    {
        if (IsComplete) throw new ArgumentException("All items are in already.", nameof(digests));
        if (digests.Length != rows.Length) throw new ArgumentException("A row for each digest.", nameof(rows));
        try
        {
            for (var i = 0; i < digests.Length; i++)
            {
                var part = PartOf(digests[i]);
                var record = (_buffers[part] ??= new byte[BufferedRecords * RecordSize]).AsSpan(_buffered[part]++ * RecordSize);
                digests[i].Write(record);
                BinaryPrimitives.WriteInt64LittleEndian(record[Gf128.Size..], rows[i]);
                _counts[part]++;
                if (_buffered[part] == BufferedRecords) Flush(part);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(failure);
        }
    }

    /// <summary>Sets all items of a stream aside and completes the folder.</summary>
    /// <exception cref="CollabException"><see cref="Failed"/>; the folder is of no use afterwards.</exception>
    public async Task AddAllAsync(IAsyncEnumerable<ItemBatch> items, CancellationToken cancellation = default)
    {
        await foreach (var batch in items.WithCancellation(cancellation).ConfigureAwait(false)) Add(batch);
        Complete();
    }

    /// <summary>Says that all items are in; they are on the disk when this returns.</summary>
    /// <param name="repeated">
    /// Null when all items are distinct. Else of equal items the one that was added first stands, and this is told of every other: the
    /// row of the first and its own, part by part and in the order of adding within a part.
    /// </param>
    /// <exception cref="CollabException"><see cref="Failed"/>; the folder is of no use afterwards.</exception>
    public void Complete(Action<long, long>? repeated = null) => Guard(() =>
    {
        if (IsComplete) return true;
        for (var part = 0; part < PartCount; part++)
        {
            Flush(part);
            if (repeated is null) _parts[part]?.Sync();
            _parts[part]?.Dispose();
            (_parts[part], _buffers[part]) = (null, null);
            if (repeated is not null) Distinguish(part, repeated);
        }

        var manifest = new byte[Digest.Size + (PartCount * sizeof(long))];
        ItemContext.CopyTo(manifest);
        for (var part = 0; part < PartCount; part++)
            BinaryPrimitives.WriteInt64LittleEndian(manifest.AsSpan(Digest.Size + (part * sizeof(long))), _counts[part]);
        Replace(Path.Combine(_path, Manifest), file => file.Write(manifest));
        return IsComplete = true;
    });

    /// <summary>Deletes the folder, unless it is to be kept.</summary>
    public void Dispose()
    {
        for (var part = 0; part < PartCount; part++)
        {
            _parts[part]?.Dispose();
            if (_buffers[part] is { } buffer) CryptographicOperations.ZeroMemory(buffer);
        }

        _ownKey?.Dispose();
        if (!Keep && Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

    private static int PartOf(Gf128 digest) => (int)(digest.High >> 56);

    private static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(failure);
        }
    }

    private static CollabException Failure(Exception inner) => new(Failed, "The spill folder could not be written or read.", inner: inner);

    /// <summary>A file that is there as a whole or not at all.</summary>
    private void Replace(string path, Action<SealedFileWriter> write)
    {
        var pending = path + ".pending";
        File.Delete(pending);
        using (var file = new SealedFileWriter(pending, _key))
        {
            write(file);
            file.Sync();
        }

        File.Move(pending, path, overwrite: true);
        DurableFile.SyncDirectory(_path);
    }

    private void Flush(int part)
    {
        if (_buffered[part] == 0) return;
        _parts[part] ??= new SealedFileWriter(PartPath(part), _key);
        _parts[part]!.Write(_buffers[part].AsSpan(0, _buffered[part] * RecordSize));
        _buffered[part] = 0;
    }

    private string PartPath(int part) => Path.Combine(_path, $"part-{part:D3}.items");

    private string RowsPath(int bucket, int bucketCount) => Path.Combine(_path, $"bucket-{bucketCount}-{bucket}.rows");
}

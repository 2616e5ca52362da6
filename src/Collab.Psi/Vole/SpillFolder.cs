using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>A batch of one party's items for a streamed intersection.</summary>
/// <param name="Digests">Of the items, by <see cref="ItemDigests"/> under the folder's item context, shape [k].</param>
/// <param name="Rows">What the caller calls the items, shape [k]; reported for matches.</param>
public readonly record struct ItemBatch(ReadOnlyMemory<Gf128> Digests, ReadOnlyMemory<long> Rows);

/// <summary>One party's items of a streamed intersection, set aside on the disk by leading bits of their digests, and what is finished of them.</summary>
/// <remarks>
/// Files of the folder, readable by their owner alone: <c>part-000.items</c> to <c>part-255.items</c>, records of digest (16 bytes) and row
/// (u64); <c>manifest</c>, which exists once all items are in; <c>bucket-B-i.rows</c>, the matches of bucket i of B, durable once
/// it is finished. Digests are no plain items but can be tested against guesses: the folder belongs on the disk of the data, and
/// <see cref="Dispose"/> deletes it unless <see cref="Keep"/> is set. Memory: 4 MiB of buffers, whatever the number of items.
/// </remarks>
public sealed class SpillFolder : IDisposable
{
    /// <summary>The disk did not take or give what was set aside.</summary>
    public static readonly ErrorCode Failed = new(
        "spill.failed", ErrorKind.Failed, "Free space on the disk of the spill folder, or choose another; then run again.");

    private const int PartCount = BucketPlan.LargestBucketCount;
    private const int RecordSize = Gf128.Size + sizeof(long);
    private const int BufferedRecords = 682;                                            // 16 KiB
    private const string Manifest = "manifest";

    private readonly string _path;
    private readonly long[] _counts = new long[PartCount];
    private readonly byte[]?[] _buffers = new byte[PartCount][];
    private readonly int[] _buffered = new int[PartCount];
    private readonly FileStream?[] _parts = new FileStream[PartCount];

    private SpillFolder(string path, Digest itemContext) => (_path, ItemContext) = (path, itemContext);

    /// <summary>The context under which the items' digests were made.</summary>
    public Digest ItemContext { get; }

    /// <summary>Whether all items are in.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Items.</summary>
    public long Count => _counts.Sum();

    /// <summary>Whether the folder stays when this is disposed, for another process to <see cref="Open"/>.</summary>
    public bool Keep { get; set; }

    /// <summary>Makes a new folder, which must not exist.</summary>
    /// <exception cref="CollabException"><see cref="Failed"/>.</exception>
    public static SpillFolder Create(string path, Digest itemContext) => Guard(() =>
    {
        if (Path.Exists(path)) throw new IOException("The folder exists.");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new SpillFolder(path, itemContext);
    });

    /// <summary>Opens what an earlier process left, after <see cref="Complete"/>.</summary>
    /// <exception cref="CollabException"><see cref="Failed"/>: it is not there, not complete or damaged, or its items have another context.</exception>
    public static SpillFolder Open(string path, Digest itemContext) => Guard(() =>
    {
        var manifest = File.ReadAllBytes(Path.Combine(path, Manifest));
        var folder = new SpillFolder(path, itemContext) { IsComplete = true, Keep = true };
        if (manifest.Length != Digest.Size + (PartCount * sizeof(long)) || new Digest(manifest.AsSpan(0, Digest.Size)) != itemContext)
            throw new IOException("The manifest is another's.");
        for (var part = 0; part < PartCount; part++)
        {
            folder._counts[part] = BinaryPrimitives.ReadInt64LittleEndian(manifest.AsSpan(Digest.Size + (part * sizeof(long))));
            var length = File.Exists(folder.PartPath(part)) ? new FileInfo(folder.PartPath(part)).Length : 0;
            if (length != folder._counts[part] * RecordSize) throw new IOException("A part is damaged.");
        }

        return folder;
    });

    /// <summary>Sets items aside.</summary>
    /// <exception cref="ArgumentException">Not a row for each digest, or all items are in already.</exception>
    /// <exception cref="CollabException"><see cref="Failed"/>; the folder is of no use afterwards.</exception>
    public void Add(ItemBatch batch)
    {
        if (IsComplete) throw new ArgumentException("All items are in already.", nameof(batch));
        if (batch.Digests.Length != batch.Rows.Length) throw new ArgumentException("A row for each digest.", nameof(batch));
        Guard(() =>
        {
            var digests = batch.Digests.Span;
            var rows = batch.Rows.Span;
            for (var i = 0; i < digests.Length; i++)
            {
                var part = PartOf(digests[i]);
                var record = (_buffers[part] ??= new byte[BufferedRecords * RecordSize]).AsSpan(_buffered[part]++ * RecordSize);
                digests[i].Write(record);
                BinaryPrimitives.WriteInt64LittleEndian(record[Gf128.Size..], rows[i]);
                _counts[part]++;
                if (_buffered[part] == BufferedRecords) Flush(part);
            }

            return true;
        });
    }

    /// <summary>Sets all items of a stream aside and completes the folder.</summary>
    /// <exception cref="CollabException"><see cref="Failed"/>; the folder is of no use afterwards.</exception>
    public async Task AddAllAsync(IAsyncEnumerable<ItemBatch> items, CancellationToken cancellation = default)
    {
        await foreach (var batch in items.WithCancellation(cancellation).ConfigureAwait(false)) Add(batch);
        Complete();
    }

    /// <summary>Says that all items are in; they are on the disk when this returns.</summary>
    /// <exception cref="CollabException"><see cref="Failed"/>; the folder is of no use afterwards.</exception>
    public void Complete() => Guard(() =>
    {
        if (IsComplete) return true;
        for (var part = 0; part < PartCount; part++)
        {
            Flush(part);
            _parts[part]?.Flush(flushToDisk: true);
            _parts[part]?.Dispose();
            (_parts[part], _buffers[part]) = (null, null);
        }

        var manifest = new byte[Digest.Size + (PartCount * sizeof(long))];
        ItemContext.CopyTo(manifest);
        for (var part = 0; part < PartCount; part++)
            BinaryPrimitives.WriteInt64LittleEndian(manifest.AsSpan(Digest.Size + (part * sizeof(long))), _counts[part]);
        DurableFile.Replace(Path.Combine(_path, Manifest), manifest);
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

        if (!Keep && Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

    /// <summary>Items of one bucket of so many.</summary>
    internal long CountOf(int bucket, int bucketCount)
    {
        var parts = PartCount / bucketCount;
        return _counts.AsSpan(bucket * parts, parts).ToArray().Sum();
    }

    /// <summary>Reads one bucket of so many.</summary>
    internal void Read(int bucket, int bucketCount, Span<Gf128> digests, Span<long> rows)
    {
        var records = ArrayPool<byte>.Shared.Rent(BufferedRecords * RecordSize);
        try
        {
            var parts = PartCount / bucketCount;
            var next = 0;
            for (var part = bucket * parts; part < (bucket + 1) * parts; part++) next = ReadPart(part, records, digests, rows, next);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(records, clearArray: true);
        }
    }

    /// <summary>Whether a bucket of so many was finished.</summary>
    internal bool IsFinished(int bucket, int bucketCount) => File.Exists(RowsPath(bucket, bucketCount));

    /// <summary>Keeps the matches of a bucket; it is finished when this returns.</summary>
    internal void Finish(int bucket, int bucketCount, ReadOnlySpan<long> rows)
    {
        var content = MemoryMarshal.AsBytes(rows).ToArray();
        Guard(() =>
        {
            DurableFile.Replace(RowsPath(bucket, bucketCount), content);
            return true;
        });
    }

    /// <summary>The matches of a finished bucket.</summary>
    internal long[] RowsOf(int bucket, int bucketCount) => Guard(() =>
        MemoryMarshal.Cast<byte, long>(File.ReadAllBytes(RowsPath(bucket, bucketCount))).ToArray());

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

    private int ReadPart(int part, byte[] records, Span<Gf128> digests, Span<long> rows, int next)
    {
        if (_counts[part] == 0) return next;
        using var file = new FileStream(PartPath(part), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        for (var left = _counts[part]; left > 0;)
        {
            var count = (int)Math.Min(left, BufferedRecords);
            file.ReadExactly(records.AsSpan(0, count * RecordSize));
            for (var i = 0; i < count; i++, next++)
            {
                digests[next] = Gf128.Read(records.AsSpan(i * RecordSize));
                rows[next] = BinaryPrimitives.ReadInt64LittleEndian(records.AsSpan((i * RecordSize) + Gf128.Size));
            }

            left -= count;
        }

        return next;
    }

    private void Flush(int part)
    {
        if (_buffered[part] == 0) return;
        _parts[part] ??= new FileStream(PartPath(part), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        _parts[part]!.Write(_buffers[part]!, 0, _buffered[part] * RecordSize);
        _buffered[part] = 0;
    }

    private string PartPath(int part) => Path.Combine(_path, $"part-{part:D3}.items");

    private string RowsPath(int bucket, int bucketCount) => Path.Combine(_path, $"bucket-{bucketCount}-{bucket}.rows");
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.SealedFiles;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <content>Buckets of a run: read, finished, forgotten.</content>
public sealed partial class SpillFolder
{
    /// <summary>Items of one bucket of so many.</summary>
    internal long CountOf(int bucket, int bucketCount)
    {
        var parts = PartCount / bucketCount;
        return _counts.AsSpan(bucket * parts, parts).ToArray().Sum();
    }

    /// <summary>Reads one bucket of so many.</summary>
    internal void Read(int bucket, int bucketCount, Span<Gf128> digests, Span<long> rows)
    {
        try
        {
            var parts = PartCount / bucketCount;
            var next = 0;
            for (var part = bucket * parts; part < (bucket + 1) * parts; part++)
            {
                ReadPart(part, digests[next..], rows[next..]);
                next += (int)_counts[part];
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(failure);
        }
    }

    /// <summary>Whether a bucket of so many was finished.</summary>
    internal bool IsFinished(int bucket, int bucketCount) => File.Exists(RowsPath(bucket, bucketCount));

    /// <summary>Keeps the matches of a bucket and a note of the caller's; it is finished when this returns.</summary>
    internal void Finish(int bucket, int bucketCount, ReadOnlySpan<long> rows, ReadOnlySpan<byte> note)
    {
        byte[] matches = MemoryMarshal.AsBytes(rows).ToArray(), said = note.ToArray();
        Guard(() =>
        {
            Replace(RowsPath(bucket, bucketCount), file =>
            {
                file.Write(said);
                file.Write(matches);
            });
            return true;
        });
    }

    /// <summary>Makes a finished bucket one that was never run, before it is run again.</summary>
    internal void Forget(int bucket, int bucketCount) => Guard(() =>
    {
        File.Delete(RowsPath(bucket, bucketCount));
        DurableFile.SyncDirectory(_path);
        return true;
    });

    /// <summary>Keeps what the peer announced, the first time; afterwards, whether it is the same.</summary>
    internal bool IsPeerCount(long count) => Guard(() =>
    {
        var path = Path.Combine(_path, "peer");
        var said = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(said, count);
        if (!File.Exists(path))
        {
            Replace(path, file => file.Write(said));
            return true;
        }

        using var kept = new SealedFileReader(path, _key);
        return kept.TryRead(out var content) && content.Span.SequenceEqual(said);
    });

    /// <summary>The matches of a finished bucket.</summary>
    internal long[] RowsOf(int bucket, int bucketCount) => MemoryMarshal.Cast<byte, long>(BlockOf(bucket, bucketCount, 1)).ToArray();

    /// <summary>The note of a finished bucket.</summary>
    internal byte[] NoteOf(int bucket, int bucketCount) => BlockOf(bucket, bucketCount, 0);

    private byte[] BlockOf(int bucket, int bucketCount, int block) => Guard(() =>
    {
        using var file = new SealedFileReader(RowsPath(bucket, bucketCount), _key);
        for (; file.TryRead(out var content); block--)
        {
            if (block == 0) return content.ToArray();
        }

        throw new IOException("A finished bucket is damaged.");
    });

    private void ReadPart(int part, Span<Gf128> digests, Span<long> rows)
    {
        if (_counts[part] == 0) return;
        using var file = new SealedFileReader(PartPath(part), _key);
        for (var next = 0; next < _counts[part];)
        {
            if (!file.TryRead(out var block) || block.Length % RecordSize != 0 || (block.Length / RecordSize) + next > _counts[part])
                throw new IOException("A part is damaged.");
            for (var records = block.Span; !records.IsEmpty; records = records[RecordSize..], next++)
            {
                digests[next] = Gf128.Read(records);
                rows[next] = BinaryPrimitives.ReadInt64LittleEndian(records[Gf128.Size..]);
            }
        }
    }

    /// <summary>Leaves the first of equal items in a part; the file is written anew only when there are others.</summary>
    private void Distinguish(int part, Action<long, long> repeated)
    {
        var count = (int)_counts[part];
        if (count == 0) return;
        using var digests = NativeBuffer<Gf128>.Allocate(count);
        using var rows = NativeBuffer<long>.Allocate(count);
        ReadPart(part, digests.Span, rows.Span);
        var kept = KeepFirst(digests.Span, rows.Span, repeated);
        _counts[part] = kept;
        if (kept < count)
        {
            Replace(PartPath(part), file => Write(file, digests.Span[..kept], rows.Span[..kept]));
            return;
        }

        using var whole = File.OpenHandle(PartPath(part), FileMode.Open, FileAccess.ReadWrite);
        DurableFile.Sync(whole);
    }

    private static int KeepFirst(Span<Gf128> digests, Span<long> rows, Action<long, long> repeated)
    {
        var slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)digests.Length * 2)]; // place of the item + 1, or 0
        var kept = 0;
        for (var i = 0; i < digests.Length; i++)
        {
            var slot = (int)(digests[i].Low & (ulong)(slots.Length - 1));                // digests are uniform
            while (slots[slot] > 0 && digests[slots[slot] - 1] != digests[i]) slot = (slot + 1) & (slots.Length - 1);
            if (slots[slot] > 0)
            {
                repeated(rows[slots[slot] - 1], rows[i]);
                continue;
            }

            (digests[kept], rows[kept]) = (digests[i], rows[i]);
            slots[slot] = ++kept;
        }

        return kept;
    }

    private static void Write(SealedFileWriter file, ReadOnlySpan<Gf128> digests, ReadOnlySpan<long> rows)
    {
        var block = new byte[BufferedRecords * RecordSize];
        for (var start = 0; start < rows.Length; start += BufferedRecords)
        {
            var size = Math.Min(BufferedRecords, rows.Length - start);
            for (var i = 0; i < size; i++)
            {
                digests[start + i].Write(block.AsSpan(i * RecordSize));
                BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan((i * RecordSize) + Gf128.Size), rows[start + i]);
            }

            file.Write(block.AsSpan(0, size * RecordSize));
        }
    }
}

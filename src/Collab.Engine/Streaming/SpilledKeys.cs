using System.Buffers.Binary;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.SealedFiles;
using Collab.Data;
using Collab.Data.Keys;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Engine.Streaming;

/// <summary>
/// Sets the keys of a table aside on the disk as they are read: their digests in buckets for the protocol and, at a receiver, the keys
/// themselves in the order of the rows for the result. Memory does not grow with the table (protocols/specs/intersection.md, "Large sets").
/// </summary>
/// <remarks>
/// Files of the run's folder, all sealed: <c>items/</c> (<see cref="SpillFolder"/>; an item's row is (row − 1)·alternatives + alternative),
/// <c>keys</c> (for each row and alternative u32 size and the canonical key, size 0 where it is blank; whole rows in a block) and <c>repeats</c>
/// (pairs of i64: the first item with a key, and another one).
/// </remarks>
internal sealed class SpilledKeys : IDisposable
{
    public const string ItemsFolder = "items";
    public const string KeysFile = "keys";
    public const string RepeatsFile = "repeats";

    private const int BatchKeys = 2048;
    private const int BlockSize = 1 << 16;

    private readonly RunSpill _spill;
    private readonly SpillFolder _items;
    private readonly SealedFileWriter? _keys;
    private readonly Digest _itemContext;
    private readonly long[] _counts;
    private readonly byte[][] _batch = new byte[BatchKeys][];
    private readonly ReadOnlyMemory<byte>[] _batchKeys = new ReadOnlyMemory<byte>[BatchKeys];
    private readonly long[] _batchItems = new long[BatchKeys];
    private readonly Gf128[] _digests = new Gf128[BatchKeys];
    private int _batched;
    private long _rows;
    private byte[] _block = new byte[BlockSize];
    private int _blockUsed;

    private SpilledKeys(RunSpill spill, Digest itemContext, int alternatives, bool keepsKeys)
    {
        spill.Clear();
        (_spill, _itemContext, _counts) = (spill, itemContext, new long[alternatives]);
        _items = SpillFolder.Create(Path.Combine(spill.Folder, ItemsFolder), itemContext, spill.Key);
        if (keepsKeys) _keys = new SealedFileWriter(Path.Combine(spill.Folder, KeysFile), spill.Key);
    }

    /// <summary>Reads all keys and sets them aside; they are on the disk when this returns.</summary>
    /// <returns>The number of the last row, and the distinct keys of each alternative.</returns>
    /// <exception cref="SourceException">The source cannot be read, or the rule forbids a blank or repeated key.</exception>
    /// <exception cref="CollabException"><see cref="SpillFolder.Failed"/>.</exception>
    public static async Task<(long Rows, IReadOnlyList<long> Counts)> ReadAsync(
        RunSpill spill, Digest itemContext, IAsyncEnumerable<ColumnBatch> batches, IReadOnlyList<IReadOnlyList<string>> keys, KeyRule rule, bool keepsKeys,
        CancellationToken cancellation)
    {
        using var spilled = new SpilledKeys(spill, itemContext, keys.Count, keepsKeys);
        await KeyStream.ReadAsync(batches, keys, rule, spilled.Add, cancellation);
        spilled.Complete(rule);
        return (spilled._rows, spilled._counts);
    }

    public void Dispose()
    {
        _items.Dispose();
        _keys?.Dispose();
    }

    private void Add(long row, int alternative, ReadOnlySpan<byte> key)
    {
        for (; _rows < row - 1; _rows++) // rows that a filter left out are as ones without a key
        {
            for (var i = 0; i < _counts.Length && _keys is not null; i++) Append([], isRowsFirst: i == 0);
        }

        _rows = row;
        if (_keys is not null) Append(key, isRowsFirst: alternative == 0);
        if (key.IsEmpty) return;
        _counts[alternative]++;
        if (_batch[_batched] is not { } place || place.Length < key.Length) _batch[_batched] = place = new byte[Math.Max(64, key.Length)];
        key.CopyTo(place);
        (_batchKeys[_batched], _batchItems[_batched]) = (place.AsMemory(0, key.Length), ((row - 1) * _counts.Length) + alternative);
        if (++_batched == BatchKeys) HashBatch();
    }

    private void HashBatch()
    {
        var digests = _digests.AsSpan(0, _batched);
        ItemDigests.Hash(_itemContext, _batchKeys.AsSpan(0, _batched), digests);
        _items.Add(digests, _batchItems.AsSpan(0, _batched));
        _batched = 0;
    }

    private void Append(ReadOnlySpan<byte> key, bool isRowsFirst)
    {
        if (isRowsFirst && _blockUsed >= BlockSize)
        {
            _keys!.Write(_block.AsSpan(0, _blockUsed));
            _blockUsed = 0;
        }

        var needed = _blockUsed + sizeof(uint) + key.Length;
        if (_block.Length < needed) Array.Resize(ref _block, 2 * needed);
        BinaryPrimitives.WriteUInt32LittleEndian(_block.AsSpan(_blockUsed), (uint)key.Length);
        key.CopyTo(_block.AsSpan(_blockUsed + sizeof(uint)));
        _blockUsed = needed;
    }

    private void Complete(KeyRule rule)
    {
        HashBatch();
        if (_keys is not null)
        {
            if (_blockUsed > 0) _keys.Write(_block.AsSpan(0, _blockUsed));
            _keys.Sync();
        }

        using var repeats = new SealedFileWriter(Path.Combine(_spill.Folder, RepeatsFile), _spill.Key);
        var block = new byte[BlockSize];
        var used = 0;
        var (earliest, ofRow) = (long.MaxValue, 0L);
        _items.Complete((first, repeated) =>
        {
            _counts[repeated % _counts.Length]--;
            if (rule.Duplicate == DuplicateKeys.Refuse && repeated < earliest) (earliest, ofRow) = (repeated, first);
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(used), first);
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(used + sizeof(long)), repeated);
            used += 2 * sizeof(long);
            if (used < block.Length) return;
            repeats.Write(block);
            used = 0;
        });
        if (used > 0) repeats.Write(block.AsSpan(0, used));
        repeats.Sync();
        if (earliest < long.MaxValue)
        {
            throw new SourceException(new SourceProblem(
                SourceException.KeyDuplicate, (earliest / _counts.Length) + 1, null, $"the key is that of row {(ofRow / _counts.Length) + 1}"));
        }

        _items.Keep = true;
    }
}

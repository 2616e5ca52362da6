using System.Collections;

namespace Collab.Data.Keys;

/// <summary>Distinct keys in the order in which they first stand in the source, as canonical bytes.</summary>
/// <remarks>
/// A key is, for each part: u32 length, little-endian, and the normalized text in UTF-8; so ("ab", "c") and ("a", "bc") differ. Where
/// there are several alternative keys, a byte with the number of the alternative, from 1, stands before the parts.
/// Memory is the bytes of the keys and some 36 bytes for each.
/// </remarks>
public sealed class KeyList : IReadOnlyList<ReadOnlyMemory<byte>>
{
    private const int BlockSize = 1 << 20;

    private readonly List<byte[]> _blocks = [];
    private int _blockUsed = BlockSize;
    private (int Block, int Start, int Size, uint Hash)[] _keys = new (int, int, int, uint)[16];
    private long[] _rows = new long[16];
    private int[] _slots = new int[64]; // open addressing, at most half full; number of the key + 1, or 0

    internal KeyList()
    {
    }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Rows left out because their key is blank.</summary>
    public long BlankCount { get; internal set; }

    /// <summary>Rows whose key stood before.</summary>
    public long DuplicateCount { get; internal set; }

    /// <summary>The bytes of a key.</summary>
    public ReadOnlyMemory<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var (block, start, size, _) = _keys[index];
            return _blocks[block].AsMemory(start, size);
        }
    }

    /// <summary>The row in which a key first stands, from 1.</summary>
    public long Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _rows[index];
    }

    /// <summary>The place of a key in the list, or −1.</summary>
    public int IndexOf(ReadOnlySpan<byte> key) => _slots[SlotOf(key, Hash(key))] - 1;

    /// <inheritdoc/>
    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a key unless it is there; false when it is, with its place.</summary>
    internal bool TryAdd(ReadOnlySpan<byte> key, long row, out int index)
    {
        var hash = Hash(key);
        var slot = SlotOf(key, hash);
        index = _slots[slot] - 1;
        if (index >= 0) return false;

        index = Count;
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, 2 * Count);
            Array.Resize(ref _rows, 2 * Count);
        }

        var (block, start) = Store(key);
        _keys[Count] = (block, start, key.Length, hash);
        _rows[Count] = row;
        _slots[slot] = ++Count;
        if (2 * (long)Count > _slots.Length) Rehash();
        return true;
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode); // seeded anew in each process, so that no file can be made to collide
        hash.AddBytes(key);
        return unchecked((uint)hash.ToHashCode());
    }

    private int SlotOf(ReadOnlySpan<byte> key, uint hash)
    {
        var mask = _slots.Length - 1;
        var slot = unchecked((int)hash) & mask;
        while (_slots[slot] is > 0 and var number)
        {
            var (block, start, size, known) = _keys[number - 1];
            if (known == hash && key.SequenceEqual(_blocks[block].AsSpan(start, size))) return slot;
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private (int Block, int Start) Store(ReadOnlySpan<byte> key)
    {
        if (key.Length > BlockSize - _blockUsed)
        {
            _blocks.Add(new byte[Math.Max(BlockSize, key.Length)]);
            _blockUsed = 0;
        }

        var start = _blockUsed;
        key.CopyTo(_blocks[^1].AsSpan(start));
        _blockUsed = Math.Min(BlockSize, start + key.Length);
        return (_blocks.Count - 1, start);
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = unchecked((int)_keys[i].Hash) & mask;
            while (_slots[slot] != 0) slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }
}

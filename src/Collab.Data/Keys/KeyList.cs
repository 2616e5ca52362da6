using System.Collections;

namespace Collab.Data.Keys;

/// <summary>Distinct keys in the order in which they first stand in the source, as canonical bytes.</summary>
/// <remarks>
/// A key is, for each part: u32 length, little-endian, and the normalized text in UTF-8; so ("ab", "c") and ("a", "bc") differ. Where
/// there are several alternative keys, a byte with the number of the alternative, from 1, stands before the parts.
/// Memory is the bytes of the keys and 14 to 20 bytes for each; 8 more once a row was left out or had a key that stood before.
/// Nothing is ever moved but the table of slots, so that growing takes no second copy.
/// </remarks>
public sealed class KeyList : IReadOnlyList<ReadOnlyMemory<byte>>
{
    private const int LogOfBlock = 20;
    private const int BlockSize = 1 << LogOfBlock;
    private const int LogOfChunk = 16;
    private const int TagBits = 24;
    private const ulong TagMask = (1UL << TagBits) - 1;

    private readonly List<byte[]> _blocks = []; // each key: its size, 7 bits a byte, and its bytes
    private readonly List<ulong[]> _entries = []; // where a key stands, and some bits of its hash
    private List<long[]>? _rows; // null as long as every key's row is its place + 1
    private int _blockUsed = BlockSize;
    private int[] _slots = new int[64]; // open addressing, at most three quarters full; number of the key + 1, or 0

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
            return Key(index);
        }
    }

    /// <summary>The row in which a key first stands, from 1.</summary>
    public long Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _rows is null ? index + 1L : At(_rows, index);
    }

    /// <summary>The place of a key in the list, or −1.</summary>
    public int IndexOf(ReadOnlySpan<byte> key) => _slots[SlotOf(key, Hash(key))] - 1;

    /// <inheritdoc/>
    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return Key(i);
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
        Set(_entries, index, ((ulong)Store(key) << TagBits) | (hash & TagMask));
        if (_rows is null && row != index + 1L)
        {
            _rows = [];
            for (var i = 0; i < index; i++) Set(_rows, i, i + 1L);
        }

        if (_rows is not null) Set(_rows, index, row);
        _slots[slot] = ++Count;
        if (4L * Count > 3L * _slots.Length) Rehash();
        return true;
    }

    private static ulong Hash(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode); // seeded anew in each process, so that no file can be made to collide
        hash.AddBytes(key);
        return unchecked((uint)hash.ToHashCode() * 0x9E37_79B9_7F4A_7C15); // spread: the tag is of its lowest bits, the slot of its highest
    }

    private static T At<T>(List<T[]> chunks, int index) => chunks[index >> LogOfChunk][index & ((1 << LogOfChunk) - 1)];

    private static void Set<T>(List<T[]> chunks, int index, T value)
    {
        if (index >> LogOfChunk == chunks.Count) chunks.Add(new T[chunks.Count == 0 && index == 0 ? 16 : 1 << LogOfChunk]);
        var at = index & ((1 << LogOfChunk) - 1);
        if (at >= chunks[index >> LogOfChunk].Length) // only the first begins small
        {
            var first = chunks[0];
            Array.Resize(ref first, Math.Min(1 << LogOfChunk, 2 * first.Length));
            chunks[0] = first;
        }

        chunks[index >> LogOfChunk][at] = value;
    }

    private ReadOnlyMemory<byte> Key(int index)
    {
        var position = (long)(At(_entries, index) >> TagBits);
        var block = _blocks[(int)(position >> LogOfBlock)];
        var at = (int)(position & (BlockSize - 1));
        int size = 0, shift = 0;
        byte next;
        do
        {
            next = block[at++];
            size |= (next & 0x7F) << shift;
            shift += 7;
        }
        while (next >= 0x80);
        return block.AsMemory(at, size);
    }

    private int SlotOf(ReadOnlySpan<byte> key, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = SlotOf(hash, mask);
        while (_slots[slot] is > 0 and var number)
        {
            if ((At(_entries, number - 1) & TagMask) == (hash & TagMask) && key.SequenceEqual(Key(number - 1).Span)) return slot;
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private static int SlotOf(ulong hash, int mask) => (int)((hash >> 32) & (ulong)mask);

    private long Store(ReadOnlySpan<byte> key)
    {
        const int LongestSize = 5;
        if (key.Length + LongestSize > BlockSize - _blockUsed)
        {
            _blocks.Add(new byte[Math.Max(BlockSize, key.Length + LongestSize)]);
            _blockUsed = 0;
        }

        var start = ((long)(_blocks.Count - 1) << LogOfBlock) + _blockUsed;
        var block = _blocks[^1];
        var rest = (uint)key.Length;
        var at = _blockUsed;
        for (; rest >= 0x80; rest >>= 7) block[at++] = (byte)(0x80 | (rest & 0x7F));
        block[at++] = (byte)rest;
        key.CopyTo(block.AsSpan(at));
        _blockUsed = Math.Min(BlockSize, at + key.Length);
        return start;
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = SlotOf(Hash(Key(i).Span), mask);
            while (_slots[slot] != 0) slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }
}

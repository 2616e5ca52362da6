using System.Buffers.Binary;
using System.Numerics;
using Collab.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Collab.Psi.Incremental;

/// <summary>A file of fixed-size records in ascending order of a 128-bit key, written once and never changed.</summary>
/// <remarks>
/// Layout, specs/psi-incremental.md "State": 32 bytes of header, the records (key, big-endian, and a value of 0 or 16 bytes), then for every
/// block of 256 records its first key and its CRC-32C. The index stays in memory: 20 bytes for 256 records. A key is found by one read of
/// one block. The checks find damage by accident, not by intent: whoever may write the folder is the host.
/// </remarks>
internal sealed class SortedRun : IDisposable
{
    public const int HeaderSize = 32;
    public const int KeySize = 16;
    public const int BlockRecords = 256;
    public const int IndexEntrySize = KeySize + sizeof(uint);

    private readonly SafeFileHandle _file;
    private readonly UInt128[] _firsts;
    private readonly uint[] _checks;
    private readonly int _recordSize;

    private SortedRun(string name, SafeFileHandle file, int valueSize, long count, UInt128[] firsts, uint[] checks)
    {
        (Name, _file, Count, _firsts, _checks) = (name, file, count, firsts, checks);
        _recordSize = KeySize + valueSize;
    }

    public static ReadOnlySpan<byte> Magic => "collabr1"u8;

    public string Name { get; }

    public long Count { get; }

    /// <summary>Opens a run and reads its index.</summary>
    /// <exception cref="IncrementalStateException">The file is missing, cut or not such a run.</exception>
    public static SortedRun Open(string folder, string name, int valueSize)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(Path.Combine(folder, name));
        }
        catch (IOException failure)
        {
            throw IncrementalStateException.Damaged("a file of records is missing", failure);
        }

        try
        {
            Span<byte> header = stackalloc byte[HeaderSize];
            var whole = RandomAccess.Read(file, header, 0) == HeaderSize && header[..8].SequenceEqual(Magic)
                && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == valueSize
                && BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == BlockRecords;
            var count = whole ? BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) : 0;
            if (!whole || count > int.MaxValue) throw IncrementalStateException.Damaged("a file of records has another form");
            var blocks = (int)((count + BlockRecords - 1) / BlockRecords);
            var recordsEnd = HeaderSize + (long)count * (KeySize + valueSize);
            if (RandomAccess.GetLength(file) != recordsEnd + (long)blocks * IndexEntrySize)
            {
                throw IncrementalStateException.Damaged("a file of records was cut");
            }

            var index = new byte[blocks * IndexEntrySize];
            ReadWhole(file, index, recordsEnd);
            if (Crc(index) != BinaryPrimitives.ReadUInt32LittleEndian(header[24..])) throw IncrementalStateException.Damaged("an index of records changed");
            var (firsts, checks) = (new UInt128[blocks], new uint[blocks]);
            for (var i = 0; i < blocks; i++)
            {
                firsts[i] = BinaryPrimitives.ReadUInt128BigEndian(index.AsSpan(i * IndexEntrySize));
                checks[i] = BinaryPrimitives.ReadUInt32LittleEndian(index.AsSpan(i * IndexEntrySize + KeySize));
            }

            return new SortedRun(name, file, valueSize, (long)count, firsts, checks);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Looks ascending keys up: calls back with the place of each key that is here and its value (0 if it has none).</summary>
    /// <remarks>A block is read once for all keys that fall into it.</remarks>
    public void Find(ReadOnlySpan<UInt128> keys, Action<int, UInt128> found)
    {
        var block = new byte[BlockRecords * _recordSize];
        int loaded = -1, records = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var at = Array.BinarySearch(_firsts, keys[i]);
            if (at < 0) at = ~at - 1;
            if (at < 0) continue;
            if (at != loaded) (loaded, records) = (at, ReadBlock(at, block));
            int low = 0, high = records - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var key = BinaryPrimitives.ReadUInt128BigEndian(block.AsSpan(middle * _recordSize));
                if (key == keys[i])
                {
                    found(i, ValueAt(block, middle));
                    break;
                }

                if (key < keys[i]) low = middle + 1;
                else high = middle - 1;
            }
        }
    }

    /// <summary>All records, ascending.</summary>
    public IEnumerable<(UInt128 Key, UInt128 Value)> Read()
    {
        var block = new byte[BlockRecords * _recordSize];
        for (var at = 0; at < _firsts.Length; at++)
        {
            var records = ReadBlock(at, block);
            for (var i = 0; i < records; i++) yield return (BinaryPrimitives.ReadUInt128BigEndian(block.AsSpan(i * _recordSize)), ValueAt(block, i));
        }
    }

    public void Dispose() => _file.Dispose();

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }

    private UInt128 ValueAt(byte[] block, int record) =>
        _recordSize == KeySize ? 0 : BinaryPrimitives.ReadUInt128BigEndian(block.AsSpan(record * _recordSize + KeySize));

    private int ReadBlock(int at, byte[] block)
    {
        var records = (int)Math.Min(BlockRecords, Count - (long)at * BlockRecords);
        var bytes = block.AsSpan(0, records * _recordSize);
        ReadWhole(_file, bytes, HeaderSize + (long)at * BlockRecords * _recordSize);
        if (Crc(bytes) != _checks[at]) throw IncrementalStateException.Damaged("a block of records changed");
        return records;
    }

    private static void ReadWhole(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(file, destination, offset);
            if (read == 0) throw IncrementalStateException.Damaged("a file of records was cut");
            destination = destination[read..];
            offset += read;
        }
    }
}

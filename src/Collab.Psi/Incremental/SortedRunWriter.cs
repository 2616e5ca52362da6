using System.Buffers.Binary;
using Collab.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Collab.Psi.Incremental;

/// <summary>Writes a <see cref="SortedRun"/>. Under a name of its own, which nothing refers to before <see cref="Finish"/> has made it durable.</summary>
internal sealed class SortedRunWriter : IDisposable
{
    private const int BufferBlocks = 64;

    private readonly SafeFileHandle _file;
    private readonly int _recordSize;
    private readonly byte[] _buffer;
    private readonly MemoryStream _index = new();
    private long _written = SortedRun.HeaderSize;
    private int _used;
    private UInt128 _last;

    public SortedRunWriter(string folder, string name, int valueSize)
    {
        Name = name;
        _recordSize = SortedRun.KeySize + valueSize;
        _buffer = new byte[BufferBlocks * SortedRun.BlockRecords * _recordSize];
        _file = DurableFile.Create(Path.Combine(folder, name));
    }

    public string Name { get; }

    public long Count { get; private set; }

    /// <summary>Appends a record whose key is above that of the record before.</summary>
    public void Append(UInt128 key, UInt128 value)
    {
        if (Count > 0 && key <= _last) throw new InvalidOperationException("Records ascend.");
        BinaryPrimitives.WriteUInt128BigEndian(_buffer.AsSpan(_used), key);
        if (_recordSize > SortedRun.KeySize) BinaryPrimitives.WriteUInt128BigEndian(_buffer.AsSpan(_used + SortedRun.KeySize), value);
        (_used, _last) = (_used + _recordSize, key);
        Count++;
        if (_used == _buffer.Length) Flush();
    }

    /// <summary>Writes index and header and makes the content durable; its name is durable with the folder's next synchronisation.</summary>
    public void Finish()
    {
        Flush();
        var index = _index.GetBuffer().AsSpan(0, (int)_index.Length);
        RandomAccess.Write(_file, index, _written);
        Span<byte> header = stackalloc byte[SortedRun.HeaderSize];
        header.Clear();
        SortedRun.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)(_recordSize - SortedRun.KeySize));
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], SortedRun.BlockRecords);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], (ulong)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], SortedRun.Crc(index));
        RandomAccess.Write(_file, header, 0);
        DurableFile.Sync(_file);
    }

    public void Dispose()
    {
        _file.Dispose();
        _index.Dispose();
    }

    private void Flush()
    {
        Span<byte> entry = stackalloc byte[SortedRun.IndexEntrySize];
        var blockSize = SortedRun.BlockRecords * _recordSize;
        for (var at = 0; at < _used; at += blockSize)
        {
            var block = _buffer.AsSpan(at, Math.Min(blockSize, _used - at));
            block[..SortedRun.KeySize].CopyTo(entry);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[SortedRun.KeySize..], SortedRun.Crc(block));
            _index.Write(entry);
        }

        RandomAccess.Write(_file, _buffer.AsSpan(0, _used), _written);
        (_written, _used) = (_written + _used, 0);
    }
}

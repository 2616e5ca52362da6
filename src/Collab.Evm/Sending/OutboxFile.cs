using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Evm.Rpc;
using Collab.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Collab.Evm.Sending;

/// <summary>The outbox on disk: records that are written whole and synchronised before anything rests on them.</summary>
/// <remarks>
/// A record is u32 size, u32 its complement, content, SHA-256(hash before it ‖ content); little-endian. The first hash is that of the head.
/// A record that the end of the file cuts short was never acknowledged and is cut off; anything else that is wrong is damage.
/// </remarks>
internal sealed class OutboxFile : IDisposable
{
    private const int Head = 8;
    private const int Largest = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly List<byte[]> _records = [];
    private byte[] _chain;
    private long _end;
    private bool _failed;

    private OutboxFile(SafeFileHandle file, byte[] mark) => (_file, _chain) = (file, SHA256.HashData(mark));

    /// <summary>What was written before, in order.</summary>
    public IReadOnlyList<byte[]> Records => _records;

    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="mark">Whose outbox it is: another account's or chain's is refused as damaged.</param>
    public static OutboxFile Open(string path, byte[] mark)
    {
        try
        {
            if (!File.Exists(path)) DurableFile.Replace(path, []);
            var file = new OutboxFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None), mark);
            try
            {
                file.Read(mark);
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (IOException fault) when (fault.HResult is 11 or 35) // EAGAIN: somebody else holds the lock
        {
            throw new CollabException(EvmErrors.OutboxInUse, "Another process has the outbox open.", inner: fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollabException(EvmErrors.OutboxFailed, "The outbox cannot be opened.", inner: fault);
        }
    }

    /// <summary>Writes a record; on return it is on the disk.</summary>
    public void Append(byte[] content)
    {
        if (_failed) throw new CollabException(EvmErrors.OutboxFailed, "An earlier write to the outbox failed.");
        try
        {
            var record = Encode(content, out var chain);
            RandomAccess.Write(_file, record, _end);
            DurableFile.Sync(_file);
            (_chain, _end) = (chain, _end + record.Length);
            _records.Add(content);
        }
        catch (IOException fault)
        {
            _failed = true; // what is on the disk is not known: it is read again at the next opening
            throw new CollabException(EvmErrors.OutboxFailed, "A write to the outbox did not reach the disk.", inner: fault);
        }
    }

    public void Dispose() => _file.Dispose();

    private byte[] Encode(byte[] content, out byte[] chain)
    {
        if (content.Length > Largest) throw new ArgumentException("A call of at most 1 MiB.", nameof(content));
        var record = new byte[Head + content.Length + 32];
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), ~(uint)content.Length);
        content.CopyTo(record, Head);
        chain = SHA256.HashData([.. _chain, .. content]);
        chain.CopyTo(record, Head + content.Length);
        return record;
    }

    private void Read(byte[] mark)
    {
        var length = RandomAccess.GetLength(_file);
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var part = RandomAccess.Read(_file, bytes.AsSpan(read), read);
            if (part == 0) throw Damaged();
            read += part;
        }

        var rest = bytes.AsSpan();
        while (rest.Length >= Head && rest.ContainsAnyExcept((byte)0))
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (size > Largest || BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) != ~size) throw Damaged();
            var whole = Head + (int)size + 32;
            if (whole > rest.Length) break;
            var content = rest.Slice(Head, (int)size).ToArray();
            var chain = SHA256.HashData([.. _chain, .. content]);
            if (!rest.Slice(Head + (int)size, 32).SequenceEqual(chain)) throw Damaged();
            _chain = chain;
            _records.Add(content);
            _end += whole;
            rest = rest[whole..];
        }

        if (_end < length) RandomAccess.SetLength(_file, _end);
        if (_records.Count == 0) Append(mark);
        else if (!_records[0].AsSpan().SequenceEqual(mark)) throw Damaged();
        _records.RemoveAt(0);
    }

    private static CollabException Damaged() => new(EvmErrors.OutboxDamaged, "The outbox is not what was written.");
}

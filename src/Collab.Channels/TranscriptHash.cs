using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Collab.Primitives;

namespace Collab.Channels;

/// <summary>The running hash over the chunks of one sub-channel, one way.</summary>
internal sealed class TranscriptHash : IDisposable
{
    private readonly Lock _gate = new(); // a snapshot may be taken while chunks pass
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly string _label;
    private long _messages;
    private long _bytes;

    public TranscriptHash(string label)
    {
        _label = label;
        Span<byte> size = stackalloc byte[4];
        var name = Encoding.UTF8.GetBytes(label);
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)name.Length);
        _hash.AppendData("collab.channel.chunks.1"u8);
        _hash.AppendData(size);
        _hash.AppendData(name);
    }

    /// <summary>The sequence number of the next chunk.</summary>
    public ulong Next { get; private set; }

    /// <summary>Appends u64 sequence ‖ u8 last ‖ u32 length ‖ payload.</summary>
    public void Append(bool last, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteUInt64LittleEndian(head, Next);
        head[8] = last ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(head[9..], (uint)payload.Length);
        lock (_gate)
        {
            _hash.AppendData(head);
            _hash.AppendData(payload);
            Next++;
            _bytes += payload.Length;
            if (last) _messages++;
        }
    }

    /// <summary>The entry so far, or null when nothing passed.</summary>
    public TranscriptEntry? Entry()
    {
        lock (_gate)
        {
            if (Next == 0) return null;
            Span<byte> digest = stackalloc byte[Digest.Size];
            _hash.GetCurrentHash(digest);
            return new TranscriptEntry(_label, _messages, _bytes, new Digest(digest));
        }
    }

    public void Dispose() => _hash.Dispose();
}

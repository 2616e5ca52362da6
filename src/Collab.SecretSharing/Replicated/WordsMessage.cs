using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Replicated;

/// <summary>Words of one step, little-endian, at most <see cref="LargestCount"/>; the receiver knows how many must come.</summary>
/// <param name="Words">The words; who receives a message owns them.</param>
internal sealed unsafe record WordsMessage(ReadOnlyWords Words) : IMessage<WordsMessage>
{
    /// <summary>Longer vectors go as several messages.</summary>
    public const int LargestCount = 1 << 21;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = new ReadOnlySpan<byte>(Words.Pointer, Words.Count * sizeof(ulong));
        bytes.CopyTo(destination.GetSpan(bytes.Length));
        destination.Advance(bytes.Length);
    }

    public static WordsMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % sizeof(ulong) != 0 || payload.Length > LargestCount * sizeof(ulong)) throw new MalformedException("whole words");
        var buffer = NativeBuffer<ulong>.Allocate(payload.Length / sizeof(ulong));
        payload.CopyTo(MemoryMarshal.AsBytes(buffer.Span));
        return new(new ReadOnlyWords(buffer, 0, buffer.Length));
    }
}

/// <summary>A part of a buffer that stays where it is while a message of it is written.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Start">The first word.</param>
/// <param name="Count">How many words.</param>
internal readonly unsafe record struct ReadOnlyWords(NativeBuffer<ulong> Buffer, int Start, int Count)
{
    public ulong* Pointer => Buffer.Pointer + Start;
}

using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>Step 1 of a join: the size of every label.</summary>
/// <param name="Size">In bytes.</param>
internal sealed record LabelSizeMessage(int Size) : IMessage<LabelSizeMessage>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(sizeof(int)), Size);
        destination.Advance(sizeof(int));
    }

    public static LabelSizeMessage Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == sizeof(int)
        && BinaryPrimitives.ReadInt32LittleEndian(payload) is >= JoinLabels.Granularity and <= JoinLabels.Largest and var size
        && size % JoinLabels.Granularity == 0
            ? new(size)
            : throw new MalformedException($"a label size of {JoinLabels.Granularity} to {JoinLabels.Largest} bytes");
}

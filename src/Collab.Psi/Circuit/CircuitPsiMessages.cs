using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Circuit;

/// <summary>Step 1, both ways: which run, how many items, what is opened.</summary>
/// <param name="Context">The run's context.</param>
/// <param name="ItemCount">How many items this party has.</param>
/// <param name="Plan">What is opened.</param>
internal sealed record CircuitAnnouncement(Digest Context, ulong ItemCount, CircuitPlan Plan) : IMessage<CircuitAnnouncement>
{
    /// <summary>The payload, in bytes.</summary>
    public const int Size = Digest.Size + 8 + 4 + 8 + 4;

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Size);
        Context.CopyTo(payload);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[32..], ItemCount);
        payload[40] = Plan.Count ? (byte)1 : (byte)0;
        payload[41] = (byte)Plan.Values;
        payload[42] = Plan.Squares ? (byte)1 : (byte)0;
        payload[43] = (byte)Plan.Output;
        BinaryPrimitives.WriteInt64LittleEndian(payload[44..], Plan.LargestMagnitude);
        BinaryPrimitives.WriteInt32LittleEndian(payload[52..], Plan.MinimumGroup);
        destination.Advance(Size);
    }

    public static CircuitAnnouncement Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size || payload[40] > 1 || payload[41] > 2 || payload[42] > 1 || payload[43] > 2)
            throw new MalformedException("a context, a count and a plan, 56 bytes");
        return new(
            new Digest(payload[..Digest.Size]),
            BinaryPrimitives.ReadUInt64LittleEndian(payload[32..]),
            new CircuitPlan
            {
                Count = payload[40] == 1,
                Values = (CircuitValues)payload[41],
                Squares = payload[42] == 1,
                Output = (CircuitOutput)payload[43],
                LargestMagnitude = BinaryPrimitives.ReadInt64LittleEndian(payload[44..]),
                MinimumGroup = BinaryPrimitives.ReadInt32LittleEndian(payload[52..]),
            });
    }
}

using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>Step 1 of an intersection that tells differences: how many distinct keys a party has, by alternative.</summary>
/// <param name="Counts">A count for each alternative key.</param>
internal sealed record KeyCountsMessage(IReadOnlyList<long> Counts) : IMessage<KeyCountsMessage>
{
    private const int MostKeys = 8;

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Counts.Count * sizeof(long));
        foreach (var (i, count) in Counts.Index()) BinaryPrimitives.WriteInt64LittleEndian(payload[(i * sizeof(long))..], count);
        destination.Advance(Counts.Count * sizeof(long));
    }

    public static KeyCountsMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % sizeof(long) != 0 || payload.Length > MostKeys * sizeof(long)) throw new MalformedException("counts of 8 bytes");
        var counts = new long[payload.Length / sizeof(long)];
        for (var i = 0; i < counts.Length; i++) counts[i] = BinaryPrimitives.ReadInt64LittleEndian(payload[(i * sizeof(long))..]);
        return counts.All(count => count >= 0) ? new(counts) : throw new MalformedException("counts that are not negative");
    }
}

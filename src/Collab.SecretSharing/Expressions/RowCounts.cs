using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Expressions;

/// <summary>Step 1: how many rows a party has; then those of all, so that all know the same.</summary>
/// <param name="Counts">One count, or one of each party in order.</param>
internal sealed record RowCounts(IReadOnlyList<int> Counts) : IMessage<RowCounts>
{
    private const int Most = 3;

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Counts.Count * sizeof(int));
        foreach (var (i, count) in Counts.Index()) BinaryPrimitives.WriteInt32LittleEndian(payload[(i * sizeof(int))..], count);
        destination.Advance(Counts.Count * sizeof(int));
    }

    public static RowCounts Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % sizeof(int) != 0 || payload.Length is 0 or > Most * sizeof(int)) throw new MalformedException("one count, or one of each party");
        var counts = new int[payload.Length / sizeof(int)];
        for (var i = 0; i < counts.Length; i++) counts[i] = BinaryPrimitives.ReadInt32LittleEndian(payload[(i * sizeof(int))..]);
        return Array.TrueForAll(counts, count => count >= 1) ? new(counts) : throw new MalformedException("counts of at least 1");
    }
}

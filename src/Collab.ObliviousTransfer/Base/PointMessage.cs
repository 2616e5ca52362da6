using System.Buffers;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Base;

/// <summary>Steps 1 and 2 of the base transfers: encoded points, one after the other.</summary>
/// <param name="Points">Shape [n, 32]; in step 1 the pair of transfer i are points 2i and 2i + 1.</param>
internal sealed record PointMessage(byte[] Points) : IMessage<PointMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Points);

    public static PointMessage Decode(ReadOnlySpan<byte> payload) =>
        payload.Length is > 0 and <= 2 * BaseOt.LargestCount * RistrettoPoint.Size && payload.Length % RistrettoPoint.Size == 0
            ? new(payload.ToArray())
            : throw new MalformedException("whole points");

    /// <summary>The two encodings of a transfer, in step 1.</summary>
    public Span<byte> Pair(int index) => Points.AsSpan(2 * index * RistrettoPoint.Size, 2 * RistrettoPoint.Size);

    /// <summary>Reads all points; false if one is no canonical encoding or the neutral element. The verdict is public.</summary>
    public bool TryDecode(Span<RistrettoPoint> points)
    {
        if (!RistrettoPoint.TryDecode(Points, points)) return false;
        var neutral = 0UL;
        foreach (ref readonly var point in points) neutral |= point.IsNeutral();
        return neutral == 0;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Ecdh;

/// <summary>Step 1, both ways: which run, and how many items.</summary>
/// <param name="Context">The run's context.</param>
/// <param name="ItemCount">How many items this party has.</param>
internal sealed record Announcement(Digest Context, ulong ItemCount) : IMessage<Announcement>
{
    /// <summary>The payload, in bytes.</summary>
    public const int Size = Digest.Size + sizeof(ulong);

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Size);
        Context.CopyTo(payload);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[Digest.Size..], ItemCount);
        destination.Advance(Size);
    }

    public static Announcement Decode(ReadOnlySpan<byte> payload) => payload.Length == Size
        ? new(new Digest(payload[..Digest.Size]), BinaryPrimitives.ReadUInt64LittleEndian(payload[Digest.Size..]))
        : throw new MalformedException("a context and a count, 40 bytes");
}

/// <summary>Steps 2 and 4: a numbered batch of points, blinded once.</summary>
/// <param name="Number">The batch, from 0.</param>
/// <param name="Points">x-coordinates, shape [n, 32].</param>
internal sealed record BlindedItems(uint Number, ReadOnlyMemory<byte> Points) : IMessage<BlindedItems>
{
    public void Encode(IBufferWriter<byte> destination) => Batches.Encode(Number, Points.Span, destination);

    public static BlindedItems Decode(ReadOnlySpan<byte> payload)
    {
        var (number, points) = Batches.Decode(payload, Batches.ItemCount * Curve25519.PointSize);
        return points.Length % Curve25519.PointSize == 0 ? new(number, points) : throw new MalformedException("whole points");
    }
}

/// <summary>Step 3: the numbered answer to a batch of step 2, each point blinded twice and cut to its first bytes.</summary>
/// <param name="Number">The batch, from 0.</param>
/// <param name="Masks">Shape [n, width]; the width follows from both counts.</param>
internal sealed record SenderReply(uint Number, ReadOnlyMemory<byte> Masks) : IMessage<SenderReply>
{
    public void Encode(IBufferWriter<byte> destination) => Batches.Encode(Number, Masks.Span, destination);

    public static SenderReply Decode(ReadOnlySpan<byte> payload)
    {
        var (number, masks) = Batches.Decode(payload, Batches.ItemCount * Masks128.LargestWidth);
        return new(number, masks);
    }
}

/// <summary>How items are cut into batches, and what all batches look like.</summary>
internal static class Batches
{
    /// <summary>Items of a full batch. Every batch but the last is full; 64 KiB of points fill the lanes and stay below the large object heap.</summary>
    public const int ItemCount = 2048;

    /// <summary>The batch's number, in bytes.</summary>
    public const int HeaderSize = sizeof(uint);

    /// <summary>Batches of so many items.</summary>
    public static long Count(long items) => (items + ItemCount - 1) / ItemCount;

    /// <summary>Numbers, begins and sizes of the batches of so many items.</summary>
    public static IEnumerable<(uint Number, int Start, int Size)> Of(int items)
    {
        for (var start = 0; start < items; start += ItemCount)
        {
            yield return ((uint)(start / ItemCount), start, Math.Min(ItemCount, items - start));
        }
    }

    public static void Encode(uint number, ReadOnlySpan<byte> content, IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination.GetSpan(HeaderSize), number);
        destination.Advance(HeaderSize);
        destination.Write(content);
    }

    public static (uint Number, byte[] Content) Decode(ReadOnlySpan<byte> payload, int largest)
    {
        if (payload.Length <= HeaderSize || payload.Length > HeaderSize + largest) throw new MalformedException("a number and a batch");
        return (BinaryPrimitives.ReadUInt32LittleEndian(payload), payload[HeaderSize..].ToArray());
    }
}

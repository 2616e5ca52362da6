using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>Step 3: a numbered part of an update; the first of an update names the version after it and how many changes it has.</summary>
internal sealed record UpdatePart(uint Number, Digest To, int Total, ReadOnlyMemory<byte> Changes) : IMessage<UpdatePart>
{
    private const int HeaderSize = 2 * sizeof(int) + Digest.Size;
    private const int LargestBytes = 1 << 20;

    /// <summary>Bytes of so many changes, without what each part has beside them.</summary>
    public static long Size(int changes, int recordSize) => (long)changes * ChangeSize(recordSize);

    /// <summary>The parts of an update.</summary>
    public static IEnumerable<UpdatePart> Of(IndexUpdate update, int recordSize)
    {
        var size = ChangeSize(recordSize);
        var most = AtOnce(recordSize);
        for (var (number, start) = (0u, 0); start < update.Changes.Count; number++, start += most)
        {
            var count = Math.Min(most, update.Changes.Count - start);
            var bytes = new byte[count * size];
            for (var i = 0; i < count; i++)
            {
                var change = update.Changes[start + i];
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * size), change.Record);
                change.Old.CopyTo(bytes.AsMemory(i * size + sizeof(int)));
                change.New.CopyTo(bytes.AsMemory(i * size + sizeof(int) + recordSize));
            }

            yield return new(number, update.To, update.Changes.Count, bytes);
        }
    }

    /// <summary>Takes the parts of one update of the version that a hint is of.</summary>
    public static async Task<IndexUpdate> ReceiveAsync(IChannel channel, StepId step, IndexHint hint, CancellationToken cancellation)
    {
        var (shape, size) = (hint.Shape, ChangeSize(hint.Shape.RecordSize));
        var first = await channel.ReceiveAsync<UpdatePart>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(first.Total >= 1 && first.Total <= shape.Records, channel.Peer, step, "at most a change for each record");
        var changes = new List<IndexChange>();
        for (var (part, number) = (first, 0u); ; number++)
        {
            var count = Math.Min(AtOnce(shape.RecordSize), first.Total - changes.Count);
            PeerFaultException.ThrowUnless(
                part.Number == number && part.To == first.To && part.Total == first.Total && part.Changes.Length == count * size,
                channel.Peer, step, "the parts of an update in order and whole");
            for (var i = 0; i < count; i++)
            {
                var bytes = part.Changes.Slice(i * size, size);
                changes.Add(new(
                    BinaryPrimitives.ReadInt32LittleEndian(bytes.Span), bytes.Slice(sizeof(int), shape.RecordSize), bytes[(sizeof(int) + shape.RecordSize)..]));
            }

            if (changes.Count == first.Total) return new(hint.Version, first.To, changes);
            part = await channel.ReceiveAsync<UpdatePart>(step, cancellation).ConfigureAwait(false);
        }
    }

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Total);
        To.CopyTo(bytes[8..]);
        destination.Advance(HeaderSize);
        destination.Write(Changes.Span);
    }

    public static UpdatePart Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length is <= HeaderSize or > HeaderSize + LargestBytes) throw new MalformedException("a part of an update");
        return new(
            BinaryPrimitives.ReadUInt32LittleEndian(payload), new Digest(payload[8..HeaderSize]),
            BinaryPrimitives.ReadInt32LittleEndian(payload[4..]), payload[HeaderSize..].ToArray());
    }

    private static int ChangeSize(int recordSize) => sizeof(int) + 2 * recordSize;

    private static int AtOnce(int recordSize) => LargestBytes / ChangeSize(recordSize);
}

using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>Step 1, both ways: which state this party holds, and what it is about to change.</summary>
/// <param name="Context">The pair and its datasets.</param>
/// <param name="Update">The name of this update.</param>
/// <param name="Version">Updates finished.</param>
/// <param name="Chain">The digest of their history.</param>
/// <param name="Prepared">The digest that a prepared update would lead to; all zeros for none.</param>
/// <param name="Additions">Items this party adds.</param>
/// <param name="Removals">Items the sender removes; 0 from the receiver, whose removals are its own affair.</param>
internal sealed record StateAnnouncement(
    Digest Context, Digest Update, ulong Version, Digest Chain, Digest Prepared, ulong Additions, ulong Removals) : IMessage<StateAnnouncement>
{
    public const int Size = 4 * Digest.Size + 3 * sizeof(ulong);

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .Digest(Context).Digest(Update).UInt64(Version).Digest(Chain).Digest(Prepared).UInt64(Additions).UInt64(Removals).Written);

    public static StateAnnouncement Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("a state and two counts, 152 bytes");
        var reader = new CanonicalReader(payload);
        return new(reader.Digest(), reader.Digest(), reader.UInt64(), reader.Digest(), reader.Digest(), reader.UInt64(), reader.UInt64());
    }
}

/// <summary>Step 5, both ways: this party has the update on its disk, and this is the history with it.</summary>
/// <param name="Chain">The digest of the history.</param>
internal sealed record UpdatePrepared(Digest Chain) : IMessage<UpdatePrepared>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        Chain.CopyTo(destination.GetSpan(Digest.Size));
        destination.Advance(Digest.Size);
    }

    public static UpdatePrepared Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a digest, 32 bytes");
}

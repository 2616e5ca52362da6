using System.Buffers;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.MultiParty;

/// <summary>Step 1, between any two parties: which run, of whom, and how many items.</summary>
/// <param name="Context">The run's context.</param>
/// <param name="Form">Digest of the parties, the leader and who learns.</param>
/// <param name="ItemCount">How many items this party has; 0 where neither is the leader.</param>
internal sealed record PartyAnnouncement(Digest Context, Digest Form, ulong ItemCount) : IMessage<PartyAnnouncement>
{
    public const int Size = 2 * Digest.Size + sizeof(ulong);

    public void Encode(IBufferWriter<byte> destination) =>
        destination.Write(new CanonicalWriter().Digest(Context).Digest(Form).UInt64(ItemCount).Written);

    public static PartyAnnouncement Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("a context, a form and a count, 72 bytes");
        var reader = new CanonicalReader(payload);
        return new(reader.Digest(), reader.Digest(), reader.UInt64());
    }
}

/// <summary>Steps 2 and 4: a block, which is the key of a pair's zero shares or the seed of a store.</summary>
internal sealed record Block(Gf128 Value) : IMessage<Block>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        Value.Write(destination.GetSpan(Gf128.Size));
        destination.Advance(Gf128.Size);
    }

    public static Block Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Gf128.Size ? new(Gf128.Read(payload)) : throw new MalformedException("a block of 16 bytes");
}

/// <summary>Step 6: how many items all parties have.</summary>
internal sealed record MatchCount(ulong Value) : IMessage<MatchCount>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().UInt64(Value).Written);

    public static MatchCount Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == sizeof(ulong) ? new(new CanonicalReader(payload).UInt64()) : throw new MalformedException("a count, 8 bytes");
}

using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>Steps 1 and 2: the public keys of some clients, by their numbers, ascending; of a client to the summing party its own alone.</summary>
internal sealed record KeysMessage(uint Round, KeysMessage.Entry[] Entries) : IMessage<KeysMessage>
{
    public readonly record struct Entry(uint Client, byte[] Sealing, byte[] Masking);

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .UInt32(Round).List(Entries, static (w, entry) => w.UInt32(entry.Client).Raw(entry.Sealing).Raw(entry.Masking)).Written);

    public static KeysMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new KeysMessage(reader.UInt32(), reader.List((ref CanonicalReader r) =>
            new Entry(r.UInt32(), r.Raw(RistrettoPoint.Size).ToArray(), r.Raw(RistrettoPoint.Size).ToArray())));
        reader.End();
        return message;
    }
}

/// <summary>Steps 2 and 3: sealed pairs of shares, by the number of the client they go to (from a client) or come from (to a client), ascending.</summary>
internal sealed record SharesMessage(uint Round, SharesMessage.Entry[] Entries) : IMessage<SharesMessage>
{
    public readonly record struct Entry(uint Client, byte[] Sealed);

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .UInt32(Round).List(Entries, static (w, entry) => w.UInt32(entry.Client).Raw(entry.Sealed)).Written);

    public static SharesMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new SharesMessage(reader.UInt32(), reader.List((ref CanonicalReader r) => new Entry(r.UInt32(), r.Raw(AggregationKeys.SealedSize).ToArray())));
        reader.End();
        return message;
    }
}

/// <summary>Step 3: a masked vector.</summary>
internal sealed record MaskedMessage(uint Round, ulong[] Words) : IMessage<MaskedMessage>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        destination.Write(new CanonicalWriter().UInt32(Round).Written);
        destination.Write(MemoryMarshal.AsBytes(Words.AsSpan()));
    }

    public static MaskedMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < sizeof(uint) || (payload.Length - sizeof(uint)) % sizeof(ulong) != 0) throw new MalformedException("a round and whole words");
        var reader = new CanonicalReader(payload[..sizeof(uint)]);
        return new(reader.UInt32(), MemoryMarshal.Cast<byte, ulong>(payload[sizeof(uint)..].ToArray()).ToArray());
    }
}

/// <summary>Step 4: the numbers of the clients whose masked vectors came, ascending.</summary>
internal sealed record ContributorsMessage(uint Round, uint[] Clients) : IMessage<ContributorsMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().UInt32(Round).List(Clients, static (w, client) => w.UInt32(client)).Written);

    public static ContributorsMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new ContributorsMessage(reader.UInt32(), reader.List((ref CanonicalReader r) => r.UInt32()));
        reader.End();
        return message;
    }
}

/// <summary>Step 4: of every client of step 3, in order, one share: of a contributor's own mask, of another's masking key.</summary>
internal sealed record UnmaskingMessage(uint Round, Gf128[] Shares) : IMessage<UnmaskingMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().UInt32(Round).List(Shares, static (w, share) => w.UInt64(share.Low).UInt64(share.High)).Written);

    public static UnmaskingMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new UnmaskingMessage(reader.UInt32(), reader.List((ref CanonicalReader r) => new Gf128(r.UInt64(), r.UInt64())));
        reader.End();
        return message;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

/// <summary>Step 1 of the receiver: the parameters it queries with.</summary>
internal sealed record QueryHello(Digest Parameters) : IMessage<QueryHello>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Parameters.ToArray());

    public static QueryHello Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a digest of parameters");
}

/// <summary>Step 1 of the sender: the parameters it answers with, the salt and the version of its database.</summary>
internal sealed record DatabaseHello(Digest Parameters, uint Salt, long Revision) : IMessage<DatabaseHello>
{
    private const int Size = Digest.Size + 12;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(Size);
        Parameters.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[Digest.Size..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(Digest.Size + 4)..], Revision);
        destination.Advance(Size);
    }

    public static DatabaseHello Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("a digest of parameters, a salt and a version");
        var revision = BinaryPrimitives.ReadInt64LittleEndian(payload[(Digest.Size + 4)..]);
        return revision > 0
            ? new(new Digest(payload[..Digest.Size]), BinaryPrimitives.ReadUInt32LittleEndian(payload[Digest.Size..]), revision)
            : throw new MalformedException("a version from 1 on");
    }
}

/// <summary>Steps 2 to 5: elements of the group, a ciphertext of the query, or the ciphertexts of a bundle's answer, one after the other.</summary>
internal sealed record QueryPart(ReadOnlyMemory<byte> Bytes) : IMessage<QueryPart>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes.Span);

    public static QueryPart Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
}

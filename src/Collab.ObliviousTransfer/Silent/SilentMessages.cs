using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Step 4: for each tree the sum of its leaves and of the sender's share of the noise.</summary>
/// <param name="Blocks">Shape [t].</param>
internal sealed record Corrections(Gf128[] Blocks) : IMessage<Corrections>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(MemoryMarshal.AsBytes(Blocks.AsSpan()));

    public static Corrections Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == SilentParameters.NoiseWeight * Gf128.Size
            ? new(MemoryMarshal.Cast<byte, Gf128>(payload).ToArray())
            : throw new MalformedException("a block for each tree");
}

/// <summary>Steps 5 to 7: one block.</summary>
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

/// <summary>Step 7: a digest of what the sender finds.</summary>
internal sealed record CheckDigest(Digest Value) : IMessage<CheckDigest>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        Value.CopyTo(destination.GetSpan(Digest.Size));
        destination.Advance(Digest.Size);
    }

    public static CheckDigest Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a digest of 32 bytes");
}

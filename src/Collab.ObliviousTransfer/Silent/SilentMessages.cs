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
        payload.Length % Gf128.Size == 0
            ? new(MemoryMarshal.Cast<byte, Gf128>(payload).ToArray())
            : throw new MalformedException("whole blocks");
}

/// <summary>Step 5: the challenge and the masked noise.</summary>
/// <param name="Value">χ.</param>
/// <param name="Masked">Σ χ^(p + 1)·β and the mask.</param>
internal sealed record Challenge(Gf128 Value, Gf128 Masked) : IMessage<Challenge>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(2 * Gf128.Size);
        Value.Write(payload);
        Masked.Write(payload[Gf128.Size..]);
        destination.Advance(2 * Gf128.Size);
    }

    public static Challenge Decode(ReadOnlySpan<byte> payload) => payload.Length == 2 * Gf128.Size
        ? new(Gf128.Read(payload), Gf128.Read(payload[Gf128.Size..]))
        : throw new MalformedException("two blocks, 32 bytes");
}

/// <summary>Step 6: a digest of what the sender finds.</summary>
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

using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Garbling;

/// <summary>The common seed of the garblers, 32 bytes. Source: specs/garbled-gate.md, message 1.</summary>
internal sealed record SeedMessage(SecretBytes Seed) : IMessage<SeedMessage>
{
    public const int Size = 32;

    public static SeedMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException($"a seed of {Size} bytes");
        return new SeedMessage(SecretBytes.Take(payload.ToArray()));
    }

    public void Encode(IBufferWriter<byte> destination) => Seed.Use(destination, static (seed, destination) =>
    {
        destination.Write(seed);
        return true;
    });
}

/// <summary>The evaluator's input bits masked or the mask itself, 8 to a byte. Source: specs/garbled-gate.md, message 2.</summary>
internal sealed record BitsMessage(byte[] Bits) : IMessage<BitsMessage>
{
    public static BitsMessage Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bits);
}

/// <summary>One batch garbled, as <see cref="GarbledLayout"/> lays it out. Source: specs/garbled-gate.md, message 3.</summary>
internal sealed record GarbledMessage(byte[] Material) : IMessage<GarbledMessage>
{
    public static GarbledMessage Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Material);
}

/// <summary>What <see cref="GarbledMessage"/> of the same batch must hash to. Source: specs/garbled-gate.md, message 4.</summary>
internal sealed record GarbledDigestMessage(Digest Digest) : IMessage<GarbledDigestMessage>
{
    public static Digest Of(byte[] material) => Digest.Of("collab.garbled-gate.batch.1", material);

    public static GarbledDigestMessage Decode(ReadOnlySpan<byte> payload) => payload.Length == Digest.Size
        ? new GarbledDigestMessage(new Digest(payload))
        : throw new MalformedException("a digest");

    public void Encode(IBufferWriter<byte> destination)
    {
        Digest.CopyTo(destination.GetSpan(Digest.Size));
        destination.Advance(Digest.Size);
    }
}

/// <summary>Labels of 16 bytes, one after the other. Source: specs/garbled-gate.md, messages 5 and 6.</summary>
internal sealed record LabelsMessage(byte[] Labels) : IMessage<LabelsMessage>
{
    public static LabelsMessage Decode(ReadOnlySpan<byte> payload) => payload.Length % LabelTable.LabelSize == 0
        ? new LabelsMessage(payload.ToArray())
        : throw new MalformedException($"whole labels of {LabelTable.LabelSize} bytes");

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Labels);
}

using System.Buffers;
using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>Step 1: what the owner of bins was told, its rows, how many bins its columns have.</summary>
internal sealed record BinsHello(Digest Settings, uint Rows, HistogramLayout Layout) : IMessage<BinsHello>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        var writer = new CanonicalWriter().Digest(Settings).UInt32(Rows);
        Layout.Encode(writer);
        destination.Write(writer.Written);
    }

    public static BinsHello Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var hello = new BinsHello(reader.Digest(), reader.UInt32(), HistogramLayout.Decode(ref reader));
        reader.End();
        return hello;
    }
}

/// <summary>Step 2: the label owner's settings, rows, bins that an answer has room for, and public key.</summary>
internal sealed record LabelsHello(Digest Settings, uint Rows, uint Stride, byte[] PublicKey) : IMessage<LabelsHello>
{
    public void Encode(IBufferWriter<byte> destination) =>
        destination.Write(new CanonicalWriter().Digest(Settings).UInt32(Rows).UInt32(Stride).Bytes(PublicKey).Written);

    public static LabelsHello Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var hello = new LabelsHello(reader.Digest(), reader.UInt32(), reader.UInt32(), reader.Bytes().ToArray());
        reader.End();
        return hello;
    }
}

/// <summary>Steps 2 and 3: a ciphertext.</summary>
internal sealed record CiphertextMessage(byte[] Bytes) : IMessage<CiphertextMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes);

    public static CiphertextMessage Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
}

/// <summary>Step 6: whether the owner of bins asks again.</summary>
internal sealed record AgainMessage(bool Again) : IMessage<AgainMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().Boolean(Again).Written);

    public static AgainMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var again = new AgainMessage(reader.Boolean());
        reader.End();
        return again;
    }
}

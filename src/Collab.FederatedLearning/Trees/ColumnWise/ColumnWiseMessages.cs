using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>Step 1 of an owner of features: what it was told to train, its rows, the shapes of its features.</summary>
internal sealed record FeatureHello(Digest Settings, uint Rows, HistogramLayout Layout) : IMessage<FeatureHello>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        var writer = new CanonicalWriter().Digest(Settings).UInt32(Rows);
        Layout.Encode(writer);
        destination.Write(writer.Written);
    }

    public static FeatureHello Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var hello = new FeatureHello(reader.Digest(), reader.UInt32(), HistogramLayout.Decode(ref reader));
        reader.End();
        return hello;
    }
}

/// <summary>Step 2: what the label owner was told to train, the bins an answer has room for, and its public key.</summary>
internal sealed record LabelHello(Digest Settings, uint Rows, uint Stride, byte[] PublicKey) : IMessage<LabelHello>
{
    /// <summary>Names the training: the key is fresh, so no other has the same.</summary>
    public Digest Training => Digest.Of("collab-trees-training-1", Written.Written);

    private CanonicalWriter Written => new CanonicalWriter().Digest(Settings).UInt32(Rows).UInt32(Stride).Bytes(PublicKey);

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Written.Written);

    public static LabelHello Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var hello = new LabelHello(reader.Digest(), reader.UInt32(), reader.UInt32(), reader.Bytes().ToArray());
        reader.End();
        return hello;
    }
}

/// <summary>Steps 3 and 4: a ciphertext of first derivatives and, where the loss has any but 1, one of second derivatives, of the same size.</summary>
internal sealed record CiphertextPair(byte[] First, byte[]? Second) : IMessage<CiphertextPair>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        destination.Write([Second is null ? (byte)1 : (byte)2]);
        destination.Write(First);
        if (Second is not null) destination.Write(Second);
    }

    public static CiphertextPair Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || payload[0] is not (1 or 2) || (payload.Length - 1) % payload[0] != 0) throw new MalformedException("one ciphertext, or two of one size");
        var size = (payload.Length - 1) / payload[0];
        return new(payload.Slice(1, size).ToArray(), payload[0] == 2 ? payload[(1 + size)..].ToArray() : null);
    }
}

/// <summary>Step 4 of squared loss: how many rows of each node are in each bin.</summary>
internal sealed record BinCountsMessage(uint[] Counts) : IMessage<BinCountsMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().List(Counts, (w, count) => w.UInt32(count)).Written);

    public static BinCountsMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var counts = reader.List((ref CanonicalReader r) => r.UInt32());
        reader.End();
        return new(counts);
    }
}

/// <summary>Step 3: the nodes to be summed.</summary>
internal sealed record NodesMessage(uint[] Nodes) : IMessage<NodesMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().List(Nodes, (w, node) => w.UInt32(node)).Written);

    public static NodesMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var nodes = reader.List((ref CanonicalReader r) => r.UInt32());
        reader.End();
        return new(nodes);
    }
}

/// <summary>A split of the receiver's own feature: the node, its left child, the feature by the receiver's numbers, bin, missing values to the left.</summary>
internal readonly record struct OwnSplit(uint Node, uint LeftChild, uint Feature, byte Bin, bool MissingLeft);

/// <summary>Step 5: the receiver's own splits of a level.</summary>
internal sealed record OwnSplitsMessage(OwnSplit[] Splits) : IMessage<OwnSplitsMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .List(Splits, (w, s) => w.UInt32(s.Node).UInt32(s.LeftChild).UInt32(s.Feature).Byte(s.Bin).Boolean(s.MissingLeft)).Written);

    public static OwnSplitsMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var splits = reader.List((ref CanonicalReader r) => new OwnSplit(r.UInt32(), r.UInt32(), r.UInt32(), r.Byte(), r.Boolean()));
        reader.End();
        return new(splits);
    }
}

/// <summary>How the rows of a node divide: a bit for each row in their order, 1 for the left.</summary>
internal sealed record Sides(uint Node, uint LeftChild, bool[] Left)
{
    public static void Write(CanonicalWriter writer, Sides sides)
    {
        var bits = new byte[(sides.Left.Length + 7) / 8];
        for (var i = 0; i < sides.Left.Length; i++) bits[i / 8] |= (byte)(sides.Left[i] ? 1 << (i % 8) : 0);
        writer.UInt32(sides.Node).UInt32(sides.LeftChild).UInt32((uint)sides.Left.Length).Raw(bits);
    }

    public static Sides Read(ref CanonicalReader reader)
    {
        var (node, left, count) = (reader.UInt32(), reader.UInt32(), reader.UInt32());
        if (count > 8L * reader.Remaining) throw new MalformedException("as many bits as announced");
        var bits = reader.Raw((int)((count + 7) / 8));
        var sides = new bool[count];
        for (var i = 0; i < sides.Length; i++) sides[i] = (bits[i / 8] >> (i % 8) & 1) != 0;
        if (count % 8 != 0 && bits[^1] >> (int)(count % 8) != 0) throw new MalformedException("zeros after the last bit");
        return new(node, left, sides);
    }
}

/// <summary>Step 6: how nodes divide, each as often as it was asked for or is news.</summary>
internal sealed record SidesMessage(Sides[] Nodes) : IMessage<SidesMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().List(Nodes, Sides.Write).Written);

    public static SidesMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var nodes = reader.List(Sides.Read);
        reader.End();
        return new(nodes);
    }
}

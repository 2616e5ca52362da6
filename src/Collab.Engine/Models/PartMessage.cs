using System.Buffers;
using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>An attempt begins: a nonce, and the last stage that its sender has set aside.</summary>
internal sealed record AttemptBegun(Digest Nonce, int Stage) : IMessage<AttemptBegun>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().Digest(Nonce).Byte((byte)Stage).Written);

    public static AttemptBegun Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var begun = new AttemptBegun(reader.Digest(), reader.Byte());
        reader.End();
        return begun;
    }

    /// <summary>What all randomness and messages of the attempt are bound to: a digest that no attempt had before.</summary>
    public static Digest ContextOf(Digest run, IEnumerable<AttemptBegun> all)
    {
        var writer = new CanonicalWriter().Digest(run);
        foreach (var begun in all) writer.Digest(begun.Nonce);
        return Digest.Of("collab.train.attempt.v1", writer.Written);
    }
}

/// <summary>Before training: how many columns of numbers an owner brings. After it: the commitment to its part.</summary>
/// <param name="Columns">0 to 4096.</param>
internal sealed record ColumnsMessage(int Columns) : IMessage<ColumnsMessage>
{
    private const uint Most = 4096;

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().UInt32((uint)Columns).Written);

    public static ColumnsMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var columns = reader.UInt32();
        reader.End();
        return columns <= Most ? new((int)columns) : throw new MalformedException("at most 4096 columns");
    }
}

/// <summary>How many bins each of an owner's columns has, and whether these are categories; of trees that nobody knows.</summary>
internal sealed record ShapesMessage(FeatureShape[] Features) : IMessage<ShapesMessage>
{
    public void Encode(IBufferWriter<byte> destination) =>
        destination.Write(new CanonicalWriter().List(Features, (w, feature) => w.Byte((byte)feature.ValueBins).Boolean(feature.IsCategory)).Written);

    public static ShapesMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var features = reader.List((ref r) => r.Byte() is var bins and >= 1 ? new FeatureShape(bins, r.Boolean()) : throw new MalformedException("a bin at least"));
        reader.End();
        return new(features);
    }
}

/// <summary>The commitment to an owner's part of the model.</summary>
internal sealed record PartMessage(Digest Commitment) : IMessage<PartMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().Digest(Commitment).Written);

    public static PartMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new PartMessage(reader.Digest());
        reader.End();
        return message;
    }
}

/// <summary>An owner's part of the model, for one that gets the whole.</summary>
internal sealed record WholePartMessage(StoredPart Part) : IMessage<WholePartMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Part.Encode());

    public static WholePartMessage Decode(ReadOnlySpan<byte> payload) => new(StoredPart.Decode(payload));
}

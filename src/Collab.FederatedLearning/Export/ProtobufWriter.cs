using System.Text;

namespace Collab.FederatedLearning.Export;

/// <summary>The few wire types of protocol buffers that an ONNX file needs: varints, and what has a length. Source: the encoding page of protobuf's documentation.</summary>
internal sealed class ProtobufWriter
{
    private readonly MemoryStream _written = new();

    /// <summary>What was written.</summary>
    public byte[] Written => _written.ToArray();

    /// <summary>A number that is not negative.</summary>
    public ProtobufWriter Number(int field, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>Text, in UTF-8.</summary>
    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message within this one.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, value.Written);

    /// <summary>The fields of another after those of this one.</summary>
    public ProtobufWriter Append(ProtobufWriter others)
    {
        others._written.WriteTo(_written);
        return this;
    }

    /// <summary>Bytes as they are.</summary>
    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _written.Write(value);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _written.WriteByte((byte)((value & 0x7f) | 0x80));
        _written.WriteByte((byte)value);
    }
}

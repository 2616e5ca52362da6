using System.Buffers.Binary;
using System.Text;

namespace Collab.Cryptography.Oprf;

/// <summary>Byte strings, each after its length of two bytes, big-endian, and a label at the end without one: the inputs of all hashes of RFC 9497.</summary>
internal sealed class OprfTranscript
{
    private readonly MemoryStream _bytes = new();

    public OprfTranscript Part(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    public OprfTranscript Number(int number)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, checked((ushort)number));
        _bytes.Write(two);
        return this;
    }

    public byte[] End(string label = "")
    {
        _bytes.Write(Encoding.ASCII.GetBytes(label));
        return _bytes.ToArray();
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Collab.Primitives;

/// <summary>Writes the canonical encoding: little-endian fixed-size numbers, length before bytes, no optional spellings.</summary>
/// <remarks>What is hashed or signed is written here and nowhere else. Layout: protocols/specs/canonical-encoding.md.</remarks>
public sealed class CanonicalWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>A copy of what was written so far.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Forgets what was written so far, for content that is written elsewhere piece by piece.</summary>
    public CanonicalWriter Clear()
    {
        _buffer.ResetWrittenCount();
        return this;
    }

    /// <summary>Bytes that are canonical already, with no length before them.</summary>
    public CanonicalWriter Raw(ReadOnlySpan<byte> value)
    {
        _buffer.Write(value);
        return this;
    }

    /// <summary>One byte.</summary>
    public CanonicalWriter Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
        return this;
    }

    /// <summary>A byte 0 or 1.</summary>
    public CanonicalWriter Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Four bytes.</summary>
    public CanonicalWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>Eight bytes.</summary>
    public CanonicalWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
        return this;
    }

    /// <summary>Eight bytes, two's complement.</summary>
    public CanonicalWriter Int64(long value) => UInt64(unchecked((ulong)value));

    /// <summary>Milliseconds since 1970 UTC, as <see cref="Int64"/>; finer parts are cut.</summary>
    public CanonicalWriter Time(DateTimeOffset value) => Int64(value.ToUnixTimeMilliseconds());

    /// <summary>A 32-bit length and the bytes.</summary>
    public CanonicalWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _buffer.Write(value);
        return this;
    }

    /// <summary>A 32-bit length in bytes and the UTF-8 text.</summary>
    /// <exception cref="EncoderFallbackException">The text holds half a surrogate pair.</exception>
    public CanonicalWriter Text(string value) => Bytes(CanonicalReader.StrictUtf8.GetBytes(value));

    /// <summary>The 32 bytes, with no length before them.</summary>
    public CanonicalWriter Digest(Digest value)
    {
        value.CopyTo(_buffer.GetSpan(Primitives.Digest.Size));
        _buffer.Advance(Primitives.Digest.Size);
        return this;
    }

    /// <summary>A party's name, as <see cref="Text"/>.</summary>
    public CanonicalWriter Party(PartyId value) => Text(value.Name);

    /// <summary>A 32-bit count and the items in the order given.</summary>
    public CanonicalWriter List<T>(IReadOnlyCollection<T> items, Action<CanonicalWriter, T> write)
    {
        UInt32((uint)items.Count);
        foreach (var item in items) write(this, item);
        return this;
    }

    /// <summary>A byte 0, or a byte 1 and the value.</summary>
    public CanonicalWriter Optional<T>(T? value, Action<CanonicalWriter, T> write)
        where T : class
    {
        Boolean(value is not null);
        if (value is not null) write(this, value);
        return this;
    }
}

using System.Buffers.Binary;
using System.Text;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>Fields of fixed size one after the other, integers little-endian; a text has its length in a byte and zeros behind.</summary>
internal ref struct FixedLayout(Span<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Span<byte> _rest = bytes;

    /// <summary>The size of a text, in bytes.</summary>
    public static int SizeOf(string text) => StrictUtf8.GetByteCount(text);

    /// <summary>The next bytes.</summary>
    public Span<byte> Next(int size)
    {
        var next = _rest[..size];
        _rest = _rest[size..];
        return next;
    }

    public void Put(byte value) => Next(1)[0] = value;

    public void Put(int value) => BinaryPrimitives.WriteInt32LittleEndian(Next(4), value);

    public void Put(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

    public void Put(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);

    public void Put(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Next(16), value);

    public void Put(string value, int longest)
    {
        var field = Next(longest + 1);
        field[0] = (byte)StrictUtf8.GetBytes(value, field[1..]);
    }

    public byte Byte() => Next(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Next(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Next(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Next(16));

    /// <exception cref="MalformedException">No length, no UTF-8, or something other than zeros behind.</exception>
    public string Text(int longest)
    {
        var field = Next(longest + 1);
        if (field[0] > longest || field[(1 + field[0])..].ContainsAnyExcept((byte)0)) throw new MalformedException("a padded text");
        try
        {
            return StrictUtf8.GetString(field.Slice(1, field[0]));
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedException("UTF-8");
        }
    }
}

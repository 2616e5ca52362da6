using System.Buffers.Binary;
using System.Text;

namespace Collab.Primitives;

/// <summary>Reads the canonical encoding strictly: what it accepts, <see cref="CanonicalWriter"/> writes back byte for byte.</summary>
/// <remarks>Every member throws <see cref="MalformedException"/> on anything else. Lengths are checked before memory is taken.</remarks>
public ref struct CanonicalReader(ReadOnlySpan<byte> bytes)
{
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Reads one item of a list.</summary>
    public delegate T Item<out T>(ref CanonicalReader reader);

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>One byte.</summary>
    public byte Byte() => Next(1, "a byte")[0];

    /// <summary>A byte 0 or 1.</summary>
    public bool Boolean() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw new MalformedException("a byte 0 or 1"),
    };

    /// <summary>Four bytes.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4, "4 bytes"));

    /// <summary>Eight bytes.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8, "8 bytes"));

    /// <summary>Eight bytes, two's complement.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Next(8, "8 bytes"));

    /// <summary>Milliseconds since 1970 UTC.</summary>
    public DateTimeOffset Time()
    {
        var milliseconds = Int64();
        return milliseconds is >= 0 and <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new MalformedException("a time between 1970 and 9999");
    }

    /// <summary>A length and that many bytes; the span is valid as long as the input.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = UInt32();
        if (length > (uint)_rest.Length) throw new MalformedException("a length within the message");
        return Next((int)length, "the bytes announced");
    }

    /// <summary>So many bytes, with no length before them; the span is valid as long as the input.</summary>
    public ReadOnlySpan<byte> Raw(int count) => Next(count, "as many bytes as the form has");

    /// <summary>A length and UTF-8 text.</summary>
    public string Text()
    {
        try
        {
            return StrictUtf8.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedException("valid UTF-8");
        }
    }

    /// <summary>32 bytes.</summary>
    public Digest Digest() => new(Next(Primitives.Digest.Size, "a digest"));

    /// <summary>A party's name.</summary>
    public PartyId Party() => PartyId.TryParse(Text()) ?? throw new MalformedException("a party's name");

    /// <summary>A count and the items.</summary>
    public T[] List<T>(Item<T> read)
    {
        var count = UInt32();
        if (count > (uint)_rest.Length) throw new MalformedException("a count within the message"); // each item has a byte at least
        var items = new T[count];
        for (var i = 0; i < items.Length; i++) items[i] = read(ref this);
        return items;
    }

    /// <summary>A byte 0 for null, or a byte 1 and the value.</summary>
    public T? Optional<T>(Item<T> read)
        where T : class => Boolean() ? read(ref this) : null;

    /// <summary>Checks that nothing is left; every decoder ends with it.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty) throw new MalformedException("the end of the message");
    }

    private ReadOnlySpan<byte> Next(int count, string rule)
    {
        if (_rest.Length < count) throw new MalformedException(rule);
        var next = _rest[..count];
        _rest = _rest[count..];
        return next;
    }
}

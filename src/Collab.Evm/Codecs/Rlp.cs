using System.Buffers.Binary;
using System.Numerics;
using Collab.Primitives;

namespace Collab.Evm.Codecs;

/// <summary>Ethereum's recursive length prefix: an item is bytes or a list of items, and has one encoding.</summary>
/// <remarks>Source: Ethereum yellow paper, appendix B.</remarks>
public static class Rlp
{
    private const int DeepestList = 16;
    private const int LongestShort = 55;
    private const byte OfBytes = 0x80;
    private const byte OfList = 0xc0;

    /// <summary>The encoding of bytes.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 1 && bytes[0] < OfBytes ? [bytes[0]] : [.. Head(OfBytes, bytes.Length), .. bytes];

    /// <summary>The encoding of a number that is not negative: its bytes, big-endian, without leading zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static byte[] Number(BigInteger number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return Bytes(number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    /// <summary>The encoding of a list of items that are encoded already.</summary>
    public static byte[] List(params IReadOnlyList<byte[]> items)
    {
        var content = items.SelectMany(item => item).ToArray();
        return [.. Head(OfList, content.Length), .. content];
    }

    /// <summary>Reads exactly one item.</summary>
    /// <param name="encoded">Its encoding; the item keeps referring to it.</param>
    /// <exception cref="MalformedException">Cut short, followed by something, nested deeper than 16, or not the one encoding of its content.</exception>
    public static RlpItem Decode(ReadOnlyMemory<byte> encoded)
    {
        var item = Read(encoded, DeepestList, out var size);
        return size == encoded.Length ? item : throw new MalformedException("one RLP item and nothing after it");
    }

    private static byte[] Head(byte kind, int length)
    {
        if (length <= LongestShort) return [(byte)(kind + length)];
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        var significant = bytes[(BitOperations.LeadingZeroCount((uint)length) / 8)..];
        return [(byte)(kind + LongestShort + significant.Length), .. significant];
    }

    private static RlpItem Read(ReadOnlyMemory<byte> encoded, int depth, out int size)
    {
        if (encoded.IsEmpty || depth == 0) throw new MalformedException("an RLP item, nested at most 16 deep");
        var first = encoded.Span[0];
        if (first < OfBytes)
        {
            size = 1;
            return new RlpItem(encoded[..1], null);
        }

        var kind = first < OfList ? OfBytes : OfList;
        var head = 1;
        long length = first - kind;
        if (length > LongestShort)
        {
            head += (int)length - LongestShort;
            length = LongLength(encoded.Span, head);
        }

        if (length > encoded.Length - head) throw new MalformedException("as many bytes as an RLP item announces");
        size = head + (int)length;
        var content = encoded.Slice(head, (int)length);
        if (kind == OfList) return new RlpItem(content, Items(content, depth - 1));
        if (length == 1 && content.Span[0] < OfBytes) throw new MalformedException("an RLP byte below 128 as itself");
        return new RlpItem(content, null);
    }

    private static long LongLength(ReadOnlySpan<byte> encoded, int head)
    {
        if (head > 5 || head > encoded.Length || encoded[1] == 0) throw new MalformedException("an RLP length of one to four bytes without leading zeros");
        var length = 0L;
        foreach (var part in encoded[1..head]) length = (length << 8) | part;
        return length > LongestShort ? length : throw new MalformedException("an RLP length below 56 in the first byte");
    }

    private static List<RlpItem> Items(ReadOnlyMemory<byte> content, int depth)
    {
        var items = new List<RlpItem>();
        while (!content.IsEmpty)
        {
            items.Add(Read(content, depth, out var size));
            content = content[size..];
        }

        return items;
    }
}

/// <summary>An item that was read: bytes, or a list.</summary>
public sealed class RlpItem
{
    private readonly ReadOnlyMemory<byte> _content;
    private readonly IReadOnlyList<RlpItem>? _items;

    internal RlpItem(ReadOnlyMemory<byte> content, IReadOnlyList<RlpItem>? items) => (_content, _items) = (content, items);

    /// <summary>Whether it is a list.</summary>
    public bool IsList => _items is not null;

    /// <summary>The bytes.</summary>
    /// <exception cref="MalformedException">It is a list.</exception>
    public ReadOnlyMemory<byte> AsBytes() => _items is null ? _content : throw new MalformedException("bytes, not an RLP list");

    /// <summary>The items of the list.</summary>
    /// <exception cref="MalformedException">It is no list.</exception>
    public IReadOnlyList<RlpItem> AsList() => _items ?? throw new MalformedException("an RLP list");

    /// <summary>The bytes as a number below 2^256 without leading zeros.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public BigInteger AsNumber()
    {
        var bytes = AsBytes().Span;
        return bytes.Length <= 32 && (bytes.IsEmpty || bytes[0] != 0)
            ? new BigInteger(bytes, isUnsigned: true, isBigEndian: true)
            : throw new MalformedException("a number below 2^256 without leading zeros");
    }

    /// <summary>The encoding of this item again.</summary>
    public byte[] Encode() => _items is null ? Rlp.Bytes(_content.Span) : Rlp.List([.. _items.Select(item => item.Encode())]);
}

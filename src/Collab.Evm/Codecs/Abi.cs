using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Collab.Primitives;

namespace Collab.Evm.Codecs;

/// <summary>Arguments and results of a contract's functions as bytes.</summary>
/// <remarks>
/// Decoding is strict: what is read must be the one encoding that <see cref="Encode"/> gives of it, so no bytes are hidden in paddings,
/// gaps or shared tails. Source: Solidity documentation, "Contract ABI Specification", section "Formal Specification of the Encoding".
/// </remarks>
public static class Abi
{
    private const int WordSize = AbiType.WordSize;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Encodes a value; which .NET type stands for which kind is said at <see cref="AbiKind"/>.</summary>
    /// <param name="type">Its type; for the arguments of a function, the tuple of their types.</param>
    /// <param name="value">The value; numbers may also be any of .NET's integers.</param>
    /// <exception cref="ArgumentException">The value is not of the type, or out of its range.</exception>
    public static byte[] Encode(AbiType type, object value)
    {
        var encoded = new List<byte>();
        Write(encoded, type, value);
        return [.. encoded];
    }

    /// <summary>Decodes a value.</summary>
    /// <param name="type">Its type; for the results of a function, the tuple of their types.</param>
    /// <param name="encoded">Its whole encoding and nothing else.</param>
    /// <exception cref="MalformedException">Not the one encoding of a value of the type.</exception>
    public static object Decode(AbiType type, ReadOnlySpan<byte> encoded)
    {
        var words = (encoded.Length / WordSize) + 1;                                     // an encoding has a word of its own for each element
        var value = Read(type, encoded, ref words);
        return Encode(type, value).AsSpan().SequenceEqual(encoded) ? value : throw Malformed();
    }

    /// <summary>Decodes a tuple.</summary>
    /// <exception cref="MalformedException">Not the one encoding of a value of the type.</exception>
    public static object[] DecodeTuple(AbiType tuple, ReadOnlySpan<byte> encoded) => (object[])Decode(tuple, encoded);

    private static void Write(List<byte> to, AbiType type, object value)
    {
        switch (type.Kind)
        {
            case AbiKind.Array or AbiKind.Tuple:
                WriteSequence(to, type, value as object[] ?? throw Mismatch(type));
                break;
            case AbiKind.Bytes:
                WriteBytes(to, value as byte[] ?? throw Mismatch(type));
                break;
            case AbiKind.Text:
                WriteBytes(to, Utf8(value as string ?? throw Mismatch(type)));
                break;
            default:
                to.AddRange(Word(type, value));
                break;
        }
    }

    private static void WriteSequence(List<byte> to, AbiType type, object[] values)
    {
        var expected = type.Kind == AbiKind.Tuple ? type.Parts.Count : type.Count;
        if (expected is { } count && count != values.Length) throw Mismatch(type);
        if (expected is null) to.AddRange(Unsigned(values.Length));
        var parts = PartsOf(type, values.Length);
        var tailAt = (long)WordSize * parts.Sum(part => part.HeadWords);
        var tail = new List<byte>();
        foreach (var (part, value) in parts.Zip(values))
        {
            if (!part.IsDynamic)
            {
                Write(to, part, value);
                continue;
            }

            to.AddRange(Unsigned(tailAt + tail.Count));
            Write(tail, part, value);
        }

        to.AddRange(tail);
    }

    private static void WriteBytes(List<byte> to, byte[] bytes)
    {
        to.AddRange(Unsigned(bytes.Length));
        to.AddRange(bytes);
        to.AddRange(new byte[Padding(bytes.Length)]);
    }

    private static byte[] Word(AbiType type, object value)
    {
        var word = new byte[WordSize];
        switch (type.Kind, value)
        {
            case (AbiKind.Bool, bool bit):
                word[^1] = bit ? (byte)1 : (byte)0;
                return word;
            case (AbiKind.Address, EvmAddress address):
                address.ToArray().CopyTo(word, WordSize - EvmAddress.Size);
                return word;
            case (AbiKind.FixedBytes, byte[] bytes) when bytes.Length == type.Width:
                bytes.CopyTo(word, 0);
                return word;
            case (AbiKind.FixedBytes, Digest digest) when type.Width == Digest.Size:
                return digest.ToArray();
            case (AbiKind.Unsigned, _) when Integer(value) is { Sign: >= 0 } number && number.GetBitLength() <= type.Width:
                return Unsigned(number);
            case (AbiKind.Signed, _) when Integer(value) is { } number && number.GetBitLength() < type.Width:
                word.AsSpan().Fill(number.Sign < 0 ? (byte)0xff : (byte)0);
                var bytesOfNumber = number.ToByteArray(isBigEndian: true);
                bytesOfNumber.CopyTo(word, WordSize - bytesOfNumber.Length);
                return word;
            default:
                throw Mismatch(type);
        }
    }

    private static BigInteger? Integer(object value) => value switch
    {
        BigInteger number => number,
        int number => number,
        long number => number,
        uint number => number,
        ulong number => number,
        byte number => number,
        _ => null,
    };

    private static byte[] Unsigned(BigInteger number)
    {
        var word = new byte[WordSize];
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, WordSize - bytes.Length);
        return word;
    }

    private static object Read(AbiType type, ReadOnlySpan<byte> at, ref int words)
    {
        if (--words < 0) throw Malformed();
        return type.Kind switch
        {
            AbiKind.Array or AbiKind.Tuple => ReadSequence(type, at, ref words),
            AbiKind.Bytes => ReadBytes(at).ToArray(),
            AbiKind.Text => Text(ReadBytes(at)),
            AbiKind.Bool => WordAt(at, 0)[^1] == 1,
            AbiKind.Address => new EvmAddress(WordAt(at, 0)[^EvmAddress.Size..]),
            AbiKind.FixedBytes => WordAt(at, 0)[..type.Width].ToArray(),
            AbiKind.Unsigned => Ranged(type, new BigInteger(WordAt(at, 0), isUnsigned: true, isBigEndian: true), type.Width),
            _ => Ranged(type, new BigInteger(WordAt(at, 0), isUnsigned: false, isBigEndian: true), type.Width - 1),
        };
    }

    private static object[] ReadSequence(AbiType type, ReadOnlySpan<byte> at, ref int words)
    {
        if (type.Kind == AbiKind.Tuple || type.Count is not null) words++;               // these have no word of their own
        var count = type.Kind == AbiKind.Tuple ? type.Parts.Count : type.Count;
        if (count is null)
        {
            count = Length(at);
            at = at[WordSize..];
            if (count > at.Length / WordSize) throw Malformed();
        }

        if (type.Count is { } fixedCount && (long)fixedCount * type.Parts[0].HeadWords * WordSize > at.Length) throw Malformed();
        var values = new object[count.Value];
        var head = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var part = type.Kind == AbiKind.Tuple ? type.Parts[i] : type.Parts[0];
            var place = part.IsDynamic ? Length(At(at, head)) : head * WordSize;
            if (place > at.Length) throw Malformed();
            values[i] = Read(part, at[place..], ref words);
            head += part.HeadWords;
        }

        return values;
    }

    private static ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> at)
    {
        var length = Length(at);
        return length <= at.Length - WordSize ? at.Slice(WordSize, length) : throw Malformed();
    }

    private static int Length(ReadOnlySpan<byte> at)
    {
        var word = WordAt(at, 0);
        var value = BinaryPrimitives.ReadUInt32BigEndian(word[^4..]);
        return value <= int.MaxValue && !word[..^4].ContainsAnyExcept((byte)0) ? (int)value : throw Malformed();
    }

    private static ReadOnlySpan<byte> At(ReadOnlySpan<byte> bytes, int word) =>
        (long)word * WordSize <= bytes.Length ? bytes[(word * WordSize)..] : throw Malformed();

    private static ReadOnlySpan<byte> WordAt(ReadOnlySpan<byte> bytes, int word) =>
        ((long)word + 1) * WordSize <= bytes.Length ? bytes.Slice(word * WordSize, WordSize) : throw Malformed();

    private static BigInteger Ranged(AbiType type, BigInteger number, int bits) => number.GetBitLength() <= bits ? number : throw Malformed();

    private static IEnumerable<AbiType> PartsOf(AbiType type, int count) =>
        type.Kind == AbiKind.Tuple ? type.Parts : Enumerable.Repeat(type.Parts[0], count);

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed();
        }
    }

    private static byte[] Utf8(string text)
    {
        try
        {
            return StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException("Half a surrogate pair is no text.", nameof(text));
        }
    }

    private static int Padding(int length) => (WordSize - (length % WordSize)) % WordSize;

    private static MalformedException Malformed() => new("the one encoding of a value of the contract's type");

    private static ArgumentException Mismatch(AbiType type) => new($"The value is not of the type {type.Name}, or out of its range.", nameof(type));
}

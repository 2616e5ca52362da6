using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Step 1, both ways: which run, in what form, and how many items.</summary>
/// <param name="Context">The run's context.</param>
/// <param name="ItemCount">How many items this party has.</param>
/// <param name="Security">The security model.</param>
/// <param name="BothLearn">Whether the sender has an output.</param>
/// <param name="LabelSize">Bytes of a label of the sender's items; 0 for none.</param>
internal sealed record VoleAnnouncement(Digest Context, ulong ItemCount, SecurityModel Security, bool BothLearn, uint LabelSize)
    : IMessage<VoleAnnouncement>
{
    /// <summary>The payload, in bytes.</summary>
    public const int Size = Digest.Size + sizeof(ulong) + 2 + sizeof(uint);

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Size);
        Context.CopyTo(payload);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[Digest.Size..], ItemCount);
        payload[Digest.Size + sizeof(ulong)] = (byte)Security;
        payload[Digest.Size + sizeof(ulong) + 1] = BothLearn ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(payload[(Digest.Size + sizeof(ulong) + 2)..], LabelSize);
        destination.Advance(Size);
    }

    public static VoleAnnouncement Decode(ReadOnlySpan<byte> payload)
    {
        const string Rule = "a context, a count and a form, 46 bytes";
        if (payload.Length != Size) throw new MalformedException(Rule);
        var (security, both) = ((SecurityModel)payload[Digest.Size + sizeof(ulong)], payload[Digest.Size + sizeof(ulong) + 1]);
        if (security is not (SecurityModel.SemiHonest or SecurityModel.Malicious) || both > 1) throw new MalformedException(Rule);
        return new(
            new Digest(payload[..Digest.Size]),
            BinaryPrimitives.ReadUInt64LittleEndian(payload[Digest.Size..]),
            security,
            both == 1,
            BinaryPrimitives.ReadUInt32LittleEndian(payload[(Digest.Size + sizeof(ulong) + 2)..]));
    }
}

/// <summary>Step 2, malicious form: the sender's commitment to its half of the coin.</summary>
internal sealed record CoinCommitment(Digest Value) : IMessage<CoinCommitment>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        Value.CopyTo(destination.GetSpan(Digest.Size));
        destination.Advance(Digest.Size);
    }

    public static CoinCommitment Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a commitment of 32 bytes");
}

/// <summary>Step 3: the seed of the receiver's store and, in the malicious form, its half of the coin.</summary>
internal sealed record StoreSeed(Gf128 Seed, Gf128? Coin) : IMessage<StoreSeed>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(2 * Gf128.Size);
        Seed.Write(payload);
        Coin?.Write(payload[Gf128.Size..]);
        destination.Advance(SizeOf(Coin is not null));
    }

    public static int SizeOf(bool withCoin) => (withCoin ? 2 : 1) * Gf128.Size;

    public static StoreSeed Decode(ReadOnlySpan<byte> payload) => payload.Length switch
    {
        Gf128.Size => new(Gf128.Read(payload), null),
        2 * Gf128.Size => new(Gf128.Read(payload), Gf128.Read(payload[Gf128.Size..])),
        _ => throw new MalformedException("a seed, 16 bytes, or a seed and a coin, 32 bytes"),
    };
}

/// <summary>Step 6, malicious form: the sender opens its half of the coin.</summary>
internal sealed record CoinOpening(Gf128 Coin) : IMessage<CoinOpening>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        Coin.Write(destination.GetSpan(Gf128.Size));
        destination.Advance(Gf128.Size);
    }

    public static CoinOpening Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Gf128.Size ? new(Gf128.Read(payload)) : throw new MalformedException("a coin of 16 bytes");
}

/// <summary>A numbered part of something long: the receiver's store (step 5), the sender's masks and labels (step 7), the matches (step 8).</summary>
/// <remarks>Written straight from its source; when received, its content lies in pooled memory until <see cref="Release"/>.</remarks>
internal sealed class Part : IMessage<Part>
{
    /// <summary>The part's number, in bytes.</summary>
    public const int HeaderSize = sizeof(uint);

    /// <summary>The largest content, in bytes; each step asks for less.</summary>
    public const int LargestContent = 1 << 20;

    /// <summary>Bytes after the content that may be read, whatever they are.</summary>
    public const int Slack = 16;

    private byte[] _content;
    private readonly int _size;

    private Part(uint number, byte[] content, int size) => (Number, _content, _size) = (number, content, size);

    /// <summary>The part, from 0.</summary>
    public uint Number { get; }

    /// <summary>The content, in bytes.</summary>
    public ReadOnlySpan<byte> Content => _content.AsSpan(0, _size);

    /// <summary>The content and <see cref="Slack"/> bytes of anything.</summary>
    public ReadOnlySpan<byte> ContentAndSlack => _content.AsSpan(0, _size + Slack);

    /// <summary>A part to fill and to send.</summary>
    public static Part OfSize(uint number, int size) => new(number, ArrayPool<byte>.Shared.Rent(size + Slack), size);

    /// <summary>The content of a part that is to be sent, and slack that may be overwritten.</summary>
    public Span<byte> ToFill => _content.AsSpan(0, _size + Slack);

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(HeaderSize + _size);
        BinaryPrimitives.WriteUInt32LittleEndian(payload, Number);
        Content.CopyTo(payload[HeaderSize..]);
        destination.Advance(HeaderSize + _size);
    }

    public static Part Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length <= HeaderSize || payload.Length > HeaderSize + LargestContent) throw new MalformedException("a number and a part");
        var part = OfSize(BinaryPrimitives.ReadUInt32LittleEndian(payload), payload.Length - HeaderSize);
        payload[HeaderSize..].CopyTo(part._content);
        return part;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        if (_content.Length > 0) ArrayPool<byte>.Shared.Return(_content);
        _content = [];
    }
}

/// <summary>How the receiver's store is cut.</summary>
internal static class StoreParts
{
    /// <summary>Elements of a full part; 256 KiB.</summary>
    public const int Elements = 1 << 14;

    public static int Count(long elements) => (int)((elements + Elements - 1) / Elements);

    public static long TotalBytes(long elements) => (Part.HeaderSize * (long)Count(elements)) + (Gf128.Size * elements);
}

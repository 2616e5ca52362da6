using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Collab.Primitives;

/// <summary>A 32-byte SHA-256 value: the name of a plan, a commitment, a transcript root. Public, compared in variable time.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Digest : IComparable<Digest>
{
    private readonly ulong _a, _b, _c, _d; // big-endian words, so that comparing words compares bytes

    /// <summary>The length, in bytes.</summary>
    public const int Size = 32;

    private const int LargestAtOnce = 512;

    /// <summary>Takes exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A digest has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>SHA-256 of the bytes, with no domain; for formats that fix it so (RFC 6962 and C2SP).</summary>
    public static Digest Sha256(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new Digest(hash);
    }

    /// <summary>
    /// SHA-256(u32 |domain| ‖ domain ‖ u64 |content| ‖ content), lengths little-endian: no two domains and no two contents
    /// give one input, so a digest made for one use cannot stand for another.
    /// </summary>
    public static Digest Of(string domain, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (content.Length > LargestAtOnce - HeadSize(domain))
        {
            using var hash = Begin(domain, (ulong)content.Length);
            hash.AppendData(content);
            return new Digest(hash.GetHashAndReset());
        }

        Span<byte> input = stackalloc byte[LargestAtOnce];                   // in one call: an object of the library costs as much as the hash
        var size = WriteHead(domain, (ulong)content.Length, input);
        content.CopyTo(input[size..]);
        var digest = Sha256(input[..(size + content.Length)]);
        CryptographicOperations.ZeroMemory(input);
        return digest;
    }

    /// <summary>Begins <see cref="Of"/> for content that arrives in pieces; exactly <paramref name="length"/> bytes must follow.</summary>
    public static IncrementalHash Begin(string domain, ulong length)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var head = new byte[HeadSize(domain)];
        WriteHead(domain, length, head);
        hash.AppendData(head);
        return hash;
    }

    private static int HeadSize(string domain) => sizeof(uint) + Encoding.UTF8.GetByteCount(domain) + sizeof(ulong);

    private static int WriteHead(string domain, ulong length, Span<byte> head)
    {
        var name = Encoding.UTF8.GetBytes(domain, head[sizeof(uint)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)name);
        BinaryPrimitives.WriteUInt64LittleEndian(head[(sizeof(uint) + name)..], length);
        return sizeof(uint) + name + sizeof(ulong);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Digest Parse(string hex)
    {
        if (hex.Length != 2 * Size) throw new FormatException($"A digest is written with {2 * Size} hexadecimal digits.");
        return new Digest(Convert.FromHexString(hex));
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes, in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The first 12 hexadecimal digits, for people; never for comparing.</summary>
    public string Short => ToString()[..12];

    /// <summary>Orders as the bytes do.</summary>
    public int CompareTo(Digest other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    /// <summary>64 hexadecimal digits, lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}

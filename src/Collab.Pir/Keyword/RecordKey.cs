using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Cryptography.Sealing;

namespace Collab.Pir.Keyword;

/// <summary>What a value F(k, x) stands for in a table: two bins and the key that seals the record of x there.</summary>
/// <remarks>HKDF-Expand with SHA-512 of F(k, x), which is the output of a random oracle of 64 bytes (specs/retrieval-keyword.md, "Parameters and why").</remarks>
internal readonly struct RecordKey
{
    /// <summary>F of ristretto255-SHA512, in bytes.</summary>
    public const int FunctionSize = 64;

    private const int Size = AesSiv.KeySize + 2 * sizeof(ulong);

    private static ReadOnlySpan<byte> Domain => "collab.retrieval.record"u8;

    private RecordKey(AesSiv seal, int left, int right) => (Seal, Left, Right) = (seal, left, right);

    /// <summary>Seals and opens the cell; the caller disposes it.</summary>
    public AesSiv Seal { get; }

    /// <summary>The bin on the left.</summary>
    public int Left { get; }

    /// <summary>The bin on the right.</summary>
    public int Right { get; }

    /// <summary>Derives them.</summary>
    public static RecordKey Of(ReadOnlySpan<byte> value, ReadOnlySpan<byte> seed, int bins)
    {
        Span<byte> info = stackalloc byte[Domain.Length + seed.Length], bytes = stackalloc byte[Size];
        Domain.CopyTo(info);
        seed.CopyTo(info[Domain.Length..]);
        HKDF.Expand(HashAlgorithmName.SHA512, value, bytes, info);
        var key = new RecordKey(
            new(bytes[..AesSiv.KeySize]),
            Bin(BinaryPrimitives.ReadUInt64LittleEndian(bytes[AesSiv.KeySize..]), bins),
            Bin(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(AesSiv.KeySize + sizeof(ulong))..]), bins));
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    private static int Bin(ulong word, int bins) => (int)Math.BigMul(word, (ulong)bins, out _);
}

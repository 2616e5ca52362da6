using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>What a state calls the items of its own party: 16 bytes of which the item follows under the state's key, and of which nothing follows without it.</summary>
/// <remarks>
/// The item of the protocol is the first 16 bytes of a digest of the canonical key; its name is AES-128 of them under a key derived from the
/// state's scalar. So the stored names are also the stored items, as an item that left its table has to be named to the other party
/// (specs/psi-incremental.md, "Whole sets").
/// </remarks>
internal sealed class ItemNames : IDisposable
{
    /// <summary>Bytes of an item and of a name.</summary>
    public const int Size = 16;

    private const int Chunk = 1 << 12;

    private readonly Aes _cipher = Aes.Create();

    public ItemNames(SecretBytes scalar)
    {
        scalar.Use(_cipher, static (secret, cipher) =>
        {
            Span<byte> key = stackalloc byte[Size];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info: "collab.psi-incremental.names"u8);
            cipher.SetKey(key);
            CryptographicOperations.ZeroMemory(key);
            return true;
        });
    }

    /// <summary>The names of keys, in their order.</summary>
    public UInt128[] Of(IReadOnlyList<ReadOnlyMemory<byte>> keys)
    {
        var names = new UInt128[keys.Count];
        var (items, encrypted) = (new byte[Chunk * Size], new byte[Chunk * Size]);
        for (var start = 0; start < names.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, names.Length - start);
            for (var i = 0; i < count; i++) WriteItem(keys[start + i].Span, items.AsSpan(i * Size, Size));
            _cipher.EncryptEcb(items.AsSpan(0, count * Size), encrypted, PaddingMode.None);
            for (var i = 0; i < count; i++) names[start + i] = BinaryPrimitives.ReadUInt128BigEndian(encrypted.AsSpan(i * Size));
        }

        CryptographicOperations.ZeroMemory(items);
        return names;
    }

    /// <summary>The item of that name.</summary>
    public byte[] ItemOf(UInt128 name)
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, name);
        return _cipher.DecryptEcb(bytes, PaddingMode.None);
    }

    public void Dispose() => _cipher.Dispose();

    private static void WriteItem(ReadOnlySpan<byte> key, Span<byte> item)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        Digest.Of("collab.psi-incremental.item", key).CopyTo(digest);
        digest[..Size].CopyTo(item);
    }
}

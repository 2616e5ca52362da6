using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Collab.Primitives;

namespace Collab.Cryptography.SealedFiles;

/// <summary>The associated data of a file's blocks: its name without folder and ending of a file in the making, and the number of the block.</summary>
internal sealed class SealedFileName
{
    public const int NonceSize = 12;
    public const int TagSize = 16;
    public const int HeadSize = sizeof(uint) + NonceSize + TagSize;

    /// <summary>What a file is called until it is whole and renamed.</summary>
    public const string Pending = ".pending";

    private const int KeySize = 32;

    private readonly byte[] _data;
    private ulong _block;

    public SealedFileName(string path)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(Pending, StringComparison.Ordinal)) name = name[..^Pending.Length];
        _data = [.. Encoding.UTF8.GetBytes(name), .. new byte[sizeof(ulong)]];
    }

    public static AesGcm Cipher(SecretBytes key) => key.Size == KeySize
        ? key.Use(TagSize, static (secret, tag) => new AesGcm(secret, tag))
        : throw new ArgumentException($"A key has {KeySize} bytes.", nameof(key));

    public ReadOnlySpan<byte> Next()
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_data.AsSpan(_data.Length - sizeof(ulong)), _block++);
        return _data;
    }
}

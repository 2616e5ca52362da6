using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.SealedFiles;

/// <summary>Reads the blocks of a file that a <see cref="SealedFileWriter"/> wrote, in their order.</summary>
public sealed class SealedFileReader : IDisposable
{
    /// <summary>The largest block that is read, in bytes.</summary>
    public const int LargestBlock = 1 << 28;

    private readonly FileStream _file;
    private readonly AesGcm _cipher;
    private readonly SealedFileName _name;
    private byte[] _block = [];
    private byte[] _content = [];

    /// <summary>Opens the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="key">32 bytes; borrowed for the call.</param>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public SealedFileReader(string path, SecretBytes key)
    {
        _name = new SealedFileName(path);
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        _cipher = SealedFileName.Cipher(key);
    }

    /// <summary>The next block, valid until the next call; false after the last.</summary>
    /// <exception cref="IOException">The file is cut short, changed, another's, or cannot be read.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> content)
    {
        content = default;
        Span<byte> head = stackalloc byte[SealedFileName.HeadSize];
        var got = _file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (got == 0) return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (got < head.Length || size > LargestBlock) throw new IOException("A sealed file is cut short or changed.");
        if (_block.Length < size) (_block, _content) = (new byte[size], new byte[size]);
        _file.ReadExactly(_block.AsSpan(0, (int)size));
        try
        {
            _cipher.Decrypt(
                head.Slice(sizeof(uint), SealedFileName.NonceSize), _block.AsSpan(0, (int)size), head[(sizeof(uint) + SealedFileName.NonceSize)..],
                _content.AsSpan(0, (int)size), _name.Next());
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new IOException("A sealed file was changed, or its key is another.", e);
        }

        content = _content.AsMemory(0, (int)size);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_content);
        _cipher.Dispose();
        _file.Dispose();
    }
}

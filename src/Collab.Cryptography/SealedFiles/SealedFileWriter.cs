using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.SealedFiles;

/// <summary>Writes a new file of blocks under AES-256-GCM, one after the other; <see cref="SealedFileReader"/> gives them back in this order.</summary>
/// <remarks>
/// A block is u32 length of its content ‖ 12 bytes nonce, random ‖ 16 bytes tag ‖ ciphertext; the associated data are the file's name and
/// u64 number of the block, so that blocks and files cannot change places. One key serves 2^32 blocks (NIST SP 800-38D, section 8.3).
/// That no block is missing at the end is for who knows how many there are. The caller is the only writer. Not for several threads.
/// </remarks>
public sealed class SealedFileWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly AesGcm _cipher;
    private readonly SealedFileName _name;
    private byte[] _block = [];

    /// <summary>Makes the file, readable by its owner alone; it must not exist.</summary>
    /// <param name="path">Where.</param>
    /// <param name="key">32 bytes; borrowed for the call.</param>
    /// <exception cref="IOException">It exists, or the disk takes nothing.</exception>
    public SealedFileWriter(string path, SecretBytes key)
    {
        _name = new SealedFileName(path);
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        _cipher = SealedFileName.Cipher(key);
    }

    /// <summary>Writes one block.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        var size = SealedFileName.HeadSize + content.Length;
        if (_block.Length < size) _block = new byte[size];
        var block = _block.AsSpan(0, size);
        BinaryPrimitives.WriteUInt32LittleEndian(block, (uint)content.Length);
        var nonce = block.Slice(sizeof(uint), SealedFileName.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(
            nonce, content, block[SealedFileName.HeadSize..], block.Slice(sizeof(uint) + SealedFileName.NonceSize, SealedFileName.TagSize), _name.Next());
        _file.Write(block);
    }

    /// <summary>What was written is on the disk when this returns, and so is the file's name.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Sync()
    {
        DurableFile.Sync(_file.SafeFileHandle);
        DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(_file.Name))!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cipher.Dispose();
        _file.Dispose();
    }
}

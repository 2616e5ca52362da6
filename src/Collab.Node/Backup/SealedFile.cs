using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Node.Backup;

/// <summary>
/// A file of pieces under a key of a passphrase (protocols/specs/backup.md): a header with the salt, then pieces of AES-256-GCM, each with its number
/// and whether it is the last in its nonce, so that none can be changed, moved, left out or added.
/// </summary>
internal static class SealedFile
{
    public const int SaltSize = 16;
    public const int PieceSize = 1 << 20;
    public const int TagSize = 16;
    public const int LengthSize = 4;

    private const int NonceSize = 12;
    private const int KeySize = 32;
    private const int Iterations = 600_000; // as of storage.key

    public static ReadOnlySpan<byte> Magic => "collab-backup/1\n"u8;

    public static AesGcm Cipher(SecretBytes passphrase, ReadOnlySpan<byte> salt) => passphrase.Use(salt, static (phrase, salt) =>
    {
        Span<byte> key = stackalloc byte[KeySize];
        Rfc2898DeriveBytes.Pbkdf2(phrase, salt, key, Iterations, HashAlgorithmName.SHA256);
        try
        {
            return new AesGcm(key, TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    });

    public static byte[] Nonce(long number, bool isLast)
    {
        var nonce = new byte[NonceSize];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }
}

/// <summary>Seals what is written to it; <see cref="Finish"/> writes the last piece.</summary>
internal sealed class SealingStream : Stream
{
    private readonly Stream _file;
    private readonly AesGcm _cipher;
    private readonly byte[] _piece = new byte[SealedFile.PieceSize];
    private int _filled;
    private long _number;

    public SealingStream(Stream file, SecretBytes passphrase, RandomSource random)
    {
        var salt = random.Bytes(SealedFile.SaltSize);
        (_file, _cipher) = (file, SealedFile.Cipher(passphrase, salt));
        file.Write(SealedFile.Magic);
        file.Write(salt);
        Seal(isLast: false); // an empty piece, by which a wrong passphrase is told from a damaged file
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Finish() => Seal(isLast: true);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == _piece.Length) Seal(isLast: false);
            var part = buffer[..Math.Min(buffer.Length, _piece.Length - _filled)];
            part.CopyTo(_piece.AsSpan(_filled));
            _filled += part.Length;
            buffer = buffer[part.Length..];
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_piece);
        if (disposing) _cipher.Dispose();
        base.Dispose(disposing);
    }

    private void Seal(bool isLast)
    {
        var frame = new byte[SealedFile.LengthSize + _filled + SealedFile.TagSize];
        BinaryPrimitives.WriteInt32LittleEndian(frame, _filled);
        _cipher.Encrypt(
            SealedFile.Nonce(_number++, isLast), _piece.AsSpan(0, _filled), frame.AsSpan(SealedFile.LengthSize, _filled), frame.AsSpan(SealedFile.LengthSize + _filled),
            SealedFile.Magic);
        _file.Write(frame);
        _filled = 0;
    }
}

/// <summary>Reads a sealed file; what comes out was not changed, and at the end nothing is missing.</summary>
internal sealed class OpeningStream : Stream
{
    private readonly Stream _file;
    private readonly AesGcm _cipher;
    private byte[] _piece = [];
    private int _read;
    private long _number;
    private bool _ended;

    /// <exception cref="CollabException"><see cref="BackupErrors.NotABackup"/> or <see cref="BackupErrors.Passphrase"/>.</exception>
    public OpeningStream(Stream file, SecretBytes passphrase)
    {
        _file = file;
        var header = new byte[SealedFile.Magic.Length + SealedFile.SaltSize];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.AsSpan().StartsWith(SealedFile.Magic))
            throw new CollabException(BackupErrors.NotABackup, "The file does not begin as a backup does.");
        _cipher = SealedFile.Cipher(passphrase, header.AsSpan(SealedFile.Magic.Length));
        try
        {
            Open();
        }
        catch (CollabException e)
        {
            _cipher.Dispose();
            throw new CollabException(BackupErrors.Passphrase, "The passphrase does not open the backup.", inner: e);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_read == _piece.Length && !_ended) Open();
        var part = _piece.AsSpan(_read, Math.Min(buffer.Length, _piece.Length - _read));
        part.CopyTo(buffer);
        _read += part.Length;
        return part.Length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_piece);
        if (disposing) _cipher.Dispose();
        base.Dispose(disposing);
    }

    private void Open()
    {
        Span<byte> length = stackalloc byte[SealedFile.LengthSize];
        if (_file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length) throw Cut();
        var size = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (size is < 0 or > SealedFile.PieceSize) throw Changed();
        var frame = new byte[size + SealedFile.TagSize];
        if (_file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length) throw Cut();
        CryptographicOperations.ZeroMemory(_piece);
        (_piece, _read) = (new byte[size], 0);
        if (TryOpen(frame, isLast: false)) return;
        if (!TryOpen(frame, isLast: true)) throw Changed();
        _ended = true;
        if (_file.ReadByte() >= 0) throw Changed();
    }

    private bool TryOpen(byte[] frame, bool isLast)
    {
        try
        {
            _cipher.Decrypt(SealedFile.Nonce(_number, isLast), frame.AsSpan(0, _piece.Length), frame.AsSpan(_piece.Length), _piece, SealedFile.Magic);
            _number++;
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static CollabException Cut() => new(BackupErrors.Damaged, "The backup ends before its end.");

    private static CollabException Changed() => new(BackupErrors.Damaged, "The backup is not what was written.");
}

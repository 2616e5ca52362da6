using System.Security.Cryptography;
using System.Text;
using Collab.Engine.Ports;
using Collab.Primitives;

namespace Collab.Node.Storage;

/// <summary>The embedded store: one file a value, AES-256-GCM, its key bound in; written beside, synchronised and renamed.</summary>
/// <remarks>File layout: 12 bytes nonce, 16 bytes tag, ciphertext. The key of the value is the associated data, so files cannot change places.</remarks>
public sealed class FileStore : IJobStore, IDisposable
{
    /// <summary>The disk is full or failing.</summary>
    public static readonly ErrorCode WriteFailed = new(
        "store.write-failed", ErrorKind.Failed, "Make space on the disk, or mend it, and start the node again; nothing that was acknowledged is lost.");

    /// <summary>A value that is not what was written.</summary>
    public static readonly ErrorCode Damaged = new(
        "store.damaged", ErrorKind.Failed, "Restore the node's folder from a backup; its log is compared with its witnesses before it goes on.");

    private const int KeySize = 32;

    private readonly string _folder;
    private readonly SecretBytes _key;
    private readonly Lock _gate = new();

    /// <summary>Opens the store.</summary>
    /// <param name="folder">Its folder; made when it is not there.</param>
    /// <param name="key">32 bytes; owned from here on.</param>
    public FileStore(string folder, SecretBytes key)
    {
        if (key.Size != KeySize) throw new ArgumentException($"A storage key has {KeySize} bytes.", nameof(key));
        (_folder, _key) = (Path.GetFullPath(folder), key);
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <inheritdoc/>
    public void Put(string key, ReadOnlySpan<byte> value)
    {
        var path = PathOf(key);
        var content = Seal(key, value);
        lock (_gate)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                DurableFile.Replace(path, content);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CollabException(WriteFailed, "The node's store cannot be written.", inner: e);
            }
        }
    }

    /// <inheritdoc/>
    public byte[]? Get(string key)
    {
        var path = PathOf(key);
        lock (_gate) return File.Exists(path) ? Open(key, File.ReadAllBytes(path)) : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string prefix)
    {
        lock (_gate)
        {
            return [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith(".pending", StringComparison.Ordinal))
                .Select(path => Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Remove(string key)
    {
        lock (_gate)
        {
            var path = PathOf(key);
            if (File.Exists(path)) File.Delete(path);
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key.Dispose();

    private byte[] Seal(string key, ReadOnlySpan<byte> value)
    {
        var file = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + value.Length];
        RandomNumberGenerator.Fill(file.AsSpan(0, AesGcm.NonceByteSizes.MaxSize));
        return _key.Use(new Sealing(key, value, file), static (secret, s) =>
        {
            using var aes = new AesGcm(secret, AesGcm.TagByteSizes.MaxSize);
            aes.Encrypt(s.Nonce, s.Value, s.Ciphertext, s.Tag, s.AssociatedData);
            return s.File;
        });
    }

    private byte[] Open(string key, byte[] file)
    {
        var overhead = AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize;
        if (file.Length < overhead) throw new CollabException(Damaged, "A stored value is cut short.");
        var value = new byte[file.Length - overhead];
        try
        {
            return _key.Use(new Sealing(key, value, file), static (secret, s) =>
            {
                using var aes = new AesGcm(secret, AesGcm.TagByteSizes.MaxSize);
                var opened = new byte[s.Ciphertext.Length];
                aes.Decrypt(s.Nonce, s.Ciphertext, s.Tag, opened, s.AssociatedData);
                return opened;
            });
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CollabException(Damaged, "A stored value was changed, or the storage key is another one.", inner: e);
        }
    }

    private string PathOf(string key)
    {
        var sound = key.Length is > 0 and < 200 && !key.StartsWith('/') && key.Split('/').All(part => part.Length > 0 && part is not ("." or ".."))
            && key.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '/' or '.');
        return sound ? Path.Combine(_folder, key) : throw new ArgumentException("A key is of a-z, 0-9, '-', '_', '.' and '/'.", nameof(key));
    }

    private readonly ref struct Sealing(string key, ReadOnlySpan<byte> value, byte[] file)
    {
        public readonly byte[] AssociatedData = Encoding.ASCII.GetBytes(key);
        public readonly ReadOnlySpan<byte> Value = value;
        public readonly byte[] File = file;

        public Span<byte> Nonce => File.AsSpan(0, AesGcm.NonceByteSizes.MaxSize);

        public Span<byte> Tag => File.AsSpan(AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);

        public Span<byte> Ciphertext => File.AsSpan(AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize);
    }
}

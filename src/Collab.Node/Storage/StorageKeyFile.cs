using System.Security.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Primitives;

namespace Collab.Node.Storage;

/// <summary>
/// The key of the store in a file of its owner: 32 bytes, or, with a passphrase, the same under AES-256-GCM with a key of
/// PBKDF2-HMAC-SHA-256 (RFC 8018) over a 16-byte salt.
/// </summary>
public static class StorageKeyFile
{
    /// <summary>PBKDF2 rounds (OWASP Password Storage Cheat Sheet 2023, PBKDF2-HMAC-SHA256).</summary>
    public const int Iterations = 600_000;

    /// <summary>The file is not a storage key, or the passphrase is not its own.</summary>
    public static readonly ErrorCode Unusable = new(
        "key.storage-unusable", ErrorKind.InvalidInput, "Give the passphrase that 'collab node init' was given, or restore the key file.");

    private const int KeySize = 32;
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Makes a key and writes its file.</summary>
    public static void Create(string path, SecretBytes? passphrase, RandomSource random)
    {
        using var key = SecretBytes.Random(KeySize, random);
        var file = key.Use(0, (secret, _) => passphrase is null ? secret.ToArray() : Wrap(secret, passphrase, random));
        try
        {
            DurableFile.Replace(path, file);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file);
        }
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="CollabException"><see cref="SigningKeyFile.Exposed"/> or <see cref="Unusable"/>.</exception>
    public static SecretBytes Load(string path, SecretBytes? passphrase)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!File.Exists(path)) throw new CollabException(Unusable, "There is no storage key.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            throw new CollabException(SigningKeyFile.Exposed, "Others than its owner may read the storage key.");
        var file = File.ReadAllBytes(path);
        if (passphrase is null && file.Length == KeySize) return SecretBytes.Take(file);
        if (passphrase is null || file.Length != SaltSize + NonceSize + TagSize + KeySize)
            throw new CollabException(Unusable, "The storage key needs a passphrase, or is not a storage key.");
        return Unwrap(file, passphrase);
    }

    private static byte[] Wrap(ReadOnlySpan<byte> key, SecretBytes passphrase, RandomSource random)
    {
        var file = new byte[SaltSize + NonceSize + TagSize + KeySize];
        random.Fill(file.AsSpan(0, SaltSize + NonceSize));
        using var aes = WrappingCipher(passphrase, file.AsSpan(0, SaltSize));
        aes.Encrypt(
            file.AsSpan(SaltSize, NonceSize), key, file.AsSpan(SaltSize + NonceSize + TagSize), file.AsSpan(SaltSize + NonceSize, TagSize));
        return file;
    }

    private static SecretBytes Unwrap(byte[] file, SecretBytes passphrase)
    {
        var key = new byte[KeySize];
        using var aes = WrappingCipher(passphrase, file.AsSpan(0, SaltSize));
        try
        {
            aes.Decrypt(
                file.AsSpan(SaltSize, NonceSize), file.AsSpan(SaltSize + NonceSize + TagSize), file.AsSpan(SaltSize + NonceSize, TagSize), key);
            return SecretBytes.Take(key);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CollabException(Unusable, "The passphrase is not that of the storage key.", inner: e);
        }
    }

    private static AesGcm WrappingCipher(SecretBytes passphrase, ReadOnlySpan<byte> salt) => passphrase.Use(salt, static (phrase, salt) =>
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
}

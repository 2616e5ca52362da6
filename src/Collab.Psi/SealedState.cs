using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Psi;

/// <summary>A small secret file: nonce (12) ‖ tag (16) ‖ AES-256-GCM of the content, the name of its format associated.</summary>
internal static class SealedState
{
    private const int NonceSize = 12, TagSize = 16;

    /// <summary>Encrypts a content and zeroes it.</summary>
    public static byte[] Seal(byte[] plain, SecretBytes storageKey, ReadOnlySpan<byte> format)
    {
        var file = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(file.AsSpan(0, NonceSize));
        storageKey.Use((file, plain, format: format.ToArray()), static (key, state) =>
        {
            using var cipher = new AesGcm(key, TagSize);
            cipher.Encrypt(
                state.file.AsSpan(0, NonceSize), state.plain, state.file.AsSpan(NonceSize + TagSize), state.file.AsSpan(NonceSize, TagSize), state.format);
            return true;
        });
        CryptographicOperations.ZeroMemory(plain);
        return file;
    }

    /// <summary>Decrypts what <see cref="Seal"/> made; the caller zeroes it. Null where the file was changed or the key is another.</summary>
    public static byte[]? Open(byte[] file, SecretBytes storageKey, ReadOnlySpan<byte> format)
    {
        if (file.Length < NonceSize + TagSize) return null;
        var plain = new byte[file.Length - NonceSize - TagSize];
        try
        {
            storageKey.Use((file, plain, format: format.ToArray()), static (key, state) =>
            {
                using var cipher = new AesGcm(key, TagSize);
                cipher.Decrypt(
                    state.file.AsSpan(0, NonceSize), state.file.AsSpan(NonceSize + TagSize), state.file.AsSpan(NonceSize, TagSize), state.plain, state.format);
                return true;
            });
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}

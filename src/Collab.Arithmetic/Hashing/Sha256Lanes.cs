using System.Security.Cryptography;

namespace Collab.Arithmetic.Hashing;

/// <summary>SHA-256 of many short messages at once.</summary>
public static class Sha256Lanes
{
    /// <summary>The size of a digest, in bytes.</summary>
    public const int DigestSize = SHA256.HashSizeInBytes;

    /// <summary>digests[i] = SHA-256(prefix ‖ messages[i]).</summary>
    /// <param name="prefix">What stands before every message.</param>
    /// <param name="messages">n messages of any length.</param>
    /// <param name="digests">Shape [n, 32].</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> digests)
    {
        if (digests.Length != messages.Length * DigestSize) throw new ArgumentException("A digest for each message.", nameof(digests));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < messages.Length; i++)
        {
            hash.AppendData(prefix);
            hash.AppendData(messages[i].Span);
            hash.GetHashAndReset(digests.Slice(i * DigestSize, DigestSize));
        }
    }
}

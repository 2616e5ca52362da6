using System.Security.Cryptography;

namespace Collab.Arithmetic.Hashing;

/// <summary>SHA-256 of many short messages at once, one message in each lane of a vector.</summary>
/// <remarks>Messages of up to four blocks, prefix and padding included, are grouped by their number of blocks and hashed 16 or 8 at a time;
/// longer ones go to the class library, which is also the scalar form. Timing depends on lengths alone. Source: FIPS 180-4.</remarks>
public static unsafe class Sha256Lanes
{
    /// <summary>The size of a digest, in bytes.</summary>
    public const int DigestSize = SHA256.HashSizeInBytes;

    /// <summary>The widest kernel this processor runs.</summary>
    internal static VectorKernel Best =>
        Sha256Lanes512.IsSupported ? VectorKernel.Bits512 : Sha256Lanes256.IsSupported ? VectorKernel.Bits256 : VectorKernel.Scalar;

    /// <summary>digests[i] = SHA-256(prefix ‖ messages[i]).</summary>
    /// <param name="prefix">What stands before every message.</param>
    /// <param name="messages">n messages of any length.</param>
    /// <param name="digests">Shape [n, 32]; overlaps no message.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> digests) =>
        Hash(Best, prefix, messages, digests);

    /// <summary>digests[i] = SHA-256(prefix ‖ message i), for messages of one size that stand in a row.</summary>
    /// <param name="prefix">What stands before every message.</param>
    /// <param name="messages">Shape [n, messageSize].</param>
    /// <param name="messageSize">The size of a message, in bytes; at least 1.</param>
    /// <param name="digests">Shape [n, 32]; does not overlap the messages.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int messageSize, Span<byte> digests) =>
        Hash(Best, prefix, messages, messageSize, digests);

    internal static void Hash(
        VectorKernel kernel, ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> digests)
    {
        if (digests.Length != (long)messages.Length * DigestSize) throw new ArgumentException("A digest for each message.", nameof(digests));
        using var batch = new Sha256Batch(kernel, prefix);
        fixed (byte* to = digests)
        {
            for (var i = 0; i < messages.Length; i++) batch.Add(messages[i].Span, to + (nint)i * DigestSize);
            batch.Flush();
        }
    }

    internal static void Hash(
        VectorKernel kernel, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int messageSize, Span<byte> digests)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageSize, 1);
        var count = messages.Length / messageSize;
        if (messages.Length != (long)count * messageSize) throw new ArgumentException("A whole number of messages.", nameof(messages));
        if (digests.Length != (long)count * DigestSize) throw new ArgumentException("A digest for each message.", nameof(digests));
        using var batch = new Sha256Batch(kernel, prefix);
        fixed (byte* to = digests)
        {
            for (var i = 0; i < count; i++) batch.Add(messages.Slice(i * messageSize, messageSize), to + (nint)i * DigestSize);
            batch.Flush();
        }
    }
}

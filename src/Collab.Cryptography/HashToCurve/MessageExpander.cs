using System.Security.Cryptography;
using System.Text;

namespace Collab.Cryptography.HashToCurve;

/// <summary><c>expand_message_xmd</c> with SHA-512: uniform bytes from a message, bound to a domain.</summary>
/// <remarks>
/// Security 256 bits of collision resistance; timing depends on lengths only. Source: RFC 9380, section 5.3.1, whose line
/// numbers stand in the comments. Vectors: rfc9380-expand-message-xmd-sha512.json.
/// </remarks>
public sealed class MessageExpander
{
    /// <summary>The longest output, in bytes: 255 hashes.</summary>
    public const int MaximumOutputSize = 255 * HashSize;

    private const int HashSize = SHA512.HashSizeInBytes;
    private const int BlockSize = 128;                                                  // s_in_bytes of SHA-512
    private readonly byte[] _domain;                                                    // DST_prime: the tag and its length

    /// <summary>Binds to a domain separation tag.</summary>
    /// <param name="domain">1 to 255 ASCII characters; RFC 9380, section 3.1 asks for 16 or more.</param>
    /// <exception cref="ArgumentException">The tag is empty, too long or not ASCII.</exception>
    public MessageExpander(string domain)
    {
        if (domain.Length is 0 or > 255 || !Ascii.IsValid(domain))
        {
            throw new ArgumentException("A domain tag has 1 to 255 ASCII characters.", nameof(domain));
        }

        _domain = [.. Encoding.ASCII.GetBytes(domain), (byte)domain.Length];            // 3
    }

    /// <summary>Expands prefix ‖ message.</summary>
    /// <param name="prefix">The first part of the message, for example the context of a run; may be empty.</param>
    /// <param name="message">The rest of the message.</param>
    /// <param name="output">Receives 1 to <see cref="MaximumOutputSize"/> bytes.</param>
    /// <exception cref="ArgumentException">The output has no byte or too many.</exception>
    public void Expand(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message, Span<byte> output)
    {
        if (output.Length is 0 or > MaximumOutputSize)
        {
            throw new ArgumentException($"The output has 1 to {MaximumOutputSize} bytes.", nameof(output));
        }

        Span<byte> first = stackalloc byte[HashSize];
        Span<byte> block = stackalloc byte[HashSize + 1 + 256];
        HashFirst(prefix, message, output.Length, first);
        block[..HashSize].Clear();
        _domain.CopyTo(block[(HashSize + 1)..]);
        var input = block[..(HashSize + 1 + _domain.Length)];
        Span<byte> hash = stackalloc byte[HashSize];
        for (var i = 1; !output.IsEmpty; i++)                                           // 8 – 11  b_i = H((b_0 xor b_(i−1)) ‖ i ‖ DST)
        {
            for (var j = 0; j < HashSize; j++) input[j] = (byte)((i == 1 ? 0 : hash[j]) ^ first[j]);
            input[HashSize] = (byte)i;
            SHA512.HashData(input, hash);
            var part = Math.Min(HashSize, output.Length);
            hash[..part].CopyTo(output);
            output = output[part..];
        }
    }

    /// <summary>b_0 = H(zeros ‖ message ‖ length ‖ 0 ‖ DST_prime).</summary>
    private void HashFirst(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message, int outputSize, Span<byte> first)
    {
        var size = BlockSize + prefix.Length + message.Length + 3 + _domain.Length;
        var rented = size > 1024 ? new byte[size] : null;
        Span<byte> input = rented ?? stackalloc byte[1024];
        input = input[..size];
        input[..BlockSize].Clear();                                                     // 4   Z_pad
        prefix.CopyTo(input[BlockSize..]);
        message.CopyTo(input[(BlockSize + prefix.Length)..]);
        var tail = input[(BlockSize + prefix.Length + message.Length)..];
        tail[0] = (byte)(outputSize >> 8);                                              // 5   l_i_b_str, big-endian
        tail[1] = (byte)(outputSize & 0xff);
        tail[2] = 0;
        _domain.CopyTo(tail[3..]);
        SHA512.HashData(input, first);                                                  // 6, 7
        CryptographicOperations.ZeroMemory(input);                                      // it held the private item
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Collab.Cryptography.HashToCurve;

/// <summary><c>expand_message_xmd</c> with SHA-512 or SHA-256: uniform bytes from a message, bound to a domain.</summary>
/// <remarks>
/// Security 256 bits of collision resistance, 128 with SHA-256; timing depends on lengths only. Source: RFC 9380, section 5.3.1, whose line
/// numbers stand in the comments. Vectors: rfc9380-expand-message-xmd-sha512.json.
/// </remarks>
public sealed class MessageExpander
{
    private const int LargestHashSize = SHA512.HashSizeInBytes;
    private readonly bool _isSha256;
    private readonly int _hashSize;
    private readonly int _blockSize;                                                    // s_in_bytes
    private readonly byte[] _domain;                                                    // DST_prime: the tag and its length

    /// <summary>Binds to a domain separation tag.</summary>
    /// <param name="domain">1 to 255 ASCII characters; RFC 9380, section 3.1 asks for 16 or more.</param>
    /// <exception cref="ArgumentException">The tag is empty, too long or not ASCII.</exception>
    public MessageExpander(string domain)
        : this(domain, HashAlgorithmName.SHA512)
    {
    }

    /// <summary>Binds to a domain separation tag and a hash.</summary>
    /// <param name="domain">1 to 255 ASCII characters; RFC 9380, section 3.1 asks for 16 or more.</param>
    /// <param name="hash">SHA-512 or SHA-256.</param>
    /// <exception cref="ArgumentException">The tag is empty, too long or not ASCII, or the hash is another.</exception>
    public MessageExpander(string domain, HashAlgorithmName hash)
    {
        if (hash != HashAlgorithmName.SHA512 && hash != HashAlgorithmName.SHA256) throw new ArgumentException("SHA-512 or SHA-256.", nameof(hash));
        _isSha256 = hash == HashAlgorithmName.SHA256;
        (_hashSize, _blockSize) = _isSha256 ? (SHA256.HashSizeInBytes, 64) : (SHA512.HashSizeInBytes, 128);
        if (domain.Length is 0 or > 255 || !Ascii.IsValid(domain))
        {
            throw new ArgumentException("A domain tag has 1 to 255 ASCII characters.", nameof(domain));
        }

        _domain = [.. Encoding.ASCII.GetBytes(domain), (byte)domain.Length];            // 3
    }

    /// <summary>The longest output, in bytes: 255 hashes.</summary>
    public int MaximumOutputSize => 255 * _hashSize;

    /// <summary>Expands prefix ‖ message.</summary>
    /// <param name="prefix">The first part of the message, for example the context of a run; may be empty.</param>
    /// <param name="message">The rest of the message.</param>
    /// <param name="output">Receives 1 to <see cref="MaximumOutputSize"/> bytes.</param>
    /// <exception cref="ArgumentException">The output has no byte or too many.</exception>
    public void Expand(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message, Span<byte> output)
    {
        if (output.Length == 0 || output.Length > MaximumOutputSize)
        {
            throw new ArgumentException($"The output has 1 to {MaximumOutputSize} bytes.", nameof(output));
        }

        Span<byte> first = stackalloc byte[LargestHashSize];
        first = first[.._hashSize];
        Span<byte> block = stackalloc byte[LargestHashSize + 1 + 256];
        HashFirst(prefix, message, output.Length, first);
        block[.._hashSize].Clear();
        _domain.CopyTo(block[(_hashSize + 1)..]);
        var input = block[..(_hashSize + 1 + _domain.Length)];
        Span<byte> hash = stackalloc byte[LargestHashSize];
        hash = hash[.._hashSize];
        for (var i = 1; !output.IsEmpty; i++)                                           // 8 – 11  b_i = H((b_0 xor b_(i−1)) ‖ i ‖ DST)
        {
            for (var j = 0; j < _hashSize; j++) input[j] = (byte)((i == 1 ? 0 : hash[j]) ^ first[j]);
            input[_hashSize] = (byte)i;
            Hash(input, hash);
            var part = Math.Min(_hashSize, output.Length);
            hash[..part].CopyTo(output);
            output = output[part..];
        }
    }

    /// <summary>b_0 = H(zeros ‖ message ‖ length ‖ 0 ‖ DST_prime).</summary>
    private void HashFirst(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message, int outputSize, Span<byte> first)
    {
        var size = _blockSize + prefix.Length + message.Length + 3 + _domain.Length;
        var rented = size > 1024 ? new byte[size] : null;
        Span<byte> input = rented ?? stackalloc byte[1024];
        input = input[..size];
        input[.._blockSize].Clear();                                                     // 4   Z_pad
        prefix.CopyTo(input[_blockSize..]);
        message.CopyTo(input[(_blockSize + prefix.Length)..]);
        var tail = input[(_blockSize + prefix.Length + message.Length)..];
        tail[0] = (byte)(outputSize >> 8);                                              // 5   l_i_b_str, big-endian
        tail[1] = (byte)(outputSize & 0xff);
        tail[2] = 0;
        _domain.CopyTo(tail[3..]);
        Hash(input, first);                                                  // 6, 7
        CryptographicOperations.ZeroMemory(input);                                      // it held the private item
    }

    private void Hash(ReadOnlySpan<byte> input, Span<byte> hash) =>
        _ = _isSha256 ? SHA256.HashData(input, hash) : SHA512.HashData(input, hash);
}

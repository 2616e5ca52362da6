using System.Buffers;
using System.Security.Cryptography;
using Collab.Arithmetic.Curves;

namespace Collab.Cryptography.HashToCurve;

/// <summary><c>hash_to_curve</c> of suite <c>curve25519_XMD:SHA-512_ELL2_RO_</c>: byte strings to x-coordinates in the subgroup of order ℓ.</summary>
/// <remarks>
/// A random oracle into the group (RFC 9380, section 10.1), constant time in the content of messages; their lengths show.
/// Only x is returned: P and −P are the same point here. Source: RFC 9380, sections 3 and 8.5. Vectors: rfc9380-curve25519-ro.json.
/// </remarks>
public sealed class Curve25519Hash
{
    /// <summary>The suite's name, which a domain tag should contain (RFC 9380, section 3.1).</summary>
    public const string Suite = "curve25519_XMD:SHA-512_ELL2_RO_";

    private const int UniformSize = 2 * Curve25519.WideSize;
    private readonly MessageExpander _expander;
    private readonly byte[] _prefix;

    /// <summary>Binds to a domain, and to a context that stands before every message.</summary>
    /// <param name="domain">The domain separation tag, 1 to 255 ASCII characters.</param>
    /// <param name="context">Bytes put before every message; copied; of one length per domain, so that the two cannot run together.</param>
    /// <exception cref="ArgumentException">The tag is not one.</exception>
    public Curve25519Hash(string domain, ReadOnlySpan<byte> context = default)
    {
        _expander = new MessageExpander(domain);
        _prefix = context.ToArray();
    }

    /// <summary>Hashes messages to points: x(8·(Map(u0) + Map(u1))), u = hash_to_field(context ‖ message, 2).</summary>
    /// <param name="messages">The messages, n of them.</param>
    /// <param name="points">Receives canonical x-coordinates, shape [n, 32].</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="points"/> does not fit.</exception>
    public void HashToPoints(ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> points, int parallelism = 1)
    {
        if (points.Length != messages.Length * Curve25519.PointSize)
        {
            throw new ArgumentException("32 bytes for each message are needed.", nameof(points));
        }

        var elements = ArrayPool<byte>.Shared.Rent(2 * points.Length);
        var used = elements.AsSpan(0, 2 * points.Length);
        try
        {
            HashToField(messages, used);
            Curve25519.MapPairsToSubgroup(used, points, parallelism);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(used);
            ArrayPool<byte>.Shared.Return(elements);
        }
    }

    /// <summary>hash_to_field with count 2, shape [n, 2, 32], little-endian.</summary>
    internal void HashToField(ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> elements)
    {
        Span<byte> uniform = stackalloc byte[UniformSize];
        for (var i = 0; i < messages.Length; i++)
        {
            _expander.Expand(_prefix, messages[i].Span, uniform);
            Curve25519.ReduceWide(uniform, elements.Slice(2 * i * Curve25519.FieldElementSize, 2 * Curve25519.FieldElementSize));
        }

        CryptographicOperations.ZeroMemory(uniform);
    }
}

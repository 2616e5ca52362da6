using System.Security.Cryptography;
using System.Text;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;

namespace Collab.Cryptography.Oprf;

/// <summary>A prime-order group on its encodings, bound to a mode: section 2.1 of RFC 9497. Elements and scalars given here are valid ones.</summary>
internal abstract class OprfGroup
{
    private readonly MessageExpander _scalarExpander;
    private readonly MessageExpander _keyExpander;

    protected OprfGroup(OprfMode mode, string identifier, HashAlgorithmName hash)
    {
        Hash = hash;
        Context = $"OPRFV1-{(char)mode}-{identifier}";                                  // the mode is a byte, 0 or 1
        GroupExpander = new MessageExpander("HashToGroup-" + Context, hash);
        _scalarExpander = new MessageExpander("HashToScalar-" + Context, hash);
        _keyExpander = new MessageExpander("DeriveKeyPair" + Context, hash);
    }

    public string Context { get; }

    public HashAlgorithmName Hash { get; }

    public int HashSize => Hash == HashAlgorithmName.SHA512 ? SHA512.HashSizeInBytes : SHA256.HashSizeInBytes;

    public abstract int ElementSize { get; }

    public abstract int ScalarSize { get; }

    protected MessageExpander GroupExpander { get; }

    public static OprfGroup Of(OprfSuite suite, OprfMode mode) => suite switch
    {
        OprfSuite.Ristretto255Sha512 => new OprfRistrettoGroup(Known(mode)),
        OprfSuite.P256Sha256 => new OprfP256Group(Known(mode)),
        _ => throw new ArgumentOutOfRangeException(nameof(suite)),
    };

    /// <summary>HashToGroup; the neutral element, which nobody will see, is refused by the caller.</summary>
    public abstract byte[] HashToGroup(ReadOnlySpan<byte> message);

    /// <summary>Whether bytes are the encoding of an element other than the neutral one.</summary>
    public abstract bool IsElement(ReadOnlySpan<byte> bytes);

    /// <summary>Whether bytes are the encoding of a scalar.</summary>
    public abstract bool IsScalar(ReadOnlySpan<byte> bytes);

    /// <summary>s·P.</summary>
    public abstract byte[] Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element);

    /// <summary>s·HashToGroup(message) for each message, or false if one hashes to the neutral element; several at once where the group can.</summary>
    /// <param name="scalar">s.</param>
    /// <param name="messages">n messages.</param>
    /// <param name="products">Receives the encodings, shape [n, ElementSize].</param>
    public virtual bool TryMultiplyHashed(ReadOnlySpan<byte> scalar, IReadOnlyList<ReadOnlyMemory<byte>> messages, Span<byte> products)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            var element = HashToGroup(messages[i].Span);
            if (!IsElement(element)) return false;
            Multiply(scalar, element).CopyTo(products[(i * ElementSize)..]);
            CryptographicOperations.ZeroMemory(element);
        }

        return true;
    }

    /// <summary>s·P for each received P, or false if one is no encoding of an element other than the neutral one; several at once where the group can.</summary>
    /// <param name="scalar">s.</param>
    /// <param name="elements">What was received, shape [n, ElementSize].</param>
    /// <param name="products">Receives the encodings, shape [n, ElementSize].</param>
    public virtual bool TryMultiplyReceived(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> elements, Span<byte> products)
    {
        for (var at = 0; at < elements.Length; at += ElementSize)
        {
            if (!IsElement(elements.Slice(at, ElementSize))) return false;
            Multiply(scalar, elements.Slice(at, ElementSize)).CopyTo(products[at..]);
        }

        return true;
    }

    /// <summary>s·G.</summary>
    public abstract byte[] MultiplyGenerator(ReadOnlySpan<byte> scalar);

    /// <summary>P + Q.</summary>
    public abstract byte[] Add(ReadOnlySpan<byte> p, ReadOnlySpan<byte> q);

    /// <summary>1/s.</summary>
    public abstract byte[] Invert(ReadOnlySpan<byte> scalar);

    /// <summary>r − c·k.</summary>
    public abstract byte[] MultiplySubtract(ReadOnlySpan<byte> r, ReadOnlySpan<byte> c, ReadOnlySpan<byte> k);

    /// <summary>A uniform scalar other than 0.</summary>
    public byte[] RandomScalar(RandomSource random)
    {
        byte[] scalar;
        do
        {
            scalar = ReduceUniform(random.Bytes(UniformScalarSize));
        }
        while (!scalar.AsSpan().ContainsAnyExcept((byte)0));

        return scalar;
    }

    /// <summary>HashToScalar under the context's own tag.</summary>
    public byte[] HashToScalar(ReadOnlySpan<byte> message) => Reduce(_scalarExpander, message);

    /// <summary>HashToScalar under the tag of key derivation.</summary>
    public byte[] HashToKey(ReadOnlySpan<byte> message) => Reduce(_keyExpander, message);

    /// <summary>Hash(…) of the suite.</summary>
    public byte[] HashOf(ReadOnlySpan<byte> message) =>
        Hash == HashAlgorithmName.SHA512 ? SHA512.HashData(message) : SHA256.HashData(message);

    public byte[] ContextBytes(string prefix) => Encoding.ASCII.GetBytes(prefix + Context);

    /// <summary>Uniform bytes for one scalar.</summary>
    protected abstract int UniformScalarSize { get; }

    /// <summary>A scalar of uniform bytes, which are zeroed.</summary>
    protected abstract byte[] ReduceUniform(byte[] uniform);

    private byte[] Reduce(MessageExpander expander, ReadOnlySpan<byte> message)
    {
        var uniform = new byte[UniformScalarSize];
        expander.Expand([], message, uniform);
        return ReduceUniform(uniform);
    }

    private static OprfMode Known(OprfMode mode) => Enum.IsDefined(mode) ? mode : throw new ArgumentOutOfRangeException(nameof(mode));
}

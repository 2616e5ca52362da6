namespace Collab.Arithmetic.Curves;

/// <summary>The scalars of secp256k1 and the equation of ECDSA on them; group operations are the system library's.</summary>
/// <remarks>Timing is independent of values unless a name says otherwise. Source: SEC 2, version 2.0, section 2.4.1 for the order; SEC 1, section 4.1.3.</remarks>
public static class Secp256k1
{
    /// <summary>The size of a scalar or a coordinate, in bytes.</summary>
    public const int ScalarSize = Modulus256.Size;

    private static readonly Modulus256 Order = new(
        Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));

    // ⌊n/2⌋
    private static ReadOnlySpan<byte> Half =>
    [
        0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
    ];

    /// <summary>Whether 32 bytes, big-endian, are a scalar from 1 to n − 1.</summary>
    public static bool IsNonZeroScalar(ReadOnlySpan<byte> bytes) => Order.TryDecode(bytes, out var value) && value.IsZero() == 0;

    /// <summary>Takes 32 bytes, big-endian, modulo n; 32 bytes big-endian.</summary>
    public static void ReduceScalar(ReadOnlySpan<byte> bytes, Span<byte> scalar) => Order.Encode(Reduced(bytes), scalar);

    /// <summary>s = (z + r·d)/k modulo n, the second half of an ECDSA signature.</summary>
    /// <param name="nonce">k, secret, not 0.</param>
    /// <param name="hash">32 bytes; z is their value modulo n.</param>
    /// <param name="r">The x-coordinate of k·G, as 32 bytes; taken modulo n.</param>
    /// <param name="key">d, secret.</param>
    /// <param name="s">Receives 32 bytes, big-endian; 0 with probability 2^-256, which is no signature.</param>
    /// <exception cref="ArgumentException">k or d is no scalar below n.</exception>
    public static void SignatureScalar(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> r, ReadOnlySpan<byte> key, Span<byte> s) =>
        Order.Encode(
            Order.Multiply(Order.Invert(Scalar(nonce)), Order.Add(Reduced(hash), Order.Multiply(Reduced(r), Scalar(key)))), s);

    /// <summary>Whether a public scalar is above ⌊n/2⌋: such an s is refused by Ethereum (EIP-2), n − s is the other.</summary>
    public static bool IsHighVariableTime(ReadOnlySpan<byte> scalar) => scalar.SequenceCompareTo(Half) > 0;

    /// <summary>n − s; 0 for 0.</summary>
    /// <exception cref="ArgumentException">No scalar.</exception>
    public static void Negate(ReadOnlySpan<byte> scalar, Span<byte> negated) => Order.Encode(Order.Negate(Scalar(scalar)), negated);

    private static Words256 Scalar(ReadOnlySpan<byte> bytes) =>
        Order.TryDecode(bytes, out var value) ? value : throw new ArgumentException("No scalar below the order.", nameof(bytes));

    private static Words256 Reduced(ReadOnlySpan<byte> bytes)
    {
        Span<byte> wide = stackalloc byte[Modulus256.WideSize];
        wide.Clear();
        bytes.CopyTo(wide[(Modulus256.WideSize - ScalarSize)..]);
        return Order.ReduceWide(wide);
    }
}

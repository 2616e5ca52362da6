using System.Numerics;
using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Cryptography.Signatures;

/// <summary>
/// A public key that was checked: 32 bytes of Ed25519, canonical, on the curve, not of small order; or 64 bytes of SM2, a point of its curve.
/// </summary>
/// <remarks>
/// Of Ed25519 verification is strict and without cofactor (RFC 8032, section 5.1.7, with S &lt; L): one signature has one spelling, and no two verifiers
/// of this product can disagree. Safe to use from many threads.
/// </remarks>
public sealed class VerifyingKey : IEquatable<VerifyingKey>
{
    /// <summary>The length of the encoding of an Ed25519 key, in bytes.</summary>
    public const int Size = 32;

    /// <summary>The length of a signature of either algorithm, in bytes.</summary>
    public const int SignatureSize = 64;

    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    // −121665/121666, the d of x² (d·y² + 1) = y² − 1 (RFC 8032, section 5.1).
    private static readonly BigInteger CurveConstant =
        (Prime - 121_665) * BigInteger.ModPow(121_666, Prime - 2, Prime) % Prime;

    // y of the points of order 1, 2, 4 and 8; all eight points have one of these five. Derived by the tests.
    private static readonly BigInteger[] SmallOrder =
    [
        BigInteger.Zero,
        BigInteger.One,
        Prime - 1,
        Little("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        Little("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ];

    private readonly byte[] _encoded;
    private readonly LibCrypto.EvpKey? _key; // of Ed25519
    private readonly Sm2PublicKey? _point;   // of SM2

    private VerifyingKey(byte[] encoded)
    {
        _encoded = encoded;
        _key = LibCrypto.VerificationKey(encoded);
    }

    private VerifyingKey(Sm2PublicKey point) => (_encoded, _point) = (point.Bytes.ToArray(), point);

    /// <summary>How this key signs.</summary>
    public SignatureAlgorithm Algorithm => _point is null ? SignatureAlgorithm.Ed25519 : SignatureAlgorithm.Sm2;

    /// <summary>The 32 bytes of the encoding of an Ed25519 key, or 64 of SM2.</summary>
    public ReadOnlySpan<byte> Bytes => _encoded;

    /// <summary>Checks and takes a public key; its length says of which algorithm.</summary>
    /// <exception cref="MalformedException">Neither 32 nor 64 bytes; of Ed25519 not canonical, not on the curve, or of small order; of SM2 not on the curve.</exception>
    public static VerifyingKey Parse(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length == Sm2PublicKey.Size) return new VerifyingKey(Sm2PublicKey.Parse(encoded));
        return IsAcceptable(encoded)
            ? new VerifyingKey(encoded.ToArray())
            : throw new MalformedException("a canonical Ed25519 public key that is not of small order");
    }

    /// <summary>Whether the signature is this key's over the message; malformed signatures are simply not.</summary>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">64 bytes: of Ed25519 R, then S below the group order; of SM2 r, then s.</param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize) return false;
        if (_point is not null) return SmProviders.Current.Verify(_point, Sm2Format.DefaultIdentity, message, signature);
        return !HasSmallOrder(Coordinate(signature[..Size])) // libcrypto compares R as bytes, so a non-canonical R never matches
            && LibCrypto.Verify(_key!, message, signature);
    }

    /// <inheritdoc/>
    public bool Equals(VerifyingKey? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VerifyingKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_encoded); // the key is as good as random

    /// <summary>Hexadecimal digits, lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(_encoded);

    private static bool IsAcceptable(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != Size) return false;
        var y = Coordinate(encoded);
        return y < Prime && !HasSmallOrder(y) && IsOnCurve(y);
    }

    private static bool IsOnCurve(BigInteger y)
    {
        // x² = (y² − 1) / (d·y² + 1) has a root iff numerator · denominator is a square: multiplying by denominator² keeps that.
        var square = y * y % Prime;
        var product = (square + Prime - 1) * ((CurveConstant * square) + 1) % Prime;
        return product.IsZero || BigInteger.ModPow(product, (Prime - 1) / 2, Prime).IsOne;
    }

    private static bool HasSmallOrder(BigInteger y) => Array.IndexOf(SmallOrder, y) >= 0;

    private static BigInteger Coordinate(ReadOnlySpan<byte> encoded)
    {
        Span<byte> y = stackalloc byte[Size];
        encoded.CopyTo(y);
        y[Size - 1] &= 0x7f; // the sign of x
        return new BigInteger(y, isUnsigned: true);
    }

    private static BigInteger Little(string hex) => new(Convert.FromHexString(hex), isUnsigned: true);
}

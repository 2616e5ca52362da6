using System.Security.Cryptography;
using Collab.Arithmetic.Curves;

namespace Collab.Cryptography.Oprf;

/// <summary>P256-SHA256: RFC 9497, section 4.3. Points by the system's libcrypto, hashing to the curve and scalars by our own code.</summary>
internal sealed class OprfP256Group : OprfGroup
{
    private const int UncompressedSize = 65;

    public OprfP256Group(OprfMode mode)
        : base(mode, "P256-SHA256", HashAlgorithmName.SHA256) => LibCryptoP256.Require();

    public override int ElementSize => LibCryptoP256.CompressedSize;

    public override int ScalarSize => P256.ScalarSize;

    protected override int UniformScalarSize => P256.WideSize;

    public override byte[] HashToGroup(ReadOnlySpan<byte> message)
    {
        Span<byte> uniform = stackalloc byte[2 * P256.WideSize];
        Span<byte> points = stackalloc byte[2 * UncompressedSize];
        GroupExpander.Expand([], message, uniform);
        P256.MapToCurve(uniform[..P256.WideSize], points);
        P256.MapToCurve(uniform[P256.WideSize..], points[UncompressedSize..]);
        var sum = LibCryptoP256.Add(points[..UncompressedSize], points[UncompressedSize..]); // cofactor 1
        CryptographicOperations.ZeroMemory(uniform);
        CryptographicOperations.ZeroMemory(points);
        return sum;
    }

    public override bool IsElement(ReadOnlySpan<byte> bytes) =>
        bytes.Length == LibCryptoP256.CompressedSize && bytes[0] is 2 or 3 && LibCryptoP256.IsOnCurve(bytes);

    public override bool IsScalar(ReadOnlySpan<byte> bytes) => P256.IsScalar(bytes);

    public override byte[] Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element) => LibCryptoP256.Multiply(scalar, element);

    public override byte[] MultiplyGenerator(ReadOnlySpan<byte> scalar) => LibCryptoP256.Multiply(scalar, []);

    public override byte[] Add(ReadOnlySpan<byte> p, ReadOnlySpan<byte> q) => LibCryptoP256.Add(p, q);

    public override byte[] Invert(ReadOnlySpan<byte> scalar)
    {
        var inverse = new byte[P256.ScalarSize];
        P256.InvertScalar(scalar, inverse);
        return inverse;
    }

    public override byte[] MultiplySubtract(ReadOnlySpan<byte> r, ReadOnlySpan<byte> c, ReadOnlySpan<byte> k)
    {
        var result = new byte[P256.ScalarSize];
        P256.MultiplySubtract(r, c, k, result);
        return result;
    }

    protected override byte[] ReduceUniform(byte[] uniform)
    {
        var scalar = new byte[P256.ScalarSize];
        P256.ReduceScalar(uniform, scalar);
        CryptographicOperations.ZeroMemory(uniform);
        return scalar;
    }
}

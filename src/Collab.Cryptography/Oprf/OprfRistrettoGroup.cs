using System.Security.Cryptography;
using Collab.Arithmetic.Curves;

namespace Collab.Cryptography.Oprf;

/// <summary>ristretto255-SHA512: RFC 9497, section 4.1.</summary>
internal sealed class OprfRistrettoGroup(OprfMode mode) : OprfGroup(mode, "ristretto255-SHA512", HashAlgorithmName.SHA512)
{
    public override int ElementSize => RistrettoPoint.Size;

    public override int ScalarSize => RistrettoScalar.Size;

    protected override int UniformScalarSize => RistrettoScalar.WideSize;

    public override byte[] HashToGroup(ReadOnlySpan<byte> message)
    {
        Span<byte> uniform = stackalloc byte[RistrettoPoint.UniformSize];
        GroupExpander.Expand([], message, uniform);
        var point = RistrettoPoint.FromUniformBytes(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        return point.ToArray();
    }

    public override bool IsElement(ReadOnlySpan<byte> bytes) =>
        RistrettoPoint.TryDecode(bytes, out var point) && point.IsNeutral() == 0;

    public override bool IsScalar(ReadOnlySpan<byte> bytes) => RistrettoScalar.TryDecode(bytes, out _);

    public override byte[] Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element) => (Scalar(scalar) * Point(element)).ToArray();

    public override byte[] MultiplyGenerator(ReadOnlySpan<byte> scalar) => RistrettoPoint.MultiplyGenerator(Scalar(scalar)).ToArray();

    public override byte[] Add(ReadOnlySpan<byte> p, ReadOnlySpan<byte> q) => (Point(p) + Point(q)).ToArray();

    public override byte[] Invert(ReadOnlySpan<byte> scalar) => Encode(Scalar(scalar).Invert());

    public override byte[] MultiplySubtract(ReadOnlySpan<byte> r, ReadOnlySpan<byte> c, ReadOnlySpan<byte> k) =>
        Encode(Scalar(r) - Scalar(c) * Scalar(k));

    protected override byte[] ReduceUniform(byte[] uniform)
    {
        var scalar = RistrettoScalar.ReduceWide(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        return Encode(scalar);
    }

    private static byte[] Encode(in RistrettoScalar scalar)
    {
        var bytes = new byte[RistrettoScalar.Size];
        scalar.Encode(bytes);
        return bytes;
    }

    private static RistrettoScalar Scalar(ReadOnlySpan<byte> bytes) =>
        RistrettoScalar.TryDecode(bytes, out var scalar) ? scalar : throw new ArgumentException("No scalar of ristretto255.", nameof(bytes));

    private static RistrettoPoint Point(ReadOnlySpan<byte> bytes) =>
        RistrettoPoint.TryDecode(bytes, out var point) ? point : throw new ArgumentException("No element of ristretto255.", nameof(bytes));
}

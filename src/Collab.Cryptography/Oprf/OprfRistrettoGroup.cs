using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.Curves;

namespace Collab.Cryptography.Oprf;

/// <summary>ristretto255-SHA512: RFC 9497, section 4.1.</summary>
internal sealed class OprfRistrettoGroup(OprfMode mode) : OprfGroup(mode, "ristretto255-SHA512", HashAlgorithmName.SHA512)
{
    private const int BatchSize = 32;                                                   // a whole number of the lanes' batches

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

    public override bool TryMultiplyHashed(ReadOnlySpan<byte> scalar, IReadOnlyList<ReadOnlyMemory<byte>> messages, Span<byte> products)
    {
        Span<byte> uniform = stackalloc byte[BatchSize * RistrettoPoint.UniformSize];
        Span<RistrettoPoint> points = stackalloc RistrettoPoint[BatchSize];
        var valid = true;
        for (var first = 0; first < messages.Count; first += BatchSize)
        {
            var count = Math.Min(BatchSize, messages.Count - first);
            for (var i = 0; i < count; i++)
            {
                GroupExpander.Expand([], messages[first + i].Span, uniform.Slice(i * RistrettoPoint.UniformSize, RistrettoPoint.UniformSize));
            }

            RistrettoPoint.FromUniformBytes(uniform[..(count * RistrettoPoint.UniformSize)], points[..count]);
            valid &= MultiplyEach(scalar, points[..count], products.Slice(first * ElementSize, count * ElementSize));
        }

        CryptographicOperations.ZeroMemory(uniform);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(points));
        return valid;
    }

    public override bool TryMultiplyReceived(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> elements, Span<byte> products)
    {
        Span<RistrettoPoint> points = stackalloc RistrettoPoint[BatchSize];
        var n = elements.Length / ElementSize;
        for (var first = 0; first < n; first += BatchSize)
        {
            var count = Math.Min(BatchSize, n - first);
            if (!RistrettoPoint.TryDecode(elements.Slice(first * ElementSize, count * ElementSize), points[..count])) return false;
            if (!MultiplyEach(scalar, points[..count], products.Slice(first * ElementSize, count * ElementSize))) return false;
        }

        return true;
    }

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

    // False if a point is the neutral element.
    private static bool MultiplyEach(ReadOnlySpan<byte> scalar, ReadOnlySpan<RistrettoPoint> points, Span<byte> products)
    {
        Span<RistrettoScalar> scalars = stackalloc RistrettoScalar[points.Length];
        Span<RistrettoPoint> multiples = stackalloc RistrettoPoint[points.Length];
        scalars.Fill(Scalar(scalar));
        var valid = true;
        foreach (ref readonly var point in points) valid &= point.IsNeutral() == 0;
        RistrettoPoint.Multiply(scalars, points, multiples);
        RistrettoPoint.Encode(multiples, products);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(scalars));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(multiples));
        return valid;
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

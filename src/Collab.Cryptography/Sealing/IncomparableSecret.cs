using System.Security.Cryptography;
using Collab.Arithmetic.Curves;
using Collab.Primitives;

namespace Collab.Cryptography.Sealing;

/// <summary>The secret x of <see cref="IncomparableKey"/>s: makes any number of them, and opens what is sealed under each. Never printed or compared.</summary>
public sealed class IncomparableSecret : IDisposable
{
    private readonly SecretBytes _scalar;

    private IncomparableSecret(SecretBytes scalar) => _scalar = scalar;

    /// <summary>Draws a new secret.</summary>
    public static IncomparableSecret Generate(RandomSource random)
    {
        Span<byte> scalar = stackalloc byte[RistrettoScalar.Size];
        RistrettoScalar.Random(random).Encode(scalar);
        return new(SecretBytes.Take(scalar));
    }

    /// <summary>A fresh public key: (b·G, x·b·G).</summary>
    /// <param name="random">b.</param>
    public IncomparableKey NewKey(RandomSource random)
    {
        var point = RistrettoPoint.MultiplyGenerator(RistrettoScalar.Random(random));
        return new(point, Multiply(point));
    }

    /// <summary>Opens a box that was sealed under one of the keys of this secret, in that context; null for any other.</summary>
    /// <param name="box">What was received.</param>
    /// <param name="context">What it must be bound to.</param>
    /// <remarks>One multiplication. That a box does not open has one answer, whatever the reason; whether one opens shows in the timing.</remarks>
    public byte[]? Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        if (box.Length < IncomparableKey.Overhead || !RistrettoPoint.TryDecode(box[..RistrettoPoint.Size], out var point) || point.IsNeutral() != 0) return null;
        return IncomparableKey.Open(Multiply(point), box, context);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(IncomparableSecret)} (secret)";

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => _scalar.Dispose();

    private RistrettoPoint Multiply(RistrettoPoint point) => _scalar.Use(point, static (bytes, p) =>
        RistrettoScalar.TryDecode(bytes, out var x) ? x * p : throw new CryptographicException("The secret is no scalar."));
}

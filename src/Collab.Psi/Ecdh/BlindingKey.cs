using Collab.Arithmetic.Curves;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;

namespace Collab.Psi.Ecdh;

/// <summary>A secret scalar of the intersection group, for one run (or one incremental state) of one party; never printed, compared or serialized.</summary>
/// <remarks>Uniform among the non-zero residues modulo ℓ and a multiple of the cofactor 8: specs/psi-ecdh.md, "Parameters and why".</remarks>
public sealed class BlindingKey : IDisposable
{
    /// <summary>The domain of the items' hash; the run's context stands before every item.</summary>
    internal const string Domain = "COLLAB-PSI1-" + Curve25519Hash.Suite;

    private readonly SecretBytes _scalar;

    private BlindingKey(SecretBytes scalar) => _scalar = scalar;

    /// <summary>Draws a new key.</summary>
    public static BlindingKey Generate(RandomSource random)
    {
        Span<byte> scalar = stackalloc byte[Curve25519.ScalarSize];
        Curve25519.FillScalar(scalar, random);
        return new(SecretBytes.Take(scalar));
    }

    /// <summary>A key that is kept longer than a run: a copy of the scalar, which stays its owner's.</summary>
    internal static BlindingKey Of(SecretBytes scalar) => scalar.Use(true, static (secret, _) =>
    {
        Span<byte> copy = stackalloc byte[Curve25519.ScalarSize];
        secret.CopyTo(copy);
        return new BlindingKey(SecretBytes.Take(copy));
    });

    /// <summary>Blinds points: x(kP) from x(P).</summary>
    /// <param name="points">x-coordinates, shape [n, 32]; those of a peer checked before.</param>
    /// <param name="blinded">Receives x-coordinates, shape [n, 32]; may be <paramref name="points"/> itself.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void Blind(ReadOnlySpan<byte> points, Span<byte> blinded, int parallelism = 1) =>
        _scalar.Use(new Batch(points, blinded, parallelism), static (scalar, batch) =>
        {
            Curve25519.Multiply(batch.Points, scalar, batch.Blinded, batch.Parallelism);
            return true;
        });

    /// <summary>Hashes items and blinds the points: x(k·H(context ‖ item)).</summary>
    /// <param name="hash">The hash of the run.</param>
    /// <param name="items">The items, n of them.</param>
    /// <param name="blinded">Receives x-coordinates, shape [n, 32].</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void HashAndBlind(Curve25519Hash hash, ReadOnlySpan<ReadOnlyMemory<byte>> items, Span<byte> blinded, int parallelism = 1)
    {
        hash.HashToPoints(items, blinded, parallelism);
        Blind(blinded, blinded, parallelism);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(BlindingKey)} (secret)";

    /// <summary>Zeroes the scalar.</summary>
    public void Dispose() => _scalar.Dispose();

    private readonly ref struct Batch(ReadOnlySpan<byte> points, Span<byte> blinded, int parallelism)
    {
        public readonly ReadOnlySpan<byte> Points = points;
        public readonly Span<byte> Blinded = blinded;
        public readonly int Parallelism = parallelism;
    }
}

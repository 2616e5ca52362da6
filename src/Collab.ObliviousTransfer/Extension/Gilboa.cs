using Collab.Arithmetic.BinaryField;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>From columns to products: q_j = t_j + Δ_j·a for all j gives Σ X^j·q_j = Σ X^j·t_j + Δ·a, for Δ = Σ Δ_j·X^j.</summary>
/// <remarks>Source: N. Gilboa, <i>Two party RSA key generation</i>, CRYPTO 1999, section 4.1, over GF(2^128).</remarks>
internal static class Gilboa
{
    private static readonly Gf128 X = new(2, 0);

    /// <summary>d[b] = Σ X^j · columns[j·stride + b], by Horner's rule.</summary>
    public static void Combine(ReadOnlySpan<Gf128> columns, int stride, Span<Gf128> destination)
    {
        destination.Clear();
        for (var j = BitMatrix.Side - 1; j >= 0; j--)
        {
            var column = columns.Slice(j * stride, destination.Length);
            for (var b = 0; b < destination.Length; b++) destination[b] = destination[b] * X + column[b];
        }
    }
}

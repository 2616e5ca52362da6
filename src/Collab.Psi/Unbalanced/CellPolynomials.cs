using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.Psi.Unbalanced;

/// <summary>Interpolation modulo t in eight cells at once: for B points each, the V polynomials of degree below B through V values at every point.</summary>
/// <remarks>
/// Lagrange's form: M(z) = ∏(z − x_i); d_i(z) = M(z)/(z − x_i) by synthetic division; the k-th polynomial is Σ_i v_ki/d_i(x_i)·d_i(z). M and the d_i serve all
/// V polynomials. Numbers are integers in doubles: t is below 2^22, so that a product stays below 2^44 and the sum of B products of numbers about zero below
/// 2^53. About B²·(2 + V/4) vector steps and B inversions. Timing is independent of points and values.
/// </remarks>
internal static unsafe class CellPolynomials
{
    /// <summary>Cells treated at once.</summary>
    public const int Lanes = 8;

    private const int Group = 4; // points treated at once: their recurrences do not wait for one another, and sums are loaded a quarter as often

    /// <summary>How many doubles of scratch are needed.</summary>
    public static int ScratchSize(int places) => Lanes * ((Group + 1) * places + 1);

    /// <summary>Interpolates.</summary>
    /// <param name="modulus">t, a prime below 2^22.</param>
    /// <param name="places">B, at most 2047.</param>
    /// <param name="values">V.</param>
    /// <param name="points">Residues, distinct within a cell, shape [B, 8].</param>
    /// <param name="data">Residues, shape [V, B, 8].</param>
    /// <param name="coefficients">Receives residues, shape [V, B, 8].</param>
    /// <param name="scratch"><see cref="ScratchSize"/> doubles.</param>
    public static void Interpolate(uint modulus, int places, int values, ReadOnlySpan<double> points, ReadOnlySpan<double> data, Span<double> coefficients, Span<double> scratch)
    {
        if (points.Length != Lanes * places || data.Length != Lanes * places * values || coefficients.Length != data.Length || scratch.Length < ScratchSize(places))
            throw new ArgumentException("The lengths fit the shapes.", nameof(points));
        fixed (double* x = points, v = data, c = coefficients, room = scratch)
        {
            Run(modulus, places, values, (Vector512<double>*)x, (Vector512<double>*)v, (Vector512<double>*)c, (Vector512<double>*)room);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Run(
        uint modulus, int places, int values, Vector512<double>* x, Vector512<double>* v, Vector512<double>* c, Vector512<double>* room)
    {
        unchecked
        {
            var (t, inverse) = (Vector512.Create((double)modulus), Vector512.Create(1.0 / modulus));
            Vector512<double>* product = room, quotients = room + places + 1;

            // 1  M.
            product[0] = Vector512<double>.One;
            for (var i = 0; i < places; i++)
            {
                product[i + 1] = product[i];
                for (var j = i; j > 0; j--) product[j] = Reduce(Vector512.FusedMultiplyAdd(-x[i], product[j], product[j - 1]), t, inverse);
                product[0] = Reduce(-x[i] * product[0], t, inverse);
            }

            new Span<Vector512<double>>(c, values * places).Clear();
            for (var first = 0; first < places; first += Group)
            {
                // 2  d_i and d_i(x_i) for up to four points; a missing one has d = 0.
                var count = Math.Min(Group, places - first);
                new Span<Vector512<double>>(quotients, Group * places).Clear();
                for (var i = 0; i < count; i++) quotients[(i * places) + places - 1] = Vector512<double>.One;
                Vector512<double>* d0 = quotients, d1 = d0 + places, d2 = d1 + places, d3 = d2 + places;
                var (x0, x1, x2, x3) = (x[first], At(x, first + 1, places), At(x, first + 2, places), At(x, first + 3, places));
                Vector512<double> e0 = d0[places - 1], e1 = d1[places - 1], e2 = d2[places - 1], e3 = d3[places - 1];
                for (var j = places - 1; j > 0; j--)
                {
                    d0[j - 1] = Reduce(Vector512.FusedMultiplyAdd(x0, d0[j], product[j]), t, inverse);
                    d1[j - 1] = Reduce(Vector512.FusedMultiplyAdd(x1, d1[j], product[j]), t, inverse);
                    d2[j - 1] = Reduce(Vector512.FusedMultiplyAdd(x2, d2[j], product[j]), t, inverse);
                    d3[j - 1] = Reduce(Vector512.FusedMultiplyAdd(x3, d3[j], product[j]), t, inverse);
                    e0 = Reduce(Vector512.FusedMultiplyAdd(x0, e0, d0[j - 1]), t, inverse);
                    e1 = Reduce(Vector512.FusedMultiplyAdd(x1, e1, d1[j - 1]), t, inverse);
                    e2 = Reduce(Vector512.FusedMultiplyAdd(x2, e2, d2[j - 1]), t, inverse);
                    e3 = Reduce(Vector512.FusedMultiplyAdd(x3, e3, d3[j - 1]), t, inverse);
                }

                Invert(modulus, ref e0, ref e1, ref e2, ref e3, t, inverse);

                // 3  The sums.
                for (var k = 0; k < values; k++)
                {
                    var value = v + ((long)k * places);
                    var s0 = Reduce(value[first] * e0, t, inverse);
                    var s1 = count > 1 ? Reduce(value[first + 1] * e1, t, inverse) : default;
                    var s2 = count > 2 ? Reduce(value[first + 2] * e2, t, inverse) : default;
                    var s3 = count > 3 ? Reduce(value[first + 3] * e3, t, inverse) : default;
                    var sum = c + ((long)k * places);
                    for (var j = 0; j < places; j++)
                    {
                        var low = Vector512.FusedMultiplyAdd(s0, d0[j], sum[j]);
                        var high = Vector512.FusedMultiplyAdd(s1, d1[j], s2 * d2[j]);
                        sum[j] = low + Vector512.FusedMultiplyAdd(s3, d3[j], high);
                    }
                }
            }

            for (var j = 0; j < values * places; j++)
            {
                var residue = Reduce(c[j], t, inverse);
                c[j] = Vector512.ConditionalSelect(Vector512.LessThan(residue, Vector512<double>.Zero), residue + t, residue);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(Vector512<double>* x, int i, int count) => i < count ? x[i] : default;

    /// <summary>A number below 2^53 in magnitude to the representative of its residue about zero, within ±(t/2 + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Reduce(Vector512<double> a, Vector512<double> t, Vector512<double> inverse) =>
        Vector512.FusedMultiplyAdd(-Vector512.Round(a * inverse), t, a);

    // a^(t − 2), four vectors side by side.
    private static void Invert(
        uint modulus, ref Vector512<double> a, ref Vector512<double> b, ref Vector512<double> c, ref Vector512<double> d, Vector512<double> t, Vector512<double> inverse)
    {
        var one = Vector512<double>.One;
        var (ra, rb, rc, rd) = (one, one, one, one);
        for (var exponent = modulus - 2; exponent != 0; exponent >>= 1)              // public
        {
            if ((exponent & 1) != 0)
            {
                (ra, rb) = (Reduce(ra * a, t, inverse), Reduce(rb * b, t, inverse));
                (rc, rd) = (Reduce(rc * c, t, inverse), Reduce(rd * d, t, inverse));
            }

            (a, b) = (Reduce(a * a, t, inverse), Reduce(b * b, t, inverse));
            (c, d) = (Reduce(c * c, t, inverse), Reduce(d * d, t, inverse));
        }

        (a, b, c, d) = (ra, rb, rc, rd);
    }
}

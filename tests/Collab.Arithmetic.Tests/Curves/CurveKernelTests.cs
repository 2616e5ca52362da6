using System.Numerics;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

/// <summary>Every kernel that this processor runs returns the bits of the scalar form.</summary>
public class CurveKernelTests
{
    /// <summary>Lengths about one vector, several vectors and the edge of a chunk, at four and at eight lanes.</summary>
    private static readonly int[] Lengths = [0, 1, 3, 4, 5, 7, 8, 9, 33, 65, 255, 256, 257];

    public static IEnumerable<TheoryDataRow<int, int, int>> Cases =>
        from kernel in Enum.GetValues<CurveKernel>()
        where CurveKernels.IsSupported(kernel)
        from length in Lengths
        where kernel != CurveKernel.Scalar || length <= 9                               // against itself: in place, and it keeps the table filled
        from parallelism in length < 255 ? new[] { 1 } : [1, 2]
        select new TheoryDataRow<int, int, int>((int)kernel, length, parallelism);

    public static IEnumerable<TheoryDataRow<int>> Kernels =>
        from kernel in Enum.GetValues<CurveKernel>() where CurveKernels.IsSupported(kernel) select new TheoryDataRow<int>((int)kernel);

    [Theory, MemberData(nameof(Cases))]
    public void Products_are_those_of_the_scalar_form(int kernel, int length, int parallelism)
    {
        var random = RandomSource.Seeded(length);
        var scalar = random.Bytes(32);
        var points = Elements(random, length);
        byte[] expected = new byte[points.Length], products = new byte[points.Length];
        Curve25519.Multiply(CurveKernel.Scalar, points, scalar, expected, 1);
        Curve25519.Multiply((CurveKernel)kernel, points, scalar, products, parallelism);
        Assert.Equal(expected, products);
        Curve25519.Multiply((CurveKernel)kernel, points, scalar, points, parallelism);  // in place
        Assert.Equal(expected, points);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Mapped_pairs_are_those_of_the_scalar_form(int kernel, int length, int parallelism)
    {
        var elements = Elements(RandomSource.Seeded(length), 2 * length);
        if (length > 2) elements.AsSpan(0, 32).CopyTo(elements.AsSpan(32));             // both of a pair the same: the sum is a double
        byte[] expected = new byte[32 * length], points = new byte[32 * length];
        Curve25519.MapPairsToSubgroup(CurveKernel.Scalar, elements, expected, 1);
        Curve25519.MapPairsToSubgroup((CurveKernel)kernel, elements, points, parallelism);
        Assert.Equal(expected, points);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_first_invalid_point_is_that_of_the_scalar_form(int kernel, int length, int parallelism)
    {
        var random = RandomSource.Seeded(length);
        var valid = new byte[32 * length];
        Curve25519.MapPairsToSubgroup(CurveKernel.Scalar, Elements(random, 2 * length), valid, 1);
        Assert.Equal(-1, Curve25519.IndexOfInvalid((CurveKernel)kernel, valid, parallelism));
        foreach (var bad in new[] { BigInteger.Zero, 2, AffineCurve25519.P, AffineCurve25519.P - 1, BigInteger.Pow(2, 255) + 9 })
        {
            for (var at = 0; at < length; at += 1 + length / 5)
            {
                byte[] points = [.. valid];
                AffineCurve25519.Encode(bad).CopyTo(points, 32 * at);
                AffineCurve25519.Encode(2).CopyTo(points, points.Length - 32);          // another one at the end
                Assert.Equal(at, Curve25519.IndexOfInvalid((CurveKernel)kernel, points, parallelism));
            }
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Edges_of_field_and_scalar_equal_chord_and_tangent(int kernel)
    {
        BigInteger[] scalars = [0, 1, 2, 8, AffineCurve25519.Order, 8 * AffineCurve25519.Order - 8, (BigInteger.One << 255) - 1, (BigInteger.One << 256) - 1];
        BigInteger limb = BigInteger.One << 51, half = limb >> 1;
        var edges = from a in new[] { 0, 1, half - 1, half, half + 1, limb - 1 }
                    from b in new[] { 0, half - 1, half, limb - 1 }
                    select (a + b * limb + a * BigInteger.Pow(limb, 2) + b * BigInteger.Pow(limb, 3) + a * BigInteger.Pow(limb, 4)) % AffineCurve25519.P;
        BigInteger[] xs = [0, 1, 9, AffineCurve25519.P - 1, AffineCurve25519.P - 9, .. edges];
        byte[] points = [.. xs.SelectMany(AffineCurve25519.Encode)];
        foreach (var scalar in scalars)
        {
            var products = new byte[points.Length];
            Curve25519.Multiply((CurveKernel)kernel, points, AffineCurve25519.Encode(scalar), products, 1);
            for (var i = 0; i < xs.Length; i++)
            {
                if (xs[i] == 0 || AffineCurve25519.Lift(xs[i]) is not { } point) continue;
                var expected = AffineCurve25519.Multiply(scalar, point)?.X ?? 0;
                Assert.Equal(expected, AffineCurve25519.Decode(products.AsSpan(32 * i, 32)));
            }
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Many_runs_in_a_row_have_the_one_known_result(int kernel)
    {
        // An accumulated hash: 64 points under 40 scalars in a row, 2560 products. The value comes from a ladder on Python integers.
        var points = Elements(RandomSource.Seeded(77), 64);
        var scalars = RandomSource.Seeded(78);
        for (var run = 0; run < 40; run++) Curve25519.Multiply((CurveKernel)kernel, points, scalars.Bytes(32), points, 1);
        Assert.Equal(AccumulatedProducts, Digest.Sha256(points).ToString());
    }

    private const string AccumulatedProducts = "601c7b3b105703221e5d07879dcfd0c210a534327cced910424896f72a52cdc3";

    private static byte[] Elements(RandomSource random, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(_ => AffineCurve25519.Encode(AffineCurve25519.Decode(random.Bytes(32)) % AffineCurve25519.P))];
}

using System.Numerics;
using System.Runtime.Intrinsics;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

/// <summary>The lanes at the bounds that their documentation promises: tight and loose limbs of the largest magnitude, either sign.</summary>
public class FieldLanesTests
{
    private const double Tight = (1L << 50) + (1L << 14);
    private const double Loose = (1L << 51) + (1L << 15);

    /// <summary>The scalar form is always there, so the table is never empty.</summary>
    public static IEnumerable<TheoryDataRow<int>> Kernels =>
        from kernel in Enum.GetValues<CurveKernel>() where CurveKernels.IsSupported(kernel) select new TheoryDataRow<int>((int)kernel);

    [Theory, MemberData(nameof(Kernels))]
    public void Extreme_limbs_multiply_exactly_and_come_out_tight(int kernel)
    {
        switch ((CurveKernel)kernel)
        {
            case CurveKernel.Lanes256:
                Check<Vector256<double>, Lanes256>();
                break;
            case CurveKernel.Lanes512:
                Check<Vector512<double>, Lanes512>();
                break;
            default:
                Assert.Equal(0UL, (-Field25519.One).IsZero());
                break;
        }
    }

    private static unsafe void Check<TVector, TLanes>()
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(6)];
        TVector* a = FieldLanes<TVector, TLanes>.Align(room), b = a + 5, result = a + 10, columns = a + 15, others = a + 20, second = a + 25;
        var random = RandomSource.Seeded(31);
        for (var round = 0; round < 200; round++)
        {
            var (x, y) = (Extremes(random, Tight, round), Extremes(random, Loose, round / 8));
            Put<TVector, TLanes>(x, a);
            Put<TVector, TLanes>(y, b);

            FieldLanes<TVector, TLanes>.Multiply(a, b, result);
            Expect<TVector, TLanes>(Value(x) * Value(y), result);
            FieldLanes<TVector, TLanes>.Multiply(b, a, result);
            Expect<TVector, TLanes>(Value(x) * Value(y), result);
            FieldLanes<TVector, TLanes>.Square(a, result);
            Expect<TVector, TLanes>(Value(x) * Value(x), result);
            FieldLanes<TVector, TLanes>.AddMultiple(a, MontgomeryLadder.A, b, result);
            Expect<TVector, TLanes>(Value(x) + MontgomeryLadder.A * Value(y), result);
            FieldLanes<TVector, TLanes>.Tighten(b, result);
            Expect<TVector, TLanes>(Value(y), result);

            FieldLanes<TVector, TLanes>.MultiplyToColumns(a, b, columns);
            FieldLanes<TVector, TLanes>.SquareToColumns(a, others);
            FieldLanes<TVector, TLanes>.CarrySumAndDifference(columns, others, result, second);
            Expect<TVector, TLanes>(Value(x) * Value(y) + Value(x) * Value(x), result);
            Expect<TVector, TLanes>(Value(x) * Value(y) - Value(x) * Value(x), second);
        }
    }

    /// <summary>Five limbs at the bound; in the first rounds every pattern of signs, later some of them less by a little.</summary>
    private static double[] Extremes(RandomSource random, double bound, int round)
    {
        var limbs = new double[5];
        for (var i = 0; i < 5; i++)
        {
            var less = round < 32 ? 0 : random.NextUInt64() % 5;
            limbs[i] = (round >> i & 1) == 0 ? bound - less : less - bound;
        }

        return limbs;
    }

    private static BigInteger Value(double[] limbs) => limbs.Select((limb, i) => new BigInteger(limb) << (51 * i)).Aggregate(BigInteger.Add);

    private static unsafe void Put<TVector, TLanes>(double[] limbs, TVector* element)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        for (var i = 0; i < limbs.Length; i++) element[i] = TLanes.Create(limbs[i]);
    }

    private static unsafe void Expect<TVector, TLanes>(BigInteger value, TVector* element)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            var limbs = new double[5];
            for (var i = 0; i < limbs.Length; i++) limbs[i] = ((double*)element)[i * TLanes.Count + lane];
            Assert.All(limbs, limb => Assert.InRange(limb, -Tight, Tight));
            Assert.Equal(AffineCurve25519.Mod(value), AffineCurve25519.Mod(Value(limbs)));
            var bytes = new byte[32];
            FieldLanes<TVector, TLanes>.Extract(element, lane).Encode(bytes);
            Assert.Equal(AffineCurve25519.Mod(value), AffineCurve25519.Decode(bytes));
        }
    }
}

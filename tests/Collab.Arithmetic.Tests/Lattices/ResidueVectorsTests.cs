using System.Numerics;
using Collab.Arithmetic.Lattices;

namespace Collab.Arithmetic.Tests.Lattices;

public class ResidueVectorsTests
{
    private static readonly ResidueModulus[] Moduli = [new(3), new(65537), new(NttPrimes.Largest(36, 4096, 1)[0]), new(NttPrimes.Largest(48, 1024, 1)[0])];
    private static readonly int[] Lengths = [0, 1, 3, 4, 5, 7, 8, 9, 33, 65];

    [Fact]
    public void Sums_differences_and_products_are_those_of_integers()
    {
        Check<AddResidues>((x, y, d, c, p) => (x + y) % p);
        Check<SubtractResidues>((x, y, d, c, p) => (x - y + p) % p);
        Check<MultiplyResidues>((x, y, d, c, p) => x * y % p);
        Check<ScaleResidues>((x, y, d, c, p) => x * c % p);
        Check<ScaleDifference>((x, y, d, c, p) => (((x - y) * c % p) + p) % p);
        Check<NormalizeResidues>((x, y, d, c, p) => x % p);
    }

    [Fact]
    public void What_is_not_reduced_is_congruent_and_within_its_bound()
    {
        Check<AccumulateProduct>((x, y, d, c, p) => (d + (x * y)) % p, (before, after, p) => Math.Abs(after - before) <= 0.75 * p);
        Check<AccumulateScaled>((x, y, d, c, p) => (d + (x * c)) % p, (before, after, p) => Math.Abs(after - before) <= 0.75 * p);
        Check<ScaleCentered>((x, y, d, c, p) => x * c % p, (_, after, p) => Math.Abs(after) <= 0.75 * p);
        Check<CenterResidues>((x, y, d, c, p) => x % p, (_, after, p) => Math.Abs(after) <= (p / 2) + 1);
    }

    [Fact]
    public void Lengths_and_constants_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ResidueVectors.Add(new double[2], new double[3], new double[3], Moduli[0]));
        Assert.Throws<ArgumentException>(() => ResidueVectors.Scale(new double[3], 3, new double[3], Moduli[0]));
    }

    private delegate BigInteger Formula(BigInteger x, BigInteger y, BigInteger d, BigInteger c, BigInteger p);

    // Every width at every length, extremes first, against big integers; and the widths against each other bit by bit.
    private static void Check<TOperator>(Formula formula, Func<double, double, double, bool>? bound = null)
        where TOperator : struct, IResidueOperator
    {
        foreach (var p in Moduli)
        {
            foreach (var length in Lengths)
            {
                var random = new Random(length);
                double[] Draw(int edge) => [.. Enumerable.Range(0, length).Select(i => i == edge ? p.Value - 1 : (double)random.NextInt64((long)p.Value))];
                double[] x = Draw(0), y = Draw(0), d = Draw(1);
                var c = (ulong)random.NextInt64((long)p.Value);
                double[]? scalar = null;
                foreach (var kernel in Enum.GetValues<VectorKernel>().Where(ResidueKernels.IsSupported))
                {
                    double[] result = [.. d];
                    ResidueVectors.Apply<TOperator>(kernel, x, y, result, p, c);
                    Assert.Equal(scalar ??= result, result);
                }

                for (var i = 0; i < length; i++)
                {
                    var expected = formula((BigInteger)x[i], (BigInteger)y[i], (BigInteger)d[i], c, p.Value);
                    if (bound is null) Assert.Equal((double)expected, scalar![i]);
                    else
                    {
                        Assert.Equal(expected, p.ReduceVariableTime((BigInteger)scalar![i]));
                        Assert.True(bound(d[i], scalar[i], p.Value));
                    }
                }
            }
        }
    }
}

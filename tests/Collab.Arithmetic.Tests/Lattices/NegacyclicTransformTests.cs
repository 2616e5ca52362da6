using System.Numerics;
using Collab.Arithmetic.Lattices;

namespace Collab.Arithmetic.Tests.Lattices;

public class NegacyclicTransformTests
{
    public static IEnumerable<TheoryDataRow<int, int, int>> Cases() =>
        from kernel in Enum.GetValues<VectorKernel>()
        where ResidueKernels.IsSupported(kernel)
        from degree in new[] { 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 }
        from bits in new[] { 20, 47, 48 }
        where bits != 20 || degree <= 4096
        select new TheoryDataRow<int, int, int>((int)kernel, degree, bits);

    [Theory, MemberData(nameof(Cases))]
    public void Every_width_gives_the_bits_of_the_scalar_one_and_comes_back(int kernel, int degree, int bits)
    {
        var modulus = new ResidueModulus(NttPrimes.Largest(bits, degree, 1)[0]);
        var transform = new NegacyclicTransform((VectorKernel)kernel, modulus, degree);
        var scalar = new NegacyclicTransform(VectorKernel.Scalar, modulus, degree);
        foreach (var values in Inputs(modulus, degree))
        {
            double[] expected = [.. values], actual = [.. values];
            scalar.Forward(expected);
            transform.Forward(actual);
            Assert.Equal(expected, actual);
            Assert.All(actual, value => Assert.True(value >= 0 && value < modulus.Value && !double.IsNegative(value)));
            transform.Inverse(actual);
            Assert.Equal(values.Select(value => value < 0 ? value + modulus.Value : value == modulus.Value ? 0 : value), actual);
        }
    }

    [Theory]
    [InlineData(16, 48)]
    [InlineData(1024, 48)]
    [InlineData(4096, 36)]
    [InlineData(32768, 48)]
    public void A_place_holds_the_value_at_its_power_of_the_root(int degree, int bits)
    {
        var modulus = new ResidueModulus(NttPrimes.Largest(bits, degree, 2)[1]);
        var transform = new NegacyclicTransform(modulus, degree);
        var values = Inputs(modulus, degree).Last();
        double[] evaluations = [.. values];
        transform.Forward(evaluations);
        foreach (var place in new[] { 0, 1, 2, 7, degree / 2, degree - 1 })
        {
            var exponent = NegacyclicTransform.ExponentAt(place, degree);
            Assert.Equal(place, NegacyclicTransform.PlaceOf(exponent, degree));
            var point = modulus.PowerVariableTime(transform.Root, (ulong)exponent);
            var sum = 0UL;
            for (var i = degree - 1; i >= 0; i--) sum = (ulong)(((UInt128)sum * point + (ulong)values[i]) % modulus.Value);
            Assert.Equal(sum, evaluations[place]);
        }
    }

    [Theory]
    [InlineData(64, 48)]
    [InlineData(1024, 47)]
    public void Products_of_evaluations_are_the_negacyclic_products(int degree, int bits)
    {
        var modulus = new ResidueModulus(NttPrimes.Largest(bits, degree, 1)[0]);
        var transform = new NegacyclicTransform(modulus, degree);
        double[] x = Inputs(modulus, degree).Last(), y = Inputs(modulus, degree).ElementAt(4), product = new double[degree];
        var expected = Enumerable.Range(0, degree).Select(k =>
        {
            var sum = BigInteger.Zero;
            for (var i = 0; i < degree; i++)
            {
                var term = (BigInteger)x[i] * (BigInteger)y[(k - i + degree) % degree];
                sum += i <= k ? term : -term;
            }

            return (double)modulus.ReduceVariableTime(sum);
        });
        double[] fx = [.. x], fy = [.. y];
        transform.Forward(fx);
        transform.Forward(fy);
        ResidueVectors.Multiply(fx, fy, product, modulus);
        transform.Inverse(product);
        Assert.Equal(expected, product);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(65536)]
    public void A_degree_that_does_not_fit_is_refused(int degree) =>
        Assert.Throws<ArgumentException>(() => new NegacyclicTransform(new ResidueModulus(65537), degree));

    [Fact]
    public void A_modulus_without_the_root_or_a_span_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new NegacyclicTransform(new ResidueModulus(97), 64));
        var transform = new NegacyclicTransform(new ResidueModulus(65537), 64);
        Assert.Throws<ArgumentException>(() => transform.Forward(new double[63]));
        Assert.Throws<ArgumentException>(() => transform.Inverse(new double[128]));
    }

    // Zeros, the extremes of the allowed range in the patterns that grow most, and random residues.
    internal static IEnumerable<double[]> Inputs(ResidueModulus modulus, int degree)
    {
        double p = modulus.Value;
        yield return new double[degree];
        yield return [.. Enumerable.Repeat(p - 1, degree)];
        yield return [.. Enumerable.Repeat(-p + 1, degree)];
        yield return [.. Enumerable.Range(0, degree).Select(i => i % 2 == 0 ? p : -p + 1)];
        foreach (var seed in new[] { 1, 2 })
        {
            var random = new Random(seed);
            yield return [.. Enumerable.Range(0, degree).Select(_ => (double)random.NextInt64((long)modulus.Value))];
        }
    }
}

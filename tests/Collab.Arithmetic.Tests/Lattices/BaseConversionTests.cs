using System.Numerics;
using Collab.Arithmetic.Lattices;

namespace Collab.Arithmetic.Tests.Lattices;

public class BaseConversionTests
{
    [Theory]
    [InlineData(1, 48, 3)]
    [InlineData(3, 36, 4)]
    [InlineData(5, 43, 1)]
    [InlineData(19, 48, 20)]
    public void Numbers_about_zero_keep_their_value(int from, int bits, int to)
    {
        ResidueModulus[] source = [.. NttPrimes.Largest(bits, 1024, from).Select(q => new ResidueModulus(q))];
        ResidueModulus[] target = [.. NttPrimes.Largest(47, 1024, to).Append(65537UL).Select(p => new ResidueModulus(p))];
        var product = source.Aggregate(BigInteger.One, (q, modulus) => q * modulus.Value);
        var random = new Random(from);
        BigInteger Draw()
        {
            var bytes = new byte[(bits * from / 8) + 9];
            random.NextBytes(bytes);
            return (new BigInteger(bytes, isUnsigned: true) % (product - (product >> 40))) - ((product - (product >> 40)) / 2);
        }

        var largest = (product - (product >> 40)) / 2;
        BigInteger[] numbers = [0, 1, -1, largest, -largest, .. Enumerable.Range(0, 140).Select(_ => Draw())];
        double[] x = [.. source.SelectMany(q => numbers.Select(number => (double)q.ReduceVariableTime(number)))];
        var expected = target.SelectMany(p => numbers.Select(number => (double)p.ReduceVariableTime(number))).ToArray();
        var conversion = new BaseConversion(source, target);
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(ResidueKernels.IsSupported))
        {
            var d = new double[target.Length * numbers.Length];
            conversion.Convert(kernel, x, d, numbers.Length);
            Assert.Equal(expected, d);
        }
    }

    [Fact]
    public void Numbers_at_half_the_product_stay_congruent_and_small()
    {
        ResidueModulus[] source = [.. NttPrimes.Largest(48, 1024, 3).Select(q => new ResidueModulus(q))];
        ResidueModulus[] target = [.. NttPrimes.Largest(47, 1024, 4).Select(p => new ResidueModulus(p))];
        var product = source.Aggregate(BigInteger.One, (q, modulus) => q * modulus.Value);
        BigInteger[] numbers = [product / 2, (product / 2) + 1, -(product / 2)];
        double[] x = [.. source.SelectMany(q => numbers.Select(number => (double)q.ReduceVariableTime(number)))];
        var d = new double[target.Length * numbers.Length];
        new BaseConversion(source, target).Convert(x, d, numbers.Length);
        for (var n = 0; n < numbers.Length; n++)
        {
            var candidates = new[] { numbers[n], numbers[n] - product, numbers[n] + product }.Where(c => BigInteger.Abs(c) <= (product / 2) + 1);
            Assert.Contains(candidates, c => target.Select((p, j) => (double)p.ReduceVariableTime(c) == d[(j * numbers.Length) + n]).All(same => same));
        }
    }

    [Theory] // the widths, whole tiles and their borders
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(65)]
    public void Every_width_gives_the_bits_of_the_scalar_one_also_for_the_largest_sums(int count)
    {
        ResidueModulus[] source = [.. NttPrimes.Largest(48, 1024, 20).Select(q => new ResidueModulus(q))];
        ResidueModulus[] target = [.. NttPrimes.Largest(48, 1024, 22)[20..].Append(97UL).Select(p => new ResidueModulus(p))];
        var conversion = new BaseConversion(source, target);
        var (random, results) = (new Random(count), new List<double[]>());
        double[] x = [.. source.SelectMany(q => Enumerable.Range(0, count).Select(i => i % 3 == 0 ? (double)(q.Value / 2) : random.NextInt64((long)q.Value)))];
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(ResidueKernels.IsSupported))
        {
            results.Add(new double[target.Length * count]);
            conversion.Convert(kernel, x, results[^1], count);
            Assert.Equal(results[0], results[^1]);
        }
    }

    [Fact]
    public void A_base_without_primes_or_with_one_twice_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new BaseConversion([], [new(97)]));
        Assert.Throws<ArgumentException>(() => new BaseConversion([new(97), new(97)], [new(101)]));
        Assert.Throws<ArgumentException>(() => new BaseConversion([new(97)], [new(101)]).Convert(new double[3], new double[4], 3));
    }
}

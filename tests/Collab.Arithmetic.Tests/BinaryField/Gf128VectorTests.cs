using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Tests.BinaryField;

/// <summary>Every kernel that this processor runs returns the bits of the scalar loop.</summary>
public class Gf128VectorTests
{
    /// <summary>Lengths about one vector and several vectors, at two and at four lanes.</summary>
    private static readonly int[] Lengths = [0, 1, 2, 3, 4, 5, 7, 17, 33, 34, 100];

    public static IEnumerable<TheoryDataRow<int, int>> Cases =>
        from kernel in Enum.GetValues<VectorKernel>()
        where kernel <= Gf128Vector.Best
        from length in Lengths
        select new TheoryDataRow<int, int>((int)kernel, length);

    [Theory, MemberData(nameof(Cases))]
    public void Every_operation_is_that_of_the_elements(int kernel, int length)
    {
        var random = new Random(length);
        var (x, y, z) = (Elements(random, length), Elements(random, length), Elements(random, length));
        var factor = Elements(random, 1)[0];
        var width = (VectorKernel)kernel;
        var d = new Gf128[length];
        Gf128Vector.Add(width, x, y, d);
        Assert.Equal(x.Zip(y, (a, b) => a + b), d);
        Gf128Vector.Multiply(width, x, y, d);
        Assert.Equal(x.Zip(y, (a, b) => a * b), d);
        Gf128Vector.Multiply(width, x, factor, d);
        Assert.Equal(x.Select(a => a * factor), d);
        z.CopyTo(d, 0);
        Gf128Vector.MultiplyAdd(width, x, factor, d);
        Assert.Equal(x.Zip(z, (a, c) => c + a * factor), d);
        z.CopyTo(d, 0);
        Gf128Vector.MultiplyAdd(width, x, y, d);
        Assert.Equal(x.Zip(y, (a, b) => a * b).Zip(z, (p, c) => p + c), d);
        Assert.Equal(x.Zip(y, (a, b) => a * b).Aggregate(Gf128.Zero, (a, b) => a + b), Gf128Vector.InnerProduct(width, x, y));
        foreach (var degree in new[] { 0, 1, 4 })
        {
            z.CopyTo(d, 0);
            var coefficients = Elements(random, degree);
            Gf128Vector.AddPolynomial(width, x, coefficients, d);
            Assert.Equal(x.Zip(z, (a, c) => coefficients.Reverse().Aggregate(Gf128.Zero, (sum, k) => (sum + k) * a) + c), d);
        }

        var before = x.ToArray();
        Gf128Vector.Multiply(width, x, x, x);                                           // in place
        Assert.Equal(before.Select(a => a * a), x);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_field_s_laws_hold_for_extreme_words(int kernel, int length)
    {
        ulong[] words = [0, 1, 0x87, 1UL << 63, ulong.MaxValue];
        var edges = (from low in words from high in words select new Gf128(low, high)).ToArray();
        var x = Enumerable.Range(0, length).Select(i => edges[i % edges.Length]).ToArray();
        foreach (var edge in edges)
        {
            var d = new Gf128[length];
            Gf128Vector.Multiply((VectorKernel)kernel, x, edge, d);
            Assert.Equal(x.Select(a => Slow(a, edge)), d);
        }
    }

    [Fact]
    public void An_element_times_its_inverse_is_one()
    {
        Assert.Equal(Gf128.Zero, Gf128.Zero.Inverse());
        Assert.All(Elements(new Random(3), 20), a => Assert.Equal(Gf128.One, a * a.Inverse()));
    }

    [Fact]
    public void Vectors_of_different_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Gf128Vector.Add(new Gf128[2], new Gf128[3], new Gf128[3]));
        Assert.Throws<ArgumentException>(() => Gf128Vector.Multiply(new Gf128[3], new Gf128[3], new Gf128[2]));
        Assert.Throws<ArgumentException>(() => Gf128Vector.Multiply(new Gf128[3], Gf128.One, new Gf128[2]));
        Assert.Throws<ArgumentException>(() => Gf128Vector.MultiplyAdd(new Gf128[3], Gf128.One, new Gf128[2]));
        Assert.Throws<ArgumentException>(() => Gf128Vector.MultiplyAdd(new Gf128[3], new Gf128[2], new Gf128[3]));
        Assert.Throws<ArgumentException>(() => Gf128Vector.InnerProduct(new Gf128[3], new Gf128[2]));
    }

    internal static Gf128[] Elements(Random random, int count)
    {
        var elements = new Gf128[count];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(elements.AsSpan()));
        return elements;
    }

    private static Gf128 Slow(Gf128 a, Gf128 b)
    {
        var sum = Gf128.Zero;
        for (var i = 0; i < 128; i++)
        {
            if (((i < 64 ? b.Low >> i : b.High >> (i - 64)) & 1) == 1) sum += a;
            a = new Gf128((a.Low << 1) ^ ((a.High >> 63) * 0x87), (a.High << 1) | (a.Low >> 63));
        }

        return sum;
    }
}

using System.Text.Json.Nodes;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

public class RistrettoPointTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "rfc9496-ristretto255.json")))!;

    public static TheoryData<int, string> Multiples()
    {
        var data = new TheoryData<int, string>();
        foreach (var (index, multiple) in Vectors["multiples"]!.AsArray().Index()) data.Add(index, (string)multiple!);
        return data;
    }

    public static TheoryData<string, string> Invalid()
    {
        var data = new TheoryData<string, string>();
        foreach (var one in Vectors["invalid"]!.AsArray()) data.Add((string)one!["why"]!, (string)one["bytes"]!);
        return data;
    }

    public static TheoryData<string, string> OneWayMap()
    {
        var data = new TheoryData<string, string>();
        foreach (var one in Vectors["oneWayMap"]!.AsArray()) data.Add((string)one!["uniform"]!, (string)one["element"]!);
        return data;
    }

    [Theory, MemberData(nameof(Multiples))]
    public void Multiples_of_the_generator_are_those_of_rfc_9496(int multiple, string encoding)
    {
        var sum = RistrettoPoint.Neutral;
        for (var i = 0; i < multiple; i++) sum += RistrettoPoint.Generator;
        var scalar = RistrettoScalar.From((ulong)multiple);

        Assert.Equal(encoding, Hex(sum));
        Assert.Equal(encoding, Hex(scalar * RistrettoPoint.Generator));
        Assert.Equal(encoding, Hex(RistrettoPoint.MultiplyGenerator(scalar)));
        Assert.True(RistrettoPoint.TryDecode(Convert.FromHexString(encoding), out var decoded));
        Assert.Equal(encoding, Hex(decoded));
        Assert.True(decoded.Equals(sum));
        Assert.Equal(multiple == 0 ? 1UL : 0, decoded.IsNeutral());
    }

    [Theory, MemberData(nameof(Invalid))]
    public void What_rfc_9496_calls_invalid_is_refused(string why, string encoding)
    {
        Assert.NotEmpty(why);
        Assert.False(RistrettoPoint.TryDecode(Convert.FromHexString(encoding), out var point));
        Assert.Equal(1UL, point.IsNeutral());
    }

    [Theory, InlineData(0), InlineData(31), InlineData(33)]
    public void Another_number_of_bytes_is_refused(int size) => Assert.False(RistrettoPoint.TryDecode(new byte[size], out _));

    [Theory, MemberData(nameof(OneWayMap))]
    public void Uniform_bytes_map_as_in_rfc_9496(string uniform, string encoding) =>
        Assert.Equal(encoding, Hex(RistrettoPoint.FromUniformBytes(Convert.FromHexString(uniform))));

    [Fact]
    public void Multiplication_is_linear_and_one_for_both_forms()
    {
        var random = RandomSource.Seeded(3);
        for (var i = 0; i < 20; i++)
        {
            RistrettoScalar a = RistrettoScalar.Random(random), b = RistrettoScalar.Random(random);
            var p = RistrettoPoint.FromUniformBytes(random.Bytes(64));
            Assert.Equal(Hex(a * p + b * p), Hex((a + b) * p));
            Assert.Equal(Hex(a * (b * p)), Hex(a * b * p));
            Assert.Equal(Hex(a * p - b * p), Hex((a - b) * p));
            Assert.Equal(Hex(p), Hex(a.Invert() * (a * p)));
            Assert.Equal(Hex(a * RistrettoPoint.Generator), Hex(RistrettoPoint.MultiplyGenerator(a)));
            Assert.Equal(Hex(RistrettoPoint.Neutral), Hex(p - p));
            Assert.Equal(Hex(p + p + p), Hex(RistrettoScalar.From(3) * p));
            Assert.True(RistrettoPoint.TryDecode((a * p).ToArray(), out var again));
            Assert.True(again.Equals(a * p));
            Assert.False(again.Equals(b * p));
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(3), InlineData(4), InlineData(5), InlineData(7), InlineData(8), InlineData(9), InlineData(65)]
    public void All_kernels_give_the_same_elements(int count)
    {
        var random = RandomSource.Seeded(7);
        RistrettoScalar[] edges = [RistrettoScalar.Zero, RistrettoScalar.One, -RistrettoScalar.One, RistrettoScalar.From(8), RistrettoScalar.From(0x8888888888888888)];
        RistrettoScalar[] scalars = [.. Enumerable.Range(0, count).Select(i => i < edges.Length ? edges[i] : RistrettoScalar.Random(random))];
        RistrettoPoint[] points = [.. Enumerable.Range(0, count).Select(i => i == 6 ? RistrettoPoint.Neutral : RistrettoPoint.FromUniformBytes(random.Bytes(64)))];
        string[] expected = [.. Enumerable.Range(0, count).Select(i => Hex(scalars[i] * points[i]))];
        foreach (var kernel in Enum.GetValues<CurveKernel>().Where(CurveKernels.IsSupported))
        {
            var products = new RistrettoPoint[count];
            RistrettoPoint.Multiply(kernel, scalars, points, products);
            Assert.Equal(expected, products.Select(product => Hex(product)));
            Assert.Equal(expected, products.Select(product => Hex(product + points[0] - points[0])));
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(7), InlineData(8), InlineData(9), InlineData(15), InlineData(16), InlineData(17), InlineData(33), InlineData(65)]
    public void Batches_give_what_one_at_a_time_gives(int count)
    {
        var random = RandomSource.Seeded(11);
        var uniform = random.Bytes(count * RistrettoPoint.UniformSize);
        RistrettoPoint[] expected = [.. Enumerable.Range(0, count).Select(i => RistrettoPoint.FromUniformBytes(uniform.AsSpan(i * 64, 64)))];
        if (count > 3) expected[3] = RistrettoPoint.Neutral;
        byte[] encodings = [.. expected.SelectMany(point => point.ToArray())];
        foreach (var kernel in Enum.GetValues<CurveKernel>().Where(CurveKernels.IsSupported))
        {
            var (points, bytes) = (new RistrettoPoint[count], new byte[count * RistrettoPoint.Size]);
            RistrettoPoint.FromUniformBytes(kernel, uniform, points);
            if (count > 3) points[3] = RistrettoPoint.Neutral;
            Assert.Equal(expected.Select(point => Hex(point)), points.Select(point => Hex(point)));
            RistrettoPoint.Encode(kernel, points, bytes);
            Assert.Equal(encodings, bytes);
            Assert.True(RistrettoPoint.TryDecode(kernel, encodings, points));
            Assert.Equal(expected.Select(point => Hex(point)), points.Select(point => Hex(point)));
        }
    }

    [Theory, MemberData(nameof(Invalid))]
    public void A_batch_with_one_invalid_encoding_is_refused_wherever_it_stands(string why, string encoding)
    {
        Assert.NotEmpty(why);
        var generator = RistrettoPoint.Generator.ToArray();
        foreach (var kernel in Enum.GetValues<CurveKernel>().Where(CurveKernels.IsSupported))
        {
            for (var place = 0; place < 34; place += 3)
            {
                byte[] bytes = [.. Enumerable.Range(0, 34).SelectMany(i => i == place ? Convert.FromHexString(encoding) : generator)];
                Assert.False(RistrettoPoint.TryDecode(kernel, bytes, new RistrettoPoint[34]));
            }
        }
    }

    [Fact]
    public void Batches_refuse_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => RistrettoPoint.TryDecode(new byte[33], new RistrettoPoint[1]));
        Assert.Throws<ArgumentException>(() => RistrettoPoint.Encode(new RistrettoPoint[2], new byte[32]));
        Assert.Throws<ArgumentException>(() => RistrettoPoint.FromUniformBytes(new byte[65], new RistrettoPoint[1]));
    }

    [Fact]
    public void The_order_of_the_group_is_that_of_the_scalars()
    {
        var last = -RistrettoScalar.One;                                                // ℓ − 1
        Assert.Equal(Hex(-RistrettoPoint.Generator), Hex(RistrettoPoint.MultiplyGenerator(last)));
        Assert.Equal(Hex(-RistrettoPoint.Generator), Hex(last * RistrettoPoint.Generator));
        Assert.Equal(1UL, (last * RistrettoPoint.Generator + RistrettoPoint.Generator).IsNeutral());
        Assert.Equal(1UL, (RistrettoScalar.Zero * RistrettoPoint.Generator).IsNeutral());
    }

    [Fact]
    public void Random_bytes_decode_to_what_encodes_as_they_do_or_to_nothing()
    {
        var random = RandomSource.Seeded(4);
        var valid = 0;
        for (var i = 0; i < 400; i++)
        {
            var bytes = random.Bytes(32);
            bytes[31] &= 0x7f;
            bytes[0] &= 0xfe;
            if (!RistrettoPoint.TryDecode(bytes, out var point)) continue;
            valid++;
            Assert.Equal(bytes, point.ToArray());
        }

        Assert.InRange(valid, 50, 150);                                                 // one in four
    }

    private static string Hex(in RistrettoPoint point) => Convert.ToHexStringLower(point.ToArray());
}

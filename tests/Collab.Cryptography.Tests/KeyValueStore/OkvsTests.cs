using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.KeyValueStore;

public class OkvsTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 2 }, { 63, 1 }, { 64, 1 }, { 65, 1 }, { 66, 1 }, { 100, 1 }, { 257, 2 }, { 1 << 10, 1 }, { 10_000, 1 },
        { 49_152, 1 }, { 49_153, 1 }, { 150_000, 2 }, { 300_000, 3 },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void Decoding_undoes_encoding_and_other_keys_get_other_values(int count, int parallelism)
    {
        var random = new Random(count);
        var parameters = OkvsParameters.Create(count);
        var (keys, values, others) = (Elements(random, count), Elements(random, count), Elements(random, 1_000));
        var (seed, store) = (Elements(random, 1)[0], new Gf128[parameters.Size]);
        Assert.True(Okvs.TryEncode(parameters, seed, keys, values, RandomSource.Seeded(count), store, parallelism));
        var decoded = new Gf128[count];
        Okvs.Decode(parameters, seed, keys, store, decoded, parallelism);
        Assert.Equal(values, decoded);
        var strangers = new Gf128[others.Length];
        Okvs.Decode(parameters, seed, others, store, strangers, parallelism);
        if (count > 0) Assert.Empty(strangers.Intersect(values));
        AssertLooksUniform(strangers);
    }

    [Theory]
    [InlineData(5), InlineData(80), InlineData(3_000), InlineData(120_000)]
    public void Sorted_keys_serve_several_encodings_and_decodings(int count)
    {
        var random = new Random(count);
        var parameters = OkvsParameters.Create(count);
        using var keys = OkvsKeys.Sort(parameters, Elements(random, 1)[0], Elements(random, count), 2);
        Gf128[] first = Elements(random, count), second = Elements(random, count), store = new Gf128[parameters.Size], sum = new Gf128[parameters.Size];
        Assert.True(Okvs.TryEncode(keys, first, RandomSource.Seeded(1), store));
        Assert.True(Okvs.TryEncode(keys, second, RandomSource.Seeded(2), sum));
        Gf128Vector.Add(store, sum, sum);
        var decoded = new Gf128[count];
        Okvs.Decode(keys, sum, decoded, 2);                                             // linear: the store of a sum
        Assert.Equal(first.Zip(second, (a, b) => a + b), decoded);
        Okvs.Decode(keys, store, decoded);
        Assert.Equal(first, decoded);
    }

    [Fact]
    public void A_store_is_the_same_whatever_the_threads()
    {
        const int count = 200_000;
        var random = new Random(1);
        var parameters = OkvsParameters.Create(count);
        var (keys, values, seed) = (Elements(random, count), Elements(random, count), Elements(random, 1)[0]);
        Gf128[] one = new Gf128[parameters.Size], three = new Gf128[parameters.Size];
        Assert.True(Okvs.TryEncode(parameters, seed, keys, values, RandomSource.Seeded(1), one, 1));
        Assert.True(Okvs.TryEncode(parameters, seed, keys, values, RandomSource.Seeded(1), three, 3));
        Assert.Equal(one, three);
    }

    [Theory]
    [InlineData(1), InlineData(64), InlineData(100), InlineData(2_000), InlineData(60_000)]
    public void A_store_of_random_values_looks_uniform(int count)
    {
        var random = new Random(count);
        var parameters = OkvsParameters.Create(count);
        var (keys, seed) = (Elements(random, count), Elements(random, 1)[0]);
        var stores = new List<Gf128>();
        for (var run = 0; stores.Count < 20_000; run++)
        {
            var store = new Gf128[parameters.Size];
            Assert.True(Okvs.TryEncode(parameters, seed, keys, Elements(random, count), RandomSource.Seeded(run), store));
            stores.AddRange(store);
        }

        AssertLooksUniform([.. stores]);
    }

    [Fact]
    public void Rows_are_those_of_the_plain_model()
    {
        // The model builds each row in full from the spec's text and multiplies it out; it shares nothing but the field and the class library's AES.
        foreach (var count in new[] { 1, 10, 64, 65, 200, 1_000, 50_000 })
        {
            var random = new Random(count);
            var parameters = OkvsParameters.Create(count);
            var (keys, seed, store) = (Elements(random, 50), Elements(random, 1)[0], Elements(random, (int)parameters.Size));
            var decoded = new Gf128[keys.Length];
            Okvs.Decode(parameters, seed, keys, store, decoded);
            for (var i = 0; i < keys.Length; i++) Assert.Equal(PlainOkvs.Decode(parameters, seed, keys[i], store), decoded[i]);
        }
    }

    [Theory]
    [InlineData(1), InlineData(7), InlineData(64), InlineData(70), InlineData(150)]
    public void The_dense_solution_of_the_plain_model_decodes(int count)
    {
        var random = new Random(count);
        var parameters = OkvsParameters.Create(count);
        var (keys, values, seed) = (Elements(random, count), Elements(random, count), Elements(random, 1)[0]);
        var store = PlainOkvs.Solve(parameters, seed, keys, values);
        var decoded = new Gf128[count];
        Okvs.Decode(parameters, seed, keys, store, decoded);
        Assert.Equal(values, decoded);
    }

    [Fact]
    public void Sizes_are_those_of_the_derivation()
    {
        var derived = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "okvs-parameters.json")))!;
        foreach (var row in derived["cases"]!.AsArray())
        {
            var parameters = OkvsParameters.Create((long)row!["itemCount"]!, (int)derived["statisticalBits"]!);
            Assert.Equal(
                ((int)row["bins"]!, (int)row["sparse"]!, (int)row["dense"]!, (long)row["size"]!),
                (parameters.BinCount, parameters.SparseCount, parameters.DenseCount, parameters.Size));
        }
    }

    [Fact]
    public void Equal_keys_with_different_values_are_not_encoded()
    {
        foreach (var count in new[] { 2, 100, 5_000, 60_000 })
        {
            var random = new Random(count);
            var parameters = OkvsParameters.Create(count);
            var keys = Elements(random, count);
            keys[^1] = keys[0];
            Assert.False(Okvs.TryEncode(parameters, Gf128.One, keys, Elements(random, count), RandomSource.Seeded(1), new Gf128[parameters.Size]));
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var parameters = OkvsParameters.Create(100);
        Gf128[] keys = Elements(new Random(1), 100), values = new Gf128[100], store = new Gf128[parameters.Size];
        var random = RandomSource.Seeded(1);
        Assert.Throws<ArgumentException>(() => Okvs.TryEncode(parameters, default, keys.AsSpan(1), values, random, store));
        Assert.Throws<ArgumentException>(() => Okvs.TryEncode(parameters, default, keys, values.AsSpan(1), random, store));
        Assert.Throws<ArgumentException>(() => Okvs.TryEncode(parameters, default, keys, values, random, store.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => Okvs.Decode(parameters, default, keys, store.AsSpan(1), values));
        Assert.Throws<ArgumentException>(() => Okvs.Decode(parameters, default, keys, store, values.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Okvs.Decode(parameters, default, keys, store, values, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => OkvsParameters.Create(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => OkvsParameters.Create(1, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => OkvsParameters.Create(1, 81));
        Assert.Throws<ArgumentOutOfRangeException>(() => OkvsParameters.Create(long.MaxValue));
    }

    internal static Gf128[] Elements(Random random, int count)
    {
        var elements = new Gf128[count];
        random.NextBytes(MemoryMarshal.AsBytes(elements.AsSpan()));
        return elements;
    }

    /// <summary>Each of the 128 bits is one in half of the elements, within six standard deviations; and no two elements are equal.</summary>
    private static void AssertLooksUniform(Gf128[] elements)
    {
        Assert.Equal(elements.Length, elements.Distinct().Count());
        var tolerance = 6 * Math.Sqrt(elements.Length) / 2;
        for (var bit = 0; bit < 128; bit++)
        {
            var ones = elements.Count(element => ((bit < 64 ? element.Low >> bit : element.High >> (bit - 64)) & 1) == 1);
            Assert.InRange(ones, (elements.Length / 2.0) - tolerance, (elements.Length / 2.0) + tolerance);
        }
    }
}

using Collab.Primitives;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>Every operation of the interface against plain arithmetic, on extreme and random vectors.</summary>
public class VectorEngineTests
{
    public static TheoryData<SecurityModel, int> Sizes
    {
        get
        {
            var data = new TheoryData<SecurityModel, int>();
            foreach (var security in Enum.GetValues<SecurityModel>())
            {
                foreach (var n in new[] { 0, 1, 7, 513, 4099 }) data.Add(security, n);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Words_go_in_and_come_out(SecurityModel security, int n)
    {
        for (var owner = 0; owner < 3; owner++)
        {
            var words = Trio.Words(n, 64, owner);
            var who = owner;
            await Trio.EqualsPlainAsync(security, words, async engine =>
            {
                using var x = await engine.InputAsync(who, words);
                return await engine.OpenAsync(x);
            });
            await Trio.EqualsPlainAsync(security, [.. words.Select(w => w & 0x1fffff)], async engine =>
            {
                using var x = await engine.InputBitsAsync(engine.Parties[who], engine.Index == who ? words : default, n, 21);
                return await engine.OpenAsync(x);
            });
        }
    }

    [Theory, InlineData(SecurityModel.SemiHonest), InlineData(SecurityModel.Malicious)]
    public async Task Only_the_named_party_learns_what_is_opened(SecurityModel security)
    {
        ulong[] words = [3, ulong.MaxValue];
        for (var receiver = 0; receiver < 3; receiver++)
        {
            var who = receiver;
            var opened = await Trio.RunAsync(security, async engine =>
            {
                using var x = await engine.InputAsync(1, words);
                return await engine.OpenAsync(x, [engine.Parties[who]]);
            });
            for (var party = 0; party < 3; party++) Assert.Equal(party == who ? words : null, opened[party]);
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Local_operations_are_those_of_the_ring(SecurityModel security, int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        var plain = unchecked(x.Zip(y, (a, b) => ((a + b - (3 * a) - 7) * b) + a).ToArray());
        await Trio.EqualsPlainAsync(security, plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using var sum = SharedVectors.Add(a, b);
            using var scaled = engine.Affine(a, 3, 7);
            using var difference = SharedVectors.Subtract(sum, scaled);
            using var times = SharedVectors.MultiplyPublic(difference, y);
            using var result = engine.AddPublic(times, x);
            return await engine.OpenAsync(result);
        });
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Products_of_several_pairs_in_one_round(SecurityModel security, int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        ulong[] plain = unchecked([.. x.Zip(y, (a, b) => a * b), .. x.Select(a => a * a)]);
        await Trio.EqualsPlainAsync(security, plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(2, y);
            var products = await engine.MultiplyAsync([(a, b), (a, a)]);
            using SharedVector first = products[0], second = products[1];
            return [.. await engine.OpenAsync(first), .. await engine.OpenAsync(second)];
        });
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Sums_of_products(SecurityModel security, int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        await Trio.EqualsPlainAsync(security, unchecked([.. x.Zip(y, (a, b) => (a * b) + (b * b))]), async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(2, y);
            using var sum = await engine.SumOfProductsAsync([(a, b), (b, b)]);
            return await engine.OpenAsync(sum);
        });
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Inner_products(SecurityModel security, int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        var (xy, yy) = (0UL, 0UL);
        for (var i = 0; i < n; i++) (xy, yy) = unchecked((xy + (x[i] * y[i]), yy + (y[i] * y[i])));
        await Trio.EqualsPlainAsync(security, [xy, yy], async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(2, y);
            using var inner = await engine.InnerProductsAsync([(a, b), (b, b)]);
            return await engine.OpenAsync(inner);
        });
    }

    [Theory, InlineData(SecurityModel.SemiHonest, 1, 1, 1), InlineData(SecurityModel.SemiHonest, 3, 17, 5), InlineData(SecurityModel.SemiHonest, 4, 0, 2), InlineData(SecurityModel.Malicious, 3, 17, 5), InlineData(SecurityModel.Malicious, 4, 0, 2)]
    public async Task Matrix_products(SecurityModel security, int rows, int inner, int columns)
    {
        var (x, y) = (Trio.Words(rows * inner, 64, 1), Trio.Words(inner * columns, 64, 2));
        var plain = new ulong[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var k = 0; k < inner; k++)
                    plain[(i * columns) + j] = unchecked(plain[(i * columns) + j] + (x[(i * inner) + k] * y[(k * columns) + j]));
            }
        }

        await Trio.EqualsPlainAsync(security, plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(1, x), b = await engine.InputAsync(2, y);
            using var product = await engine.MatrixProductAsync(a, b, rows, inner, columns);
            return await engine.OpenAsync(product);
        });
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Bits_combine(SecurityModel security, int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        await Trio.EqualsPlainAsync(security, [.. x.Zip(y, (a, b) => (a & b) ^ ~a)], async engine =>
        {
            using SharedBitVector a = await engine.InputBitsAsync(engine.Parties[0], engine.Index == 0 ? x : default, n, 64);
            using SharedBitVector b = await engine.InputBitsAsync(engine.Parties[1], engine.Index == 1 ? y : default, n, 64);
            var and = await engine.AndAsync([(a, b)]);
            using var not = engine.Not(a);
            using var result = SharedVectors.Xor(and[0], not);
            and[0].Dispose();
            return await engine.OpenAsync(result);
        });
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Bits_become_words(SecurityModel security, int n)
    {
        var x = Trio.Words(n, 5, 1);
        ulong[] plain = [.. Enumerable.Range(0, 5).SelectMany(j => x.Select(w => (w >> j) & 1))];
        await Trio.EqualsPlainAsync(security, plain, async engine =>
        {
            using var bits = await engine.InputBitsAsync(engine.Parties[2], engine.Index == 2 ? x : default, n, 5);
            using var words = await engine.ToWordsAsync(bits);
            return await engine.OpenAsync(words);
        });
    }

    [Theory]
    [InlineData(SecurityModel.SemiHonest, 1)]
    [InlineData(SecurityModel.SemiHonest, 16)]
    [InlineData(SecurityModel.SemiHonest, 40)]
    [InlineData(SecurityModel.SemiHonest, 62)]
    [InlineData(SecurityModel.Malicious, 16)]
    public async Task A_shift_is_exact(SecurityModel security, int bits)
    {
        long[] extremes = [0, 1, -1, (1L << 62) - 1, -(1L << 62), 1L << (bits - 1), -(1L << (bits - 1)), (1L << bits) - 1, -(1L << bits), -(1L << bits) - 1];
        var random = RandomSource.Seeded(bits);
        long[] x = [.. extremes.Where(v => v is >= -(1L << 62) and < 1L << 62), .. Enumerable.Range(0, 3000).Select(_ => unchecked((long)random.NextUInt64()) >> 1)];
        await Trio.EqualsPlainAsync(security, [.. x.Select(v => unchecked((ulong)(v >> bits)))], async engine =>
        {
            using var shared = await engine.InputAsync(0, [.. x.Select(v => unchecked((ulong)v))]);
            using var shifted = await engine.ShiftRightAsync(shared, bits);
            return await engine.OpenAsync(shifted);
        });
    }

    [Theory, InlineData(0), InlineData(1), InlineData(513), InlineData(4099)]
    public async Task A_shuffle_keeps_rows_together_and_gives_every_party_the_same_order(int n)
    {
        ulong[] x = [.. Enumerable.Range(0, n).Select(i => (ulong)i)], y = [.. x.Select(v => unchecked(v * v))];
        var runs = await Trio.RunAsync(SecurityModel.SemiHonest, async engine =>
        {
            using SharedVector a = await engine.InputAsync(1, x), b = await engine.InputAsync(2, y);
            using var bits = await engine.InputBitsAsync(engine.Parties[0], engine.Index == 0 ? x : default, n, 13);
            var shuffled = await engine.ShuffleAsync([a, b], [bits]);
            using SharedVector first = shuffled.Vectors[0], second = shuffled.Vectors[1];
            using var third = shuffled.Bits[0];
            return (X: await engine.OpenAsync(first), Y: await engine.OpenAsync(second), Z: await engine.OpenAsync(third));
        });
        foreach (var run in runs)
        {
            Assert.Equal(runs[0].X, run.X);
            Assert.Equal(x, run.X.Order());
            Assert.Equal(run.X.Select(v => unchecked(v * v)), run.Y);
            Assert.Equal(run.X, run.Z);
            if (n > 500) Assert.NotEqual(x, run.X);
        }
    }
}

using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Replicated;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.TwoPartyRing;

/// <summary>Every operation of the interface by two parties against plain arithmetic, on extreme and random vectors; broken messages; what a transcript shows.</summary>
public class TwoPartyEngineTests
{
    public static TheoryData<int> Sizes => new(0, 1, 7, 513, 16385);

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(5, 5)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Words_and_bits_go_in_and_come_out(int n)
    {
        for (var owner = 0; owner < 2; owner++)
        {
            var who = owner;
            var words = Trio.Words(n, 64, owner);
            await Pair.EqualsPlainAsync(words, async engine =>
            {
                using var x = await engine.InputAsync(who, words);
                return await engine.OpenAsync(x);
            });
            await Pair.EqualsPlainAsync([.. words.Select(w => w & 0x1fffff)], async engine =>
            {
                using var x = await engine.InputBitsAsync(engine.Parties[who], engine.Index == who ? words : default, n, 21);
                return await engine.OpenAsync(x);
            });
        }
    }

    [Fact]
    public async Task Only_the_named_party_learns_what_is_opened()
    {
        ulong[] words = [3, ulong.MaxValue];
        for (var receiver = 0; receiver < 2; receiver++)
        {
            var who = receiver;
            var run = await Pair.RunAsync(async engine =>
            {
                using var x = await engine.InputAsync(1, words);
                return await engine.OpenAsync(x, [engine.Parties[who]]);
            });
            Assert.Equal(who == 0 ? words : null, run.Sender);
            Assert.Equal(who == 1 ? words : null, run.Receiver);
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Products_sums_of_products_and_inner_products(int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        var inner = 0UL;
        for (var i = 0; i < n; i++) inner = unchecked(inner + (x[i] * y[i]));
        ulong[] plain = unchecked([.. x.Zip(y, (a, b) => a * b), .. x.Zip(y, (a, b) => (a + 5) * a), .. x.Zip(y, (a, b) => (a * b) + (b * b)), inner]);
        await Pair.EqualsPlainAsync(plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using var fiveMore = engine.Affine(a, 1, 5);
            var products = await engine.MultiplyAsync([(a, b), (fiveMore, a)]);
            using SharedVector first = products[0], second = products[1];
            using SharedVector sum = await engine.SumOfProductsAsync([(a, b), (b, b)]), total = await engine.InnerProductsAsync([(a, b)]);
            return [.. await engine.OpenAsync(first), .. await engine.OpenAsync(second), .. await engine.OpenAsync(sum), .. await engine.OpenAsync(total)];
        }, stored: n == 16385);
    }

    [Theory, InlineData(1, 1, 1, 64), InlineData(5, 3, 0, 9), InlineData(4, 0, 2, 1), InlineData(7, 2, 5, 22), InlineData(0, 2, 2, 22), InlineData(300, 40, 200, 22)]
    public async Task Matrices_of_which_each_party_has_columns(int rows, int first, int second, int bits)
    {
        var owned = new[] { first, second }.Select((count, party) => Trio.Words(rows * count, bits, party).Select(w => unchecked((ulong)((long)(w << (64 - bits)) >> (64 - bits)))).ToArray()).ToArray();
        var (weights, errors) = (Trio.Words(first + second, 64, 3), Trio.Words(rows, 64, 4));
        var (scores, sums) = (new ulong[rows], new ulong[first + second]);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < first + second; j++)
            {
                var entry = j < first ? owned[0][(i * first) + j] : owned[1][(i * second) + j - first];
                unchecked
                {
                    scores[i] += entry * weights[j];
                    sums[j] += entry * errors[i];
                }
            }
        }

        await Pair.EqualsPlainAsync([.. scores, .. sums], async engine =>
        {
            using SharedVector w = await engine.InputAsync(0, weights), one = engine.Affine(w, 3, 0), e = await engine.InputAsync(1, errors), two = engine.Affine(w, 2, 0);
            using var shared = SharedVectors.Subtract(one, two);
            using var z = await engine.OwnedMatrixProductAsync(owned[engine.Index], rows, (first, second), shared, bits);
            using var g = await engine.OwnedTransposedProductAsync(owned[engine.Index], rows, (first, second), e, bits);
            return [.. await engine.OpenAsync(z), .. await engine.OpenAsync(g)];
        }, stored: rows == 7);
    }

    [Fact]
    public async Task An_entry_over_the_declared_width_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Pair.RunAsync(async engine =>
        {
            using var y = await engine.InputAsync(0, [1]);
            using var z = await engine.OwnedMatrixProductAsync(new ulong[] { 4 }[..(1 - engine.Index)], 1, (1, 0), y, 3);
            return await engine.OpenAsync(z);
        }));

    [Theory, InlineData(1, 1, 1), InlineData(3, 17, 5), InlineData(4, 0, 2), InlineData(3, 300, 900)]
    public async Task Matrix_products(int rows, int inner, int columns)
    {
        var (x, y) = (Trio.Words(rows * inner, 64, 1), Trio.Words(inner * columns, 64, 2));
        if (inner * columns > 1000) (rows, x) = (1, x[..inner]);                                  // a row longer than one batch of terms
        var plain = new ulong[rows * columns];
        for (var i = 0; i < rows * columns; i++)
        {
            for (var k = 0; k < inner; k++)
                plain[i] = unchecked(plain[i] + (x[(i / columns * inner) + k] * y[(k * columns) + (i % columns)]));
        }

        await Pair.EqualsPlainAsync(plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using var product = await engine.MatrixProductAsync(a, b, rows, inner, columns);
            return await engine.OpenAsync(product);
        });
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task Products_of_the_columns_of_two_parties(int n)
    {
        foreach (var bits in new[] { 1, 8, 20, 33, 63, 64 })
        {
            var x = Trio.Words(n, 64, 1);
            ulong[] y = [.. Trio.Words(n, bits, 2).Select(w => unchecked((ulong)((long)(w << (64 - bits)) >> (64 - bits))))]; // signed
            foreach (var chooser in new[] { 0, 1 })
            {
                ulong[] Own(TwoPartyEngine engine) => engine.Index == chooser ? y : x;
                await Pair.EqualsPlainAsync([.. x.Zip(y, (a, b) => unchecked(a * b))], async engine =>
                {
                    using var products = await engine.ProductsOfColumnsAsync(Own(engine), n, engine.Parties[chooser], bits);
                    return await engine.OpenAsync(products);
                });
            }
        }
    }

    [Fact]
    public async Task The_inner_product_of_two_columns_and_a_word_over_its_width()
    {
        ulong[] x = [1, 2, ulong.MaxValue, 1UL << 63], y = [127, unchecked((ulong)-128), 3, 2];
        await Pair.EqualsPlainAsync([unchecked(127UL - 256UL - 3UL)], async engine =>
        {
            using var inner = await engine.InnerProductOfColumnsAsync(engine.Index == 0 ? x : y, 4, engine.Parties[1], 8);
            return await engine.OpenAsync(inner);
        });
        foreach (var wide in new[] { 128UL, unchecked((ulong)-129), 1UL << 63 })
        {
            var failures = await TwoParty.FailAsync(channel => ProgramAsync(channel, 0), channel => ProgramAsync(channel, 1));
            Assert.IsType<ArgumentException>(failures.Receiver);

            Task ProgramAsync(IChannel channel, int index) => Pair.RunOneAsync(channel, index, async engine =>
            {
                using var inner = await engine.InnerProductOfColumnsAsync(new[] { wide }, 1, engine.Parties[1], 8);
                return true;
            });
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(7), InlineData(513)]
    public async Task Bits_combine_and_become_words(int n)
    {
        var (x, y) = (Trio.Words(n, 64, 1), Trio.Words(n, 64, 2));
        ulong[] plain = [.. x.Zip(y, (a, b) => (a & b) ^ ~a), .. Enumerable.Range(0, 64).SelectMany(j => x.Zip(y, (a, b) => ((a ^ b) >> j) & 1))];
        await Pair.EqualsPlainAsync(plain, async engine =>
        {
            using SharedBitVector a = await engine.InputBitsAsync(engine.Parties[0], engine.Index == 0 ? x : default, n, 64);
            using SharedBitVector b = await engine.InputBitsAsync(engine.Parties[1], engine.Index == 1 ? y : default, n, 64);
            var and = await engine.AndAsync([(a, b)]);
            using SharedBitVector product = and[0], not = engine.Not(a), xor = SharedVectors.Xor(a, b);
            using SharedBitVector result = SharedVectors.Xor(product, not);
            using var words = await engine.ToWordsAsync(xor);
            return [.. await engine.OpenAsync(result), .. await engine.OpenAsync(words)];
        }, stored: n == 513);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(31), InlineData(32), InlineData(63)]
    public async Task Comparisons_equality_bits_and_the_smaller(int bits)
    {
        var (x, y) = (Trio.Words(700, bits, 1), Trio.Words(700, bits, 3));
        x.AsSpan(600).CopyTo(y.AsSpan(600));
        ulong[] plain = [.. x.Zip(y, (a, b) => a < b ? 1UL : 0), .. x.Zip(y, (a, b) => a == b ? 1UL : 0), .. x, .. x.Zip(y, Math.Min), .. x.Zip(y, Math.Max)];
        await Pair.EqualsPlainAsync(plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using SharedBitVector less = await VectorComparisons.LessThanAsync(engine, a, b, bits), equal = await VectorComparisons.EqualAsync(engine, a, b, bits);
            using var all = await VectorComparisons.ToBitsAsync(engine, a, bits);
            var (minimum, maximum) = await VectorComparisons.MinMaxAsync(engine, a, b, bits);
            using (minimum)
            using (maximum)
            {
                return
                [
                    .. await engine.OpenAsync(less), .. await engine.OpenAsync(equal), .. await engine.OpenAsync(all),
                    .. await engine.OpenAsync(minimum), .. await engine.OpenAsync(maximum),
                ];
            }
        }, stored: bits == 63);
    }

    [Theory, InlineData(1), InlineData(16), InlineData(40), InlineData(62)]
    public async Task A_shift_is_exact(int bits)
    {
        long[] extremes = [0, 1, -1, (1L << 62) - 1, -(1L << 62), 1L << (bits - 1), -(1L << (bits - 1))];
        var random = RandomSource.Seeded(bits);
        long[] x = [.. extremes, .. Enumerable.Range(0, 1000).Select(_ => unchecked((long)random.NextUInt64()) >> 1)];
        ulong[] mask = [.. x.Select(_ => random.NextUInt64())];
        await Pair.EqualsPlainAsync([.. x.Select(v => unchecked((ulong)(v >> bits)))], async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, [.. x.Zip(mask, (v, m) => unchecked((ulong)v - m))]), b = await engine.InputAsync(1, mask);
            using var sum = SharedVectors.Add(a, b);
            using var shifted = await engine.ShiftRightAsync(sum, bits);
            return await engine.OpenAsync(shifted);
        }, stored: bits == 40);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var failures = await TwoParty.FailAsync(
            channel => Pair.RunOneAsync(channel, 0, ProgramAsync), channel => Pair.RunOneAsync(channel, 1, ProgramAsync), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or ProtocolException or IOException, $"{failure}");

        static async Task<ulong[]> ProgramAsync(TwoPartyEngine engine)
        {
            var words = Trio.Words(9, 64, 1);
            using SharedVector a = await engine.InputAsync(0, words), b = await engine.InputAsync(1, words);
            var products = await engine.MultiplyAsync([(a, b)]);                                  // two messages each way
            using var product = products[0];
            var bits = await engine.SplitAsync(product, 3);
            using SharedBitVector x = bits.A, y = bits.B;
            using var and = (await engine.AndAsync([(x, y)]))[0];                                  // one
            await engine.OpenAsync(product);                                                      // one
            await engine.OpenAsync(and);                                                          // one
            return await engine.OpenAsync(product);                                               // after which the last of the five is seen to be broken
        }
    }

    [Theory, InlineData(false, "two-party-ring.4"), InlineData(true, "two-party-ring.2")]
    public async Task A_vector_of_another_length_is_the_peers_fault_and_names_the_step(bool multiply, string step)
    {
        var failures = await TwoParty.FailAsync(channel => ProgramAsync(channel, 0), channel => ProgramAsync(channel, 1));
        var faults = new[] { failures.Sender, failures.Receiver }.OfType<PeerFaultException>().ToList(); // whoever is second may see a closed channel
        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.Equal(step, fault.Step!.Name));

        Task ProgramAsync(IChannel channel, int index) => Pair.RunOneAsync(channel, index, async engine =>
        {
            using var x = await engine.InputAsync(engine.Parties[index], new ulong[10 + index], 10 + index);
            if (!multiply) return await engine.OpenAsync(x);
            using var product = (await engine.MultiplyAsync([(x, x)]))[0];
            return await engine.OpenAsync(product);
        });
    }

    [Fact]
    public async Task The_share_of_a_product_is_a_uniform_word_whatever_the_factors()
    {
        foreach (var (x, y) in new[] { (0UL, 0UL), (1UL, ulong.MaxValue), (1UL << 63, 1UL << 63) })
        {
            var run = await Pair.RunAsync(async engine =>
            {
                ulong[] own = new ulong[4096];
                Array.Fill(own, engine.Index == 0 ? x : y);
                using var products = await engine.ProductsOfColumnsAsync(own, own.Length, engine.Parties[1], 64);
                return products.Component(0).ToArray();
            });
            foreach (var share in new[] { run.Sender, run.Receiver })
            {
                for (var bit = 0; bit < 64; bit++) Assert.InRange(share.Count(word => ((word >> bit) & 1) == 1), 2048 - 256, 2048 + 256); // 8 deviations
            }
        }
    }

    [Fact]
    public async Task Extended_and_silent_transfers_stand_behind_it()
    {
        var (x, y) = (Trio.Words(300, 64, 1), Trio.Words(300, 64, 2));
        foreach (var form in new[] { TransferForm.Extension, TransferForm.Silent })
        {
            var run = await TwoParty.RunAsync(channel => ProgramAsync(channel, 0, form), channel => ProgramAsync(channel, 1, form));
            ulong[] plain = [.. x.Zip(y, (a, b) => unchecked(a * b)), .. x.Zip(y, (a, b) => a == b ? 1UL : 0)];
            Assert.Equal(plain, run.Sender);
            Assert.Equal(plain, run.Receiver);
        }

        async Task<ulong[]> ProgramAsync(IChannel channel, int index, TransferForm form)
        {
            var context = Digest.Of("collab.test.two-party-ring.transfers", []);
            await using var transfers = new ExtendedTransfers((BooleanParty)index, channel, RandomSource.Seeded(index), context, form);
            using var engine = new TwoPartyEngine(Pair.Parties, Pair.Parties[index], channel, transfers, context);
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using var product = (await engine.MultiplyAsync([(a, b)]))[0];
            using var equal = await VectorComparisons.EqualAsync(engine, a, b, 64);
            return [.. await engine.OpenAsync(product), .. await engine.OpenAsync(equal)];
        }
    }

    [Fact]
    public async Task It_sorts_by_comparisons()
    {
        var x = Trio.Words(60, 16, 1);
        await Pair.EqualsPlainAsync([.. x.Order()], async engine =>
        {
            using var keys = await engine.InputBitsAsync(engine.Parties[0], engine.Index == 0 ? x : default, x.Length, 16);
            using var words = await engine.InputAsync(0, x);
            Assert.False(engine.SortsByShuffle);
            using var sorted = (await VectorSorting.SortAsync(engine, keys, [words]))[0];
            return await engine.OpenAsync(sorted);
        });
    }

    [Theory, InlineData(0), InlineData(1), InlineData(7), InlineData(513)]
    public async Task All_vectors_come_into_one_new_order(int length)
    {
        ulong[] x = Trio.Words(length, 64, 1), y = Trio.Words(length, 64, 2), short1 = Trio.Words(length, 17, 3), long1 = Trio.Words(length, 64, 4), long2 = Trio.Words(length, 64, 5);
        foreach (var bitVectors in new[] { 0, 1, 3 })
        {
            var run = await Pair.RunAsync(async engine =>
            {
                Assert.True(engine.CanShuffle);
                using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
                SharedBitVector[] bits = [await BitsAsync(engine, short1, 17), await BitsAsync(engine, long1, 64), await BitsAsync(engine, long2, 64)];
                var (vectors, shuffled) = await engine.ShuffleAsync([a, b], bits[..bitVectors]);
                ulong[][] opened = [await engine.OpenAsync(vectors[0]), await engine.OpenAsync(vectors[1])];
                return (opened, await OpenedAsync(engine, shuffled));
            });
            Assert.Equal(x.Zip(y).Order(), run.Sender.opened[0].Zip(run.Sender.opened[1]).Order());
            ulong[][] plain = [x, short1, long1, long2], seen = [run.Sender.opened[0], .. run.Sender.Item2];
            for (var i = 1; i <= bitVectors; i++) Assert.Equal(plain[0].Zip(plain[i]).Order(), seen[0].Zip(seen[i]).Order());
            if (length == 513) Assert.NotEqual(x, run.Sender.opened[0]);
        }

        static Task<SharedBitVector> BitsAsync(TwoPartyEngine engine, ulong[] words, int planes) =>
            engine.InputBitsAsync(engine.Parties[1], engine.Index == 1 ? words : default, words.Length, planes);

        static async Task<ulong[][]> OpenedAsync(TwoPartyEngine engine, SharedBitVector[] all)
        {
            var opened = new List<ulong[]>();
            foreach (var bits in all) opened.Add((await engine.OpenBitsAsync(bits, engine.Parties))!);
            return [.. opened];
        }
    }

    [Fact]
    public async Task A_shuffle_of_nothing_of_two_lengths_or_with_a_dealer_is_refused()
    {
        await Pair.RunAsync(async engine =>
        {
            using SharedVector three = engine.Constant([1, 2, 3]), two = engine.Constant([1, 2]);
            await Assert.ThrowsAnyAsync<ArgumentException>(() => engine.ShuffleAsync([], []));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => engine.ShuffleAsync([three, two], []));
            return true;
        });
        await Pair.DealtAsync(async engine =>
        {
            using var words = engine.Constant([1, 2, 3]);
            Assert.False(engine.CanShuffle);
            await Assert.ThrowsAsync<NotSupportedException>(() => engine.ShuffleAsync([words], []));
            return [];
        });
    }

    [Fact]
    public async Task It_divides_and_takes_square_roots_within_the_bounds_of_every_engine()
    {
        ulong[] x = [.. Trio.Words(50, 20, 1)], y = [.. Trio.Words(50, 20, 2)];
        var run = await Pair.RunAsync(async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using SharedVector quotient = await FixedPoint.DivideAsync(engine, a, b, 20, 20, 16), root = await FixedPoint.SquareRootAsync(engine, a, 20, 15);
            return (Quotients: await engine.OpenAsync(quotient), Roots: await engine.OpenAsync(root));
        });
        for (var i = 0; i < x.Length; i++)
        {
            Near(y[i] == 0 ? 0 : x[i] * 65536.0 / y[i], run.Sender.Quotients[i]);
            Near(Math.Sqrt(x[i]) * 32768, run.Sender.Roots[i]);
        }

        static void Near(double exact, ulong found) =>
            Assert.InRange(unchecked((long)found), exact - (exact * Math.Pow(2, -26)) - 2, exact + (exact * Math.Pow(2, -26)) + 2);
    }
}

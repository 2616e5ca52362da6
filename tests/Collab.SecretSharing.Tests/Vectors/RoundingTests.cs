using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.Tests.Replicated;
using Collab.SecretSharing.Tests.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Vectors;

/// <summary>Rounding to one of two neighbours, and clamping, on every engine; the comparison behind it alone.</summary>
public class RoundingTests
{
    public static TheoryData<int, ulong> Shifts => new() { { 1, 1 }, { 20, 1UL << 42 }, { 36, 1UL << 13 }, { 36, 5 }, { 57, 32 }, { 60, 4 } };

    [Theory, MemberData(nameof(Shifts))]
    public async Task Both_neighbours_and_nothing_else(int bits, ulong limit)
    {
        var x = Numbers(bits, limit);
        foreach (var security in Enum.GetValues<SecurityModel>())
        {
            var runs = await Trio.RunAsync(security, engine => RunAsync(engine, x, bits, limit));
            foreach (var run in runs) HoldNeighbours(x, bits, limit, run);
        }

        var pair = await Pair.RunAsync(engine => RunAsync(engine, x, bits, limit));
        HoldNeighbours(x, bits, limit, pair.Sender);
        Assert.Equal(pair.Sender, pair.Receiver);
        foreach (var dealt in await Pair.DealtAsync(engine => RunAsync(engine, x, bits, limit))) HoldNeighbours(x, bits, limit, dealt);
    }

    [Fact]
    public async Task The_mean_of_many_roundings_is_the_number()
    {
        const int Count = 1 << 14;
        const long Number = (5L << 20) + (3L << 18); // 5.75
        long[] x = [.. Enumerable.Repeat(Number, Count)];
        var runs = await Trio.RunAsync(SecurityModel.SemiHonest, engine => RunAsync(engine, x, 20, 1UL << 20));
        foreach (var half in new[] { runs[0][..Count], runs[0][Count..] })
        {
            Assert.All(half, m => Assert.True(m is 5 or 6));
            Assert.InRange(half.Average(m => (double)m), 5.73, 5.77); // six deviations of a mean of so many are 0.02; the seed is fixed
        }
    }

    [Fact]
    public void A_comparison_is_right_for_all_small_numbers_and_shows_one_zero_or_none()
    {
        const int Bits = 4, Width = Bits + 1;
        Span<byte> masks = stackalloc byte[Bits], sent = stackalloc byte[Bits], factors = stackalloc byte[Width], blinds = stackalloc byte[Width], one = stackalloc byte[Width], two = stackalloc byte[Width];
        using var stream = new AesPrg(new Gf128(1, 2));
        for (var x = 0UL; x < 1 << Bits; x++)
        {
            for (var r = 0UL; r < 1 << Bits; r++)
            {
                for (var flip = 0u; flip < 2; flip++)
                {
                    PrivateComparison.Draw(stream, masks, PrivateComparison.Prime);
                    PrivateComparison.Draw(stream, factors, PrivateComparison.Prime - 1);
                    PrivateComparison.Draw(stream, blinds, PrivateComparison.Prime);
                    PrivateComparison.Mask([x], Bits, masks, sent);
                    var turn = (int)((x + r) % Width);
                    PrivateComparison.Blind(sent, r, flip, turn, factors, blinds, first: true, one);
                    PrivateComparison.Blind(masks, r, flip, turn, factors, blinds, first: false, two);
                    Assert.True(PrivateComparison.AreElements(one) && PrivateComparison.AreElements(two));
                    Assert.Equal((x > r ? 1u : 0) ^ flip, PrivateComparison.HasZero(one, two));
                    var zeros = 0;
                    for (var i = 0; i < Width; i++) zeros += (one[i] + two[i]) % PrivateComparison.Prime == 0 ? 1 : 0;
                    Assert.Equal((int)((x > r ? 1u : 0) ^ flip), zeros);
                }
            }
        }
    }

    [Theory, InlineData(67), InlineData(66)]
    public void Drawn_elements_are_below_their_bound_and_both_holders_draw_the_same(int below)
    {
        using AesPrg first = new(new Gf128(3, 4)), second = new(new Gf128(3, 4));
        byte[] a = new byte[20_000], b = new byte[20_000];
        PrivateComparison.Draw(first, a, below);
        PrivateComparison.Draw(second, b, below);
        Assert.Equal(a, b);
        var counts = new int[below];
        foreach (var element in a) counts[element]++;
        Assert.All(counts, count => Assert.InRange(count, 200, 410)); // 300 expected, deviation 17
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task Messages_of_another_form_end_a_clamp(int party)
    {
        // Semi-honest: what is altered within its form is not noticed; another length is, and bytes that are no elements.
        var messages = new List<MessageName>();
        await ClampAsync(party, null, messages);
        Assert.True(messages.Count >= 6);
        foreach (var message in messages)
        {
            foreach (var kind in new[] { DeviationKind.Truncate, DeviationKind.Extend, DeviationKind.Empty })
                await Assert.ThrowsAnyAsync<ProtocolException>(() => ClampAsync(party, new Deviation(message, kind), []));
        }

        var elements = messages.Where(message => message.Size is 3 * 27 / 8 * 8 + 8 or 2 * 3 * 28).ToList();
        Assert.NotEmpty(elements);
        foreach (var message in elements)
        {
            var fault = await Assert.ThrowsAnyAsync<ProtocolException>(() => ClampAsync(party, new Deviation(message, DeviationKind.Ones), []));
            if (fault is PeerFaultException at) Assert.Equal("replicated-sharing.12", at.Step!.Name); // who is second sees a closed channel
        }
    }

    [Theory, InlineData(0, 1UL), InlineData(61, 1UL), InlineData(40, 0UL), InlineData(40, (1UL << 22) + 1)]
    public async Task Limits_and_shifts_out_of_range_are_refused(int bits, ulong limit) => await Assert.ThrowsAnyAsync<ArgumentException>(() => Pair.RunAsync(async engine =>
    {
        using var x = engine.Constant([1]);
        using var clamped = await engine.ClampAsync(x, bits, limit);
        return 0;
    }));

    private static Task ClampAsync(int deviating, Deviation? deviation, List<MessageName> messages) => ThreeParty.RunAsync(async (self, channels) =>
    {
        if (self == Trio.Parties[deviating])
            channels = channels.ToDictionary(c => c.Key, IChannel (c) => new DeviatingChannel(c.Value, c.Key.Name, deviation, messages));
        using var engine = await Trio.OpenAsync(SecurityModel.SemiHonest, self, channels);
        return await RunAsync(engine, [1L << 40, -3, 77L << 36], 36, 1UL << 13);
    });

    /// <summary>Rounded, then clamped, of a product with shared ones, whose shares are fresh.</summary>
    private static async Task<ulong[]> RunAsync(IVectorEngine engine, long[] x, int bits, ulong limit)
    {
        using SharedVector input = await engine.InputAsync(0, [.. x.Select(v => unchecked((ulong)v))]), ones = await engine.InputAsync(1, [.. x.Select(_ => 1UL)]);
        using var fresh = (await engine.MultiplyAsync([(input, ones)]))[0];
        using SharedVector rounded = await engine.RoundAsync(fresh, bits), clamped = await engine.ClampAsync(fresh, bits, limit);
        return [.. await engine.OpenAsync(rounded), .. await engine.OpenAsync(clamped)];
    }

    private static void HoldNeighbours(long[] x, int bits, ulong limit, ulong[] results)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var (below, rounded, clamped) = (x[i] >> bits, unchecked((long)results[i]), results[x.Length + i]);
            Assert.InRange(rounded, below, below + 1);
            ulong Clamp(long m) => m < 0 ? 0 : Math.Min((ulong)m, limit);
            Assert.True(clamped == Clamp(below) || clamped == Clamp(below + 1), $"{x[i]} >> {bits}: {clamped}");
        }
    }

    /// <summary>Extremes, what is near 0 and the limit, and random numbers of all sizes.</summary>
    private static long[] Numbers(int bits, ulong limit)
    {
        var (most, edge) = ((1L << 62) - 1, (long)Math.Min(limit << bits, (1UL << 62) - 2));
        var random = RandomSource.Seeded(bits);
        return
        [
            0, 1, -1, most, -most - 1, 1L << (bits - 1), -(1L << (bits - 1)), edge, edge + 1, edge - 1,
            .. Enumerable.Range(0, 600).Select(i => unchecked((long)random.NextUInt64()) >> (2 + (i % 60))),
        ];
    }
}

using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

public class CircuitPsiTests
{
    private static readonly CircuitPsiOptions Options = new(Digest.Of("collab.test.circuit", []), new CircuitPlan());

    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 1, 1, 0 }, { 2, 3, 2 }, { 7, 9, 3 }, { 100, 100, 100 }, { 100, 100, 0 }, { 1, 2000, 1 }, { 2000, 1, 1 }, { 3000, 20, 20 }, { 1500, 1500, 700 },
    };

    public static TheoryData<int, int, CircuitValues, bool, bool, CircuitOutput> Plans
    {
        get
        {
            var rows = new TheoryData<int, int, CircuitValues, bool, bool, CircuitOutput>();
            foreach (var values in Enum.GetValues<CircuitValues>())
            {
                foreach (var output in Enum.GetValues<CircuitOutput>())
                {
                    rows.Add(90, 70, values, false, true, output);
                    if (values == CircuitValues.None) continue;
                    rows.Add(60, 110, values, true, true, output);
                    rows.Add(60, 50, values, false, false, output);
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task The_shared_bits_are_the_plain_intersection(int senderCount, int receiverCount, int common)
    {
        var (sender, receiver) = Sets(senderCount, receiverCount, common);
        var (first, second, usage) = await ShareAsync(sender, receiver, Options.Plan);
        var held = sender.Select(Text).ToHashSet();
        Assert.Null(first.Items);
        Assert.Equal(Enumerable.Range(0, receiverCount), second.Items!.Where(item => item >= 0).Order());
        for (var b = 0; b < second.BinCount; b++)
        {
            var expected = second.Items![b] >= 0 && held.Contains(Text(receiver[second.Items[b]]));
            Assert.Equal(expected, first.Members.Share[b] ^ second.Members.Share[b]);
        }

        Assert.Equal(CircuitPsiCost.Of(senderCount, receiverCount, Options.Plan).Bytes, usage.BytesSent + usage.BytesReceived);
    }

    [Theory, MemberData(nameof(Plans))]
    public async Task Totals_are_those_of_the_plain_intersection(
        int senderCount, int receiverCount, CircuitValues values, bool squares, bool count, CircuitOutput output)
    {
        const int Common = 23;
        var plan = new CircuitPlan { Values = values, Squares = squares, Count = count, Output = output, MinimumGroup = Common, LargestMagnitude = 1L << 55 };
        var (sender, receiver) = Sets(senderCount, receiverCount, Common);
        var random = RandomSource.Seeded(5);
        var magnitude = plan.LargestMagnitude;
        long[] Draw(int n) => [.. Enumerable.Range(0, n).Select(i => i == 0 ? -magnitude : i == 1 ? magnitude : (long)(random.NextUInt64() >> 8) - magnitude)];
        long[] senderValues = values == CircuitValues.OfSender ? Draw(senderCount) : [], receiverValues = values == CircuitValues.OfReceiver ? Draw(receiverCount) : [];
        var run = await TotalsAsync(sender, senderValues, receiver, receiverValues, plan);

        var (owner, other, owned) = values == CircuitValues.OfSender ? (sender, receiver, senderValues) : (receiver, sender, receiverValues);
        var others = other.Select(Text).ToHashSet();
        var matched = Enumerable.Range(0, owned.Length).Where(i => others.Contains(Text(owner[i]))).Select(i => owned[i]).ToArray();
        var expected = new IntersectionTotals(
            count ? Common : null,
            values == CircuitValues.None ? null : matched.Sum(),
            squares ? matched.Aggregate(Int128.Zero, (sum, v) => sum + ((Int128)v * v)) : null);
        Assert.Equal(output == CircuitOutput.Receiver ? null : expected, run.Sender);
        Assert.Equal(output == CircuitOutput.Sender ? null : expected, run.Receiver);
        if (!squares) return;
        var mean = (BigInteger)matched.Sum();
        Assert.Equal((mean, (BigInteger)Common), expected.Mean);
        var variance = matched.Aggregate(BigInteger.Zero, (sum, v) => sum + BigInteger.Pow((v * (BigInteger)Common) - mean, 2)); // Common² Σ (v − mean)²
        Assert.Equal(variance * expected.Variance!.Value.Denominator, expected.Variance.Value.Numerator * Common * Common * (Common - 1));
    }

    [Fact]
    public async Task Random_pairs_of_sets_agree_with_the_plain_count_and_sum()
    {
        var random = RandomSource.Seeded(77);
        for (var round = 0; round < 60; round++)
        {
            int n = 1 + (int)(random.NextUInt64() % 300), m = 1 + (int)(random.NextUInt64() % 300);
            var common = 1 + (int)(random.NextUInt64() % (ulong)Math.Min(n, m));
            var (sender, receiver) = Sets(n, m, common, round);
            var values = Enumerable.Range(0, n).Select(i => (long)i - 50).ToArray();
            var run = await TotalsAsync(sender, values, receiver, [], new CircuitPlan { Values = CircuitValues.OfSender });
            var held = receiver.Select(Text).ToHashSet();
            Assert.Equal(new IntersectionTotals(common, Enumerable.Range(0, n).Where(i => held.Contains(Text(sender[i]))).Sum(i => values[i]), null), run.Receiver);
        }
    }

    [Theory]
    [InlineData(50, 50, 9, 10)]
    [InlineData(50, 50, 0, 1)]
    [InlineData(0, 10, 0, 1)]
    [InlineData(10, 0, 0, 1)]
    [InlineData(0, 0, 0, 1)]
    public async Task Too_small_a_group_is_refused_at_both_and_nothing_is_opened(int senderCount, int receiverCount, int common, int least)
    {
        var (sender, receiver) = Sets(senderCount, receiverCount, common);
        var options = Options with { Plan = new CircuitPlan { MinimumGroup = least, Output = CircuitOutput.Both } };
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => CircuitTotals.SendAsync(channel, sender, default, RandomSource.Seeded(1), options, dealer, new DealtTransfers(BooleanParty.First), default),
            channel => CircuitTotals.ReceiveAsync(channel, receiver, default, RandomSource.Seeded(2), options, dealer, new DealtTransfers(BooleanParty.Second), default));
        foreach (var failure in new[] { failures.Sender, failures.Receiver })
            Assert.Equal("psi.group-too-small", Assert.IsType<CollabException>(failure).Code.Name);
    }

    [Fact]
    public async Task Traffic_does_not_tell_how_many_items_are_common()
    {
        var plan = new CircuitPlan { Values = CircuitValues.OfSender, Squares = true };
        ChannelUsage? seen = null;
        foreach (var common in new[] { 1, 40, 80 })
        {
            var (sender, receiver) = Sets(80, 80, common);
            var run = await TotalsAsync(sender, new long[80], receiver, [], plan);
            Assert.Equal(seen ?? run.Usage, run.Usage);
            seen = run.Usage;
        }
    }

    /// <summary>What the receiver has at the end says nothing of which of its items are common: shares, and what the store gave, are fair coins either way.</summary>
    [Fact]
    public async Task The_receiver_cannot_tell_members_from_others()
    {
        const int Count = 4000;
        var (sender, receiver) = Sets(Count, Count, Count / 2);
        var plan = new CircuitPlan { Values = CircuitValues.OfSender, Squares = true };
        var (first, second, _) = await ShareAsync(sender, receiver, plan, new long[Count]); // all values 0: whatever shows would show here
        int[] ones = new int[2], bits = new int[2], squareBits = new int[2], of = new int[2];
        var seen = new HashSet<UInt128>();
        for (var b = 0; b < second.BinCount; b++)
        {
            if (second.Items![b] < 0) continue;
            var member = first.Members.Share[b] ^ second.Members.Share[b] ? 1 : 0;
            of[member]++;
            ones[member] += second.Members.Share[b] ? 1 : 0;
            bits[member] += BitOperations.PopCount((ulong)second.SenderValues!.Share[b]);
            squareBits[member] += (int)UInt128.PopCount(second.SenderSquares!.Share[b]);
            Assert.True(seen.Add(second.SenderValues.Share[b]));
        }

        for (var member = 0; member < 2; member++)
        {
            Assert.Equal(Count / 2, of[member]);
            Within(ones[member], of[member]);
            Within(bits[member], of[member] * 64);
            Within(squareBits[member], of[member] * 128);
        }

        // Six standard deviations of a fair coin; the randomness of the run is the system's.
        static void Within(int heads, int tosses) => Assert.InRange(heads, (tosses / 2) - (3 * Math.Sqrt(tosses)), (tosses / 2) + (3 * Math.Sqrt(tosses)));
    }

    /// <summary>Over the parts of the product, at sizes where silent batches are short, long, and several: the totals, and bytes as the formula has them.</summary>
    [Theory]
    [InlineData(TransferForm.Extension, 2300, 1200, CircuitValues.OfReceiver, true, CircuitOutput.Sender)]
    [InlineData(TransferForm.Silent, 2300, 1200, CircuitValues.OfReceiver, false, CircuitOutput.Both)]
    [InlineData(TransferForm.Extension, 30, 70, CircuitValues.OfSender, true, CircuitOutput.Both)]
    [InlineData(TransferForm.Silent, 30, 70, CircuitValues.None, false, CircuitOutput.Receiver)]
    [InlineData(TransferForm.Extension, 5, 30_000, CircuitValues.OfSender, true, CircuitOutput.Receiver)]
    [InlineData(TransferForm.Silent, 10_000, 30_000, CircuitValues.OfSender, true, CircuitOutput.Receiver)]
    [InlineData(TransferForm.Extension, 1, 1, CircuitValues.None, false, CircuitOutput.Receiver)]
    public async Task Over_the_parts_of_the_product_the_totals_are_the_same_and_cost_what_the_formula_says(
        TransferForm form, int senderCount, int receiverCount, CircuitValues values, bool squares, CircuitOutput output)
    {
        var common = Math.Min(41, Math.Min(senderCount, receiverCount));
        var (sender, receiver) = Sets(senderCount, receiverCount, common);
        var options = Options with { Plan = new CircuitPlan { Values = values, Squares = squares && values != CircuitValues.None, Output = output }, Transfers = form };
        long[] ValuesIf(CircuitValues owner, int count) => values == owner ? [.. Enumerable.Repeat(-1L, count)] : [];
        var run = await TwoParty.RunAsync(
            channel => CircuitTotals.SendAsync(channel, sender, ValuesIf(CircuitValues.OfSender, senderCount), RandomSource.System, options),
            channel => CircuitTotals.ReceiveAsync(channel, receiver, ValuesIf(CircuitValues.OfReceiver, receiverCount), RandomSource.System, options));
        var expected = new IntersectionTotals(common, values == CircuitValues.None ? null : -common, options.Plan.Squares ? common : null);
        Assert.Equal(output == CircuitOutput.Receiver ? null : expected, run.Sender);
        Assert.Equal(output == CircuitOutput.Sender ? null : expected, run.Receiver);
        var cost = CircuitPsiCost.OfTotals(senderCount, receiverCount, options.Plan, form);
        Assert.Equal(cost.TotalBytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    internal static (ReadOnlyMemory<byte>[] Sender, ReadOnlyMemory<byte>[] Receiver) Sets(int senderCount, int receiverCount, int common, int seed = 1)
    {
        var random = RandomSource.Seeded(seed + (senderCount * 31) + receiverCount);
        ReadOnlyMemory<byte>[] Random(int n) => [.. Enumerable.Range(0, n).Select(_ => (ReadOnlyMemory<byte>)random.Bytes(12))];
        var shared = Random(common);
        return ([.. shared, .. Random(senderCount - common)], [.. Random(receiverCount - common), .. shared]);
    }

    private static string Text(ReadOnlyMemory<byte> item) => Convert.ToHexString(item.Span);

    private static async Task<(SharedIntersection First, SharedIntersection Second, ChannelUsage Usage)> ShareAsync(
        ReadOnlyMemory<byte>[] sender, ReadOnlyMemory<byte>[] receiver, CircuitPlan plan, long[]? values = null)
    {
        var options = Options with { Plan = plan };
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => CircuitPsi.SendAsync(
                channel, new BooleanEngine(BooleanParty.First, channel, new DealtTransfers(BooleanParty.First), options.Context), sender, values, RandomSource.System, options, dealer, default),
            channel => CircuitPsi.ReceiveAsync(
                channel, new BooleanEngine(BooleanParty.Second, channel, new DealtTransfers(BooleanParty.Second), options.Context), receiver, RandomSource.System, options, dealer, default));
        return (run.Sender, run.Receiver, run.Usage);
    }

    private static Task<TwoPartyRun<IntersectionTotals?, IntersectionTotals?>> TotalsAsync(
        ReadOnlyMemory<byte>[] sender, long[] senderValues, ReadOnlyMemory<byte>[] receiver, long[] receiverValues, CircuitPlan plan)
    {
        var options = Options with { Plan = plan };
        var dealer = new SeededOle();
        return TwoParty.RunAsync(
            channel => CircuitTotals.SendAsync(
                channel, sender, senderValues, RandomSource.System, options, dealer, new DealtTransfers(BooleanParty.First), default),
            channel => CircuitTotals.ReceiveAsync(
                channel, receiver, receiverValues, RandomSource.System, options, dealer, new DealtTransfers(BooleanParty.Second), default));
    }
}

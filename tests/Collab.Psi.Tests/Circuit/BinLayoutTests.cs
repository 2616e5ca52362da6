using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

public class BinLayoutTests
{
    public static TheoryData<int> Counts => new(
        4, 5, 8, 9, 16, 17, 32, 33, 64, 100, 128, 129, 256, 300, 512, 513, 1024, 1025, 1100, 1200, 1250, 1300, 1500, 2048, 3000, 4096, 8192, 16384, 65536, 1 << 20, 1 << 23, CircuitPsiOptions.LargestItemCount);

    /// <summary>The bound of specs/psi-circuit.md, "Parameters and why", computed anew.</summary>
    [Theory, MemberData(nameof(Counts))]
    public void No_placement_exists_with_chance_2_to_the_minus_40_at_most(int count) =>
        Assert.True(LogFailure(count, BinLayout.Of(count).BinCount) <= -40, $"{count}");

    [Fact]
    public void Strings_compared_have_40_bits_and_those_of_the_bins()
    {
        Assert.Equal(0, BinLayout.Of(0).BinCount);
        Assert.Equal(47, BinLayout.Of(1).StringBits);
        Assert.Equal(61, BinLayout.Of(1 << 20).StringBits);
        Assert.Equal(64, BinLayout.Of(CircuitPsiOptions.LargestItemCount).StringBits);
    }

    [Theory]
    [InlineData(3, 104)]
    [InlineData(1000, 1570)]
    [InlineData(20_000, 23_000)]                                               // nearer to full than the product goes: walks give up here
    public void Every_item_lies_in_one_of_its_three_distinct_bins(int count, int binCount)
    {
        var random = RandomSource.Seeded(count);
        var items = Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<byte>)random.Bytes(9)).ToArray();
        var context = Digest.Of("collab.test.bins", []);
        using var digests = new DigestList(context, items);
        var bins = new int[3 * count];
        BinHash.Bins(context, digests.GetSpan(), new BinLayout(binCount), bins);
        Assert.All(bins, bin => Assert.InRange(bin, 0, binCount - 1));
        var placed = CuckooTable.PlaceVariableTime(bins, binCount)!;
        Assert.Equal(Enumerable.Range(0, count), placed.Where(item => item >= 0).Order());
        for (var b = 0; b < binCount; b++)
        {
            if (placed[b] >= 0) Assert.Contains(b, new[] { bins[placed[b]], bins[count + placed[b]], bins[(2 * count) + placed[b]] });
        }

        for (var i = 0; i < count; i++) Assert.Equal(3, new[] { bins[i], bins[count + i], bins[(2 * count) + i] }.Distinct().Count());
    }

    [Fact]
    public void Four_items_with_the_same_three_bins_have_no_placement() =>
        Assert.Null(CuckooTable.PlaceVariableTime([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], 10));

    private static double LogFailure(int n, int b)
    {
        var previous = 3;
        double total = 0;
        for (var s = 4; s <= n;)
        {
            var log = LogTerm(n, b, s);
            total += (s - previous) * Math.Exp(log);                           // the terms left out are at most the larger neighbour's, within the slack of one bit
            previous = s;
            s = s < 1000 ? s + 1 : Math.Max(s + 1, (int)Math.Min(n, s * 1.005));
            if (previous == n) break;
        }

        return Math.Log2(total);
    }

    private static double LogTerm(int n, int b, int s)
    {
        var t = s - 1;
        if (t > b) return double.NegativeInfinity;
        double low = 1e-9, high = 3.0 * s / t;
        for (var i = 0; i < 60; i++)
        {
            var z = (low + high) / 2;
            var mean = z < 1e-3 ? 2 + (z / 3) : z * (Math.Exp(z) - 1) / (Math.Exp(z) - 1 - z);
            if (mean < 3.0 * s / t) low = z;
            else high = z;
        }

        return LogBinomial(n, s) + LogBinomial(b, t) + LogFactorial(3 * s) + (t * Math.Log(Math.Exp(high) - 1 - high)) - (3 * s * Math.Log(high))
            - (s * (Math.Log(b) + Math.Log(b - 1) + Math.Log(b - 2)));
    }

    private static double LogBinomial(int n, int k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    private static double LogFactorial(int n)
    {
        if (n < 20)
        {
            double log = 0;
            for (var i = 2; i <= n; i++) log += Math.Log(i);
            return log;
        }

        double x = n;
        return ((x + 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x)) - (1 / (360 * x * x * x));
    }
}

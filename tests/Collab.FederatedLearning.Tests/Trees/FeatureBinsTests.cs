using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Trees;

public sealed class FeatureBinsTests
{
    [Fact]
    public void Few_values_get_a_bin_each_and_missing_ones_the_last()
    {
        var bins = FeatureBins.EqualFrequency("x", [3, 1, double.NaN, 2, 1], 8);
        Assert.Equal([1.5, 2.5], bins.Edges.ToArray());
        Assert.Equal([2, 0, 3, 1, 0], BinnedColumn.Of(bins, [3, 1, double.NaN, 2, 1]).Rows.ToArray());
    }

    [Theory]
    [InlineData(1000, 16)]
    [InlineData(1000, 255)]
    [InlineData(17, 16)]
    [InlineData(300, 7)]
    public void Distinct_values_fill_bins_evenly(int rows, int count)
    {
        double[] values = [.. Enumerable.Range(0, rows).Select(i => (double)(i * 7919 % rows))];
        var column = BinnedColumn.Of(FeatureBins.EqualFrequency("x", values, count), values);
        Assert.Equal(Math.Min(rows, count), column.Bins.ValueBins);
        var sizes = column.Rows.ToArray().GroupBy(b => b).Select(g => g.Count()).ToArray();
        Assert.Equal(column.Bins.ValueBins, sizes.Length);
        Assert.InRange(sizes.Max() - sizes.Min(), 0, (rows / count) + 1);
    }

    [Fact]
    public void Equal_values_stay_together_and_order_is_kept()
    {
        double[] values = [.. Enumerable.Range(0, 500).Select(i => i < 300 ? 5.0 : i % 40)];
        var column = BinnedColumn.Of(FeatureBins.EqualFrequency("x", values, 10), values);
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j < values.Length; j += 13) Assert.True(values[i] >= values[j] || column.Rows[i] <= column.Rows[j]);
        }

        Assert.InRange(column.Bins.ValueBins, 5, 10);
    }

    [Fact]
    public void Neighbouring_doubles_are_told_apart()
    {
        double[] values = [1, Math.BitIncrement(1), double.MaxValue, -double.MaxValue];
        Assert.Equal([1, 2, 3, 0], BinnedColumn.Of(FeatureBins.EqualFrequency("x", values, 4), values).Rows.ToArray());
    }

    [Fact]
    public void A_constant_or_missing_column_has_one_bin_of_values()
    {
        Assert.Equal(1, FeatureBins.EqualFrequency("x", [4, 4, 4], 16).ValueBins);
        Assert.Equal(1, FeatureBins.EqualFrequency("x", [double.NaN, double.NaN], 16).ValueBins);
        Assert.Equal(1, FeatureBins.EqualFrequency("x", [], 16).ValueBins);
    }

    [Fact]
    public void Unknown_categories_are_missing()
    {
        var bins = FeatureBins.OfCategories("x", ["rent", "own", null, "rent"]);
        Assert.Equal(["own", "rent"], bins.Categories);
        Assert.Equal([0, 1, 2, 2], BinnedColumn.Of(bins, ["own", "rent", "free", null]).Rows.ToArray());
    }

    [Fact]
    public void Infinite_values_are_refused()
    {
        Assert.Equal(TreeErrors.ValueUnfit, Assert.Throws<CollabException>(() => FeatureBins.EqualFrequency("x", [1, double.PositiveInfinity], 4)).Code);
        Assert.Equal(TreeErrors.ValueUnfit, Assert.Throws<CollabException>(() => FeatureBins.Ordered("x", 1).BinOf(double.NegativeInfinity)).Code);
    }

    [Fact]
    public void Bins_out_of_order_are_refused()
    {
        Assert.Throws<ArgumentException>(() => FeatureBins.Ordered("x", 1, 1));
        Assert.Throws<ArgumentException>(() => FeatureBins.Ordered("x", double.NaN));
        Assert.Throws<ArgumentException>(() => FeatureBins.Categorical("x", ["b", "a"]));
        Assert.Throws<ArgumentException>(() => FeatureBins.Categorical("x", []));
    }
}

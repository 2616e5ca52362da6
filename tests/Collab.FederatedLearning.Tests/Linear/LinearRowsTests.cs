using Collab.FederatedLearning.Linear;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Linear;

/// <summary>What is refused at its owner, before anything is sent; and the fixed-point numbers.</summary>
public sealed class LinearRowsTests
{
    private static readonly double[] Column = [1, 2, 4, 7];

    [Fact]
    public void Unfit_columns_and_labels_are_refused_with_their_code()
    {
        Refused(LinearErrors.ValueUnfit, [[1, double.NaN, 3, 4]], [0, 1, 0, 1]);
        Refused(LinearErrors.ValueUnfit, [[1, double.PositiveInfinity, 3, 4]], [0, 1, 0, 1]);
        Refused(LinearErrors.ValueUnfit, [[1e300, -1e300, 3, 4]], [0, 1, 0, 1]);
        Refused(LinearErrors.ColumnConstant, [[0.1, 0.1, 0.1, 0.1]], [0, 1, 0, 1]);
        Refused(LinearErrors.ColumnRepeated, [Column, [.. Column.Select(x => 3 - (2 * x))]], [0, 1, 0, 1]);
        Refused(LinearErrors.LabelUnfit, [Column], [0, 1, double.NaN, 1]);
        Refused(LinearErrors.LabelUnfit, [Column], [0, 1, 2, 1]);
        Refused(LinearErrors.LabelUnfit, [Column], [0, 1, double.NaN, 1], LinearFamily.Regression);
        Refused(LinearErrors.LabelConstant, [Column], [1, 1, 1, 1]);
        Refused(LinearErrors.LabelConstant, [Column], [2.5, 2.5, 2.5, 2.5], LinearFamily.Regression);
        Assert.Throws<ArgumentException>(() => LinearRows.Of(LinearFamily.Regression, 3, [Column], null));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearRows.Of(LinearFamily.Regression, 1, [], null));
    }

    [Fact]
    public async Task A_row_beyond_the_range_is_refused()
    {
        var (column, labels) = (new double[100_000], new double[100_000]);
        column[3] = labels[3] = 1;                                                             // 316 deviations from the mean
        var failure = await Assert.ThrowsAsync<CollabException>(() => new LinearRun([column], labels).TrainAsync(new(), [1, 0], 0, dealt: true));
        Assert.Equal(LinearErrors.RowOverRange, failure.Code);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (var settings in new LinearSettings[]
        {
            new() { Family = 0 }, new() { Epochs = 0 }, new() { Batch = 0 }, new() { LearningRate = 0 }, new() { LearningRate = double.NaN }, new() { LearningRate = 17 },
            new() { Batch = 2, LearningRate = 3 }, new() { L2 = -1 }, new() { L2 = double.PositiveInfinity },
        }) Assert.Throws<ArgumentException>(settings.Check);
        new LinearSettings().Check();
        Assert.NotEqual(new LinearSettings().Id, new LinearSettings { L2 = 1 }.Id);
    }

    [Theory, InlineData(21, 128, 0.1), InlineData(2, 1, 1), InlineData(201, 1024, 0.01), InlineData(9, 1000, 0.6)]
    public void Fraction_bits_add_up_and_products_stay_below_61_bits(int columns, int batch, double rate)
    {
        var scale = new LinearScale(new() { Batch = batch, LearningRate = rate }, columns);
        Assert.Equal(scale.Score, scale.Feature + scale.Weight);
        Assert.Equal(scale.Weight, scale.Scaled + scale.Error);
        Assert.InRange(Math.ScaleB(scale.Rate, scale.RateShift), 1, 2);
        Assert.Equal(61, scale.Score + scale.RowBits + 3);
        Assert.InRange(scale.Feature, 8, 30);
        Assert.InRange(scale.Error, 8, 30);
        Assert.True(scale.ValueBits <= 64);
    }

    [Fact]
    public void Too_few_fraction_bits_are_refused() =>
        Assert.Equal(LinearErrors.TooCoarse, Assert.Throws<CollabException>(() => new LinearScale(new() { Batch = 1 << 20, LearningRate = 1e-6 }, 1000)).Code);

    private static void Refused(ErrorCode code, double[][] columns, double[] labels, LinearFamily family = LinearFamily.LogisticThreePieces) =>
        Assert.Equal(code, Assert.Throws<CollabException>(() => LinearRows.Of(family, labels.Length, columns, labels)).Code);
}

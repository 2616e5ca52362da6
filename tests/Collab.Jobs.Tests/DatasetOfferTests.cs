using Collab.Primitives;

namespace Collab.Jobs.Tests;

public sealed class DatasetOfferTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    [InlineData(99, 2)]
    [InlineData(100, 3)]
    [InlineData(999_999_999, 9)]
    [InlineData(1_000_000_000, 10)]
    [InlineData(long.MaxValue, 19)]
    public void The_band_is_the_smallest_power_of_ten_above_the_rows(long rows, int band) => Assert.Equal(band, DatasetOffer.BandOf(rows));

    [Fact]
    public void An_offer_with_an_impossible_band_or_a_column_twice_is_refused()
    {
        var offer = new Samples(1).Offer();
        var column = new ColumnSchema("age", ColumnType.Integer, 0);
        DatasetOffer[] broken = [offer with { RowBand = 0 }, offer with { RowBand = 20 }, offer with { Schema = new([column, column]) }];
        Assert.All(broken, b => Assert.Throws<MalformedException>(() => DatasetOffer.Decode(b.Encode())));
    }
}

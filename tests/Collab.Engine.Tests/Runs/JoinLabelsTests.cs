using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Runs;

public sealed class JoinLabelsTests
{
    private static readonly ColumnBatch Batch = new(1, 4,
    [
        new TextColumn(new("note", ColumnType.Text, 0), ["fraud", "", null, new string('王', 9)]),
        new NumberColumn(new("amount", ColumnType.Decimal, 2), new long[] { -1250, 0, 7, 1 }, new[] { true, false, true, true }),
        new NumberColumn(new("since", ColumnType.Integer, 0), new long[] { 2020, 2021, 0, -1 }, new[] { true, true, false, true }),
    ]);

    [Fact]
    public void Values_come_back_as_text_in_the_order_asked_for_and_labels_have_one_size()
    {
        var labels = new JoinLabels(["since", "note", "amount"]);
        for (var row = 0; row < 4; row++) labels.Add(Batch, row, row);
        Assert.Equal(48, labels.Size); // 2 + 2, 2 + 27, 2 + 4 bytes, up to a multiple of 16
        var packed = labels.Pack();
        Assert.Equal(4 * 48, packed.Length);
        string?[][] expected = [["2020", "fraud", "-12.50"], ["2021", "", null], [null, null, "0.07"], ["-1", new string('王', 9), "0.01"]];
        for (var row = 0; row < 4; row++) Assert.Equal(expected[row], JoinLabels.Read(packed.AsSpan(row * 48, 48), 3));
    }

    [Fact]
    public void No_keys_make_no_labels_of_the_smallest_size()
    {
        var labels = new JoinLabels(["note"]);
        Assert.Equal((16, 0), (labels.Size, labels.Pack().Length));
    }

    [Fact]
    public void A_value_that_is_too_long_is_named_by_its_row()
    {
        var batch = new ColumnBatch(7, 1, [new TextColumn(new("note", ColumnType.Text, 0), [new string('x', 4095)])]);
        var failure = Assert.Throws<CollabException>(() => new JoinLabels(["note"]).Add(batch, 0, 0));
        Assert.Equal((JoinLabels.ValueTooLong, "The joined values of row 7 are too long."), (failure.Code, failure.Message));
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0400414243")] // said 3, and the second column is missing
    [InlineData("050041420000")] // said 4, has fewer
    [InlineData("0200FF0000")] // not UTF-8
    [InlineData("000000000001")] // something after the values
    public void A_label_that_is_none_says_nothing_and_makes_nothing_fail(string label) =>
        Assert.Equal([null, null], JoinLabels.Read(Convert.FromHexString(label), 2));
}

using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Tests;

public sealed class StatisticsPlanTests
{
    private static readonly PartyId A = PartyId.Parse("a"), B = PartyId.Parse("b"), C = PartyId.Parse("c");

    private static readonly StatisticsQuestion Good = new([new Measure("age", 0)], null, [Statistic.Mean], 10);

    public static TheoryData<string, StatisticsQuestion> Unfit => new()
    {
        { "no measure", Good with { Measures = [] } },
        { "a measure twice", Good with { Measures = [new("age", 0), new("age", 1)] } },
        { "a scale beyond 18", Good with { Measures = [new("age", 19)] } },
        { "no level", Good with { GroupBy = new("male", []) } },
        { "a level twice", Good with { GroupBy = new("male", ["1", "1"]) } },
        { "a grouping that is a measure", Good with { GroupBy = new("age", ["1"]) } },
        { "no statistic", Good with { Statistics = [] } },
        { "a statistic twice", Good with { Statistics = [Statistic.Mean, Statistic.Mean] } },
        { "an unknown statistic", Good with { Statistics = [(Statistic)99] } },
        { "no minimum", Good with { MinimumGroupSize = 0 } },
        { "too many cells", Good with { GroupBy = new("male", [.. Enumerable.Range(0, 65_537).Select(i => $"{i}")]) } },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void A_question_that_contradicts_itself_is_refused(string why, StatisticsQuestion question)
    {
        Assert.NotEmpty(why);
        Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => StatisticsPlan.Create(question, [A, B], C)).Code);
    }

    [Fact]
    public void One_of_two_owners_cannot_be_the_receiver_but_one_of_three_can()
    {
        var failure = Assert.Throws<CollabException>(() => StatisticsPlan.Create(Good, [A, B], B));
        Assert.Equal((StatisticsErrors.ReceiverIsOwnerOfTwo, ErrorKind.Refused), (failure.Code, failure.Code.Kind));
        Assert.Equal(C, StatisticsPlan.Create(Good, [A, B, C], C).Receiver);
        Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => StatisticsPlan.Create(Good, [A], C)).Code);
        Assert.Equal(StatisticsErrors.QuestionUnfit, Assert.Throws<CollabException>(() => StatisticsPlan.Create(Good, [A, A], C)).Code);
    }

    [Theory]
    [InlineData(new[] { Statistic.Count }, new[] { Total.Count })]
    [InlineData(new[] { Statistic.Sum }, new[] { Total.Sum })]
    [InlineData(new[] { Statistic.Mean }, new[] { Total.Count, Total.Sum })]
    [InlineData(new[] { Statistic.StandardDeviation }, new[] { Total.Count, Total.Sum, Total.SumOfSquares })]
    [InlineData(new[] { Statistic.Minimum, Statistic.Maximum }, new Total[0])]
    public void Only_totals_that_a_statistic_needs_are_opened(Statistic[] statistics, Total[] totals) =>
        Assert.Equal(totals, StatisticsPlan.Create(Good with { Statistics = statistics }, [A, B], C).Totals);

    [Fact]
    public void Owners_and_cells_have_one_order_everywhere()
    {
        var plan = StatisticsPlan.Create(
            Good with { Measures = [new("x", 0), new("y", 0)], GroupBy = new("g", ["q", "p"]) }, [C, A, B], PartyId.Parse("z"));
        Assert.Equal([A, B, C], plan.Owners);
        Assert.Equal(["q/x", "q/y", "p/x", "p/y"], plan.Cells.Select(c => $"{c.Level}/{c.Measure.Column}"));
        Assert.Equal(["g", "x", "y"], plan.Columns);
    }
}

using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests;

public sealed class LocalSummaryTests
{
    private static readonly PartyId[] Owners = [PartyId.Parse("riverside"), PartyId.Parse("lakeview")];

    private static readonly StatisticsQuestion Question = new(
        [new Measure("age", 0), new Measure("bmi", 2)], new GroupBy("male", ["0", "1", "2"]), Enum.GetValues<Statistic>(), 5);

    private static readonly StatisticsPlan Plan = StatisticsPlan.Create(Question, Owners, PartyId.Parse("registry"));

    [Fact]
    public void Cells_are_the_plain_sums_over_their_rows()
    {
        var random = RandomSource.Seeded(11);
        var rows = Enumerable.Range(0, 500).Select(_ => new Row(
            random.NextUInt64() % 4 is var l && l == 3 ? null : l.ToString(System.Globalization.CultureInfo.InvariantCulture),
            random.NextUInt64() % 5 == 0 ? null : unchecked((long)random.NextUInt64()), (long)(random.NextUInt64() % 4000))).ToList();
        var summary = Summary(Plan, rows);

        Assert.Equal(500, summary.RowCount);
        Assert.Equal(rows.Count(r => r.Level is null), summary.RowsWithoutLevel);
        for (var cell = 0; cell < 6; cell++)
        {
            var values = rows.Where(r => r.Level == Question.Levels[cell / 2]).Select(r => r.Values[cell % 2]).OfType<long>().ToList();
            var moments = summary.Own[cell];
            Assert.Equal(values.Count, moments.Count);
            Assert.Equal(values.Aggregate(BigInteger.Zero, (s, x) => s + x), moments.Sum.ToBigIntegerVariableTime());
            Assert.Equal(values.Aggregate(BigInteger.Zero, (s, x) => s + ((BigInteger)x * x)), moments.SumOfSquares.ToBigIntegerVariableTime());
            Assert.Equal((values.Min(), values.Max()), (moments.Minimum, moments.Maximum));
        }
    }

    [Fact]
    public void A_level_that_is_not_in_the_plan_fails_with_the_row_and_without_the_value()
    {
        var rows = Enumerable.Range(0, 20).Select(i => new Row(i == 12 ? "secret level" : "1", 1, 1));
        var failure = Assert.Throws<CollabException>(() => Summary(Plan, rows));
        Assert.Equal(StatisticsErrors.UnknownLevel, failure.Code);
        Assert.Contains("Row 13:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_group_by_their_decimal_text()
    {
        var summary = new LocalSummary(Plan);
        summary.Add(new ColumnBatch(1, 3,
        [
            new NumberColumn(new ColumnSchema("male", ColumnType.Integer, 0), new long[] { 1, 0, 0 }, new[] { true, true, false }),
            Numbers("age", 0, 40, 50, 60),
            Numbers("bmi", 2, 1, 2, 3),
        ]));
        Assert.Equal(1, summary.RowsWithoutLevel);
        Assert.Equal((50, 40), (summary.Own[0].Minimum, summary.Own[2].Minimum));
    }

    [Fact]
    public void A_smaller_scale_is_brought_to_that_of_the_plan_and_must_fit()
    {
        var summary = new LocalSummary(Plan);
        summary.Add(Batch(Numbers("age", 0, 1), Numbers("bmi", 1, -253)));
        Assert.Equal(-2530, summary.Own[3].Minimum);
        var failure = Assert.Throws<CollabException>(() => summary.Add(Batch(Numbers("age", 0, 1), Numbers("bmi", 0, long.MaxValue / 50))));
        Assert.Equal(StatisticsErrors.ValueTooLarge, failure.Code);
        Assert.Contains("Row 41:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_absent_or_of_another_kind_is_refused_by_name()
    {
        Assert.Equal(StatisticsErrors.ColumnUnfit, Assert.Throws<CollabException>(() => new LocalSummary(Plan).Add(Batch(Numbers("age", 0, 1)))).Code);
        Assert.Equal(StatisticsErrors.ColumnUnfit, Assert.Throws<CollabException>(
            () => new LocalSummary(Plan).Add(Batch(Numbers("age", 1, 1), Numbers("bmi", 2, 1)))).Code); // finer than the plan
        Assert.Equal(StatisticsErrors.ColumnUnfit, Assert.Throws<CollabException>(() => new LocalSummary(Plan).Add(
            Batch(new TextColumn(new ColumnSchema("age", ColumnType.Text, 0), ["1"]), Numbers("bmi", 2, 1)))).Code);
    }

    [Fact]
    public void A_summary_serves_the_plan_it_was_made_for()
    {
        var other = StatisticsPlan.Create(Question with { MinimumGroupSize = 6 }, Owners, PartyId.Parse("registry"));
        Assert.Throws<ArgumentException>(() => new LocalSummary(other).ThrowUnlessFor(Plan));
    }

    private static ColumnBatch Batch(params Column[] measures) =>
        new(41, 1, [new TextColumn(new ColumnSchema("male", ColumnType.Text, 0), ["1"]), .. measures]);

    private static NumberColumn Numbers(string name, int scale, params long[] values) => new(
        new ColumnSchema(name, scale == 0 ? ColumnType.Integer : ColumnType.Decimal, scale), values, values.Select(_ => true).ToArray());
}

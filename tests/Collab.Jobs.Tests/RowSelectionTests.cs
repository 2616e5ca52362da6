using System.Globalization;

namespace Collab.Jobs.Tests;

/// <summary>The rows that a filter takes are those of a plain evaluation in SQL's three values, for any condition and any rows.</summary>
public sealed class RowSelectionTests
{
    private static readonly ColumnSchema[] Columns =
        [new("n", ColumnType.Integer, 0), new("d", ColumnType.Decimal, 2), new("t", ColumnType.Text, 0), new("wide", ColumnType.Decimal, 18)];

    private static readonly string[] Texts = ["", "a", "b", "ab", "B", "O'Hara", "2024-01-31"];

    private sealed record Row(long? N, decimal? D, string? T, decimal? Wide);

    /// <summary>A condition as it is written, and what it is of a row; null for neither true nor false.</summary>
    private sealed record Condition(string Text, Func<Row, bool?> Of);

    [Fact]
    public void Random_conditions_take_the_rows_that_the_oracle_takes()
    {
        var random = new Random(11);
        var taken = 0;
        for (var i = 0; i < 400; i++)
        {
            var condition = Random(random, depth: 4);
            Row[] rows = [.. Enumerable.Range(0, random.Next(70)).Select(_ => RandomRow(random))];
            var selection = new RowSelection(FilterText.Parse(condition.Text), Columns);
            foreach (var (start, chunk) in new[] { (1L, rows[..(rows.Length / 3)]), (1L + (rows.Length / 3), rows[(rows.Length / 3)..]) }) // the second batch is the longer
            {
                var selected = selection.Of(Batch(start, chunk));
                var expected = chunk.Index().Where(row => condition.Of(row.Item) == true).ToArray();
                Assert.Equal(expected.Select(row => start + row.Index), Enumerable.Range(0, selected.RowCount).Select(selected.NumberOf));
                Assert.Equal(expected.Select(row => row.Item), RowsOf(selected));
                taken += expected.Length;
            }
        }

        Assert.InRange(taken, 2_000, 12_000); // neither all nor none
    }

    [Theory]
    [InlineData("n < 5", 1, 3)] // 5 itself and the missing value are not
    [InlineData("not n < 5", 2)]
    [InlineData("n < 5 or not n < 5", 1, 2, 3)]
    [InlineData("n is missing", 4)]
    [InlineData("n is missing or n < 5", 1, 3, 4)]
    [InlineData("n <> 5", 1, 3)]
    [InlineData("n not in (5, 9)", 1, 3)]
    [InlineData("n < 5.001", 1, 2, 3)]
    [InlineData("n <= 4.999", 1, 3)]
    [InlineData("n > 4.999", 2)]
    [InlineData("n >= 5.001")]
    [InlineData("n = 5.5")]
    [InlineData("n <> 5.5", 1, 2, 3)]
    [InlineData("n > -999999999999999999", 1, 2, 3)]
    [InlineData("wide < 999999999999999999", 1, 2, 3, 4)] // the constant is beyond what the column can hold
    [InlineData("wide > 999999999999999999")]
    [InlineData("wide >= -999999999999999999", 1, 2, 3, 4)]
    [InlineData("wide = 999999999999999999")]
    [InlineData("n >= -3.5 and n <= -3")]
    [InlineData("n >= -4.5 and n <= -3.5", 3)]
    [InlineData("t = 'a'", 1)]
    [InlineData("t < 'a'", 2, 4)]
    public void Edges(string where, params int[] expected)
    {
        Row[] rows = [new(0, 0, "a", 1), new(5, 0, "", 0.5m), new(-4, null, null, -9), new(null, 1, "B", 0)];
        var selected = new RowSelection(FilterText.Parse(where), Columns).Of(Batch(1, rows));
        Assert.Equal(expected.Select(row => (long)row), Enumerable.Range(0, selected.RowCount).Select(selected.NumberOf));
    }

    [Fact]
    public void Rows_taken_twice_keep_their_numbers()
    {
        var batch = Batch(101, [.. Enumerable.Range(0, 50).Select(i => new Row(i, null, null, null))]);
        var odd = new RowSelection(FilterText.Parse($"n in ({string.Join(',', Enumerable.Range(0, 25).Select(i => (2 * i) + 1))})"), Columns).Of(batch);
        var high = new RowSelection(FilterText.Parse("n > 44"), Columns).Of(odd);
        Assert.Equal([146L, 148, 150], Enumerable.Range(0, high.RowCount).Select(high.NumberOf));
        Assert.Same(batch, new RowSelection(FilterText.Parse("n >= 0"), Columns).Of(batch));
        Assert.Throws<ArgumentException>(() => new RowSelection(FilterText.Parse("n = 'x'"), Columns));
        Assert.Throws<ArgumentException>(() => new RowSelection(FilterText.Parse("m = 1"), Columns));
    }

    private static Condition Random(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0) return RandomLeaf(random);
        var left = Random(random, depth - 1);
        if (random.Next(4) == 0) return new($"not ({left.Text})", row => !left.Of(row));
        var right = Random(random, depth - 1);
        return random.Next(2) == 0
            ? new($"({left.Text}) and ({right.Text})", row => left.Of(row) & right.Of(row)) // on bool? these are SQL's
            : new($"({left.Text}) or ({right.Text})", row => left.Of(row) | right.Of(row));
    }

    private static Condition RandomLeaf(Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                var isText = random.Next(2) == 0;
                return new(isText ? "t is missing" : "d is missing", row => isText ? row.T is null : row.D is null);
            case 1:
                string[] texts = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Texts[random.Next(Texts.Length)])];
                return new($"t in ({string.Join(", ", texts.Select(Quoted))})", row => row.T is { } value ? texts.Contains(value) : null);
            case 2:
                var (bound, sign) = (Texts[random.Next(Texts.Length)], random.Next(6));
                return new($"t {Signs[sign]} {Quoted(bound)}", row => row.T is { } value ? Holds(sign, string.CompareOrdinal(value, bound)) : null);
            default:
                var (isInteger, number, how) = (random.Next(2) == 0, Math.Round((decimal)(random.NextDouble() * 10) - 5, random.Next(4)), random.Next(6));
                return new(
                    $"{(isInteger ? "n" : "d")} {Signs[how]} {number.ToString(CultureInfo.InvariantCulture)}",
                    row => (isInteger ? row.N : row.D) is { } value ? Holds(how, value.CompareTo(number)) : null);
        }
    }

    private static readonly string[] Signs = ["<", "<=", ">", ">=", "=", "<>"];

    private static bool Holds(int sign, int order) => sign switch { 0 => order < 0, 1 => order <= 0, 2 => order > 0, 3 => order >= 0, 4 => order == 0, _ => order != 0 };

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static Row RandomRow(Random random) => new(
        random.Next(5) == 0 ? null : random.Next(-5, 6), random.Next(5) == 0 ? null : random.Next(-500, 501) / 100m, random.Next(5) == 0 ? null : Texts[random.Next(Texts.Length)], null);

    private static ColumnBatch Batch(long first, Row[] rows) => new(first, rows.Length,
    [
        Numbers(Columns[0], [.. rows.Select(row => row.N)]), Numbers(Columns[1], [.. rows.Select(row => (long?)(row.D * 100))]),
        new TextColumn(Columns[2], [.. rows.Select(row => row.T)]), Numbers(Columns[3], [.. rows.Select(row => (long?)(row.Wide * 1_000_000_000_000_000_000m))]),
    ]);

    private static NumberColumn Numbers(ColumnSchema column, long?[] values) => new(column, values.Select(v => v ?? 0).ToArray(), values.Select(v => v is not null).ToArray());

    private static IEnumerable<Row> RowsOf(ColumnBatch batch) => Enumerable.Range(0, batch.RowCount).Select(row => new Row(
        Number(batch.Columns[0], row), Number(batch.Columns[1], row) / 100m, ((TextColumn)batch.Columns[2]).Values[row], null));

    private static long? Number(Column column, int row) => column is NumberColumn numbers && numbers.Present.Span[row] ? numbers.Values.Span[row] : null;
}

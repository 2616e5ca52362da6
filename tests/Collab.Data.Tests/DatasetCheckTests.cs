using System.Text;
using System.Text.Json;
using Collab.Jobs;
using Collab.Testing;
using Collab.Primitives;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests;

public sealed class DatasetCheckTests
{
    private static readonly ColumnSchema[] Columns = [Text("id"), Integer("age")];

    [Fact]
    public async Task A_clean_dataset_has_no_problem()
    {
        var report = await CheckAsync("id,age\na,1\nb,\n");
        Assert.True(report.IsClean);
        Assert.Equal(2, report.RowCount);
    }

    [Fact]
    public async Task Every_problem_is_told_once_with_row_and_column_and_the_scan_goes_on()
    {
        byte[] content =
        [
            .. "id,age\na,1\n,2\n A ,3\nb,x\nc,1e99\nd,0.5\ne\nf\0,1\ng\"h,1\n"u8, 0xFF, .. ",1\n"u8,
            .. Encoding.ASCII.GetBytes(new string('y', (1 << 20) + 1)), .. ",1\nz,9\n\"open,1\n"u8,
        ];
        var report = await DatasetCheck.RunAsync(FromCsv(content, Location(), Columns), ["id"], KeyRule.Default, RandomSource.Seeded(1));
        Assert.Equal(
            [
                ("data.key-blank", 2L, "id"), ("data.key-duplicate", 3L, "id"), ("data.value-not-a-number", 4L, "age"),
                ("data.value-overflow", 5L, "age"), ("data.value-too-precise", 6L, "age"), ("data.row-ragged", 7L, null), ("data.nul", 8L, "id"),
                ("data.quote-misplaced", 9L, "id"), ("data.encoding", 10L, "id"), ("data.field-too-long", 11L, "id"),
                ("data.quote-unclosed", 13L, "id"),
            ],
            report.Problems.Select(problem => (problem.Code, problem.First[0].Row!.Value, problem.First[0].Column)).OrderBy(problem => problem.Value));
        Assert.All(report.Problems, problem => Assert.Equal(1, problem.Count));
        Assert.False(report.Complete);
        Assert.Equal(7, report.RowCount);
    }

    [Fact]
    public async Task All_are_counted_and_the_first_are_listed()
    {
        var report = await CheckAsync("id,age\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{i},secret\n")));
        var problem = Assert.Single(report.Problems);
        Assert.Equal(500, problem.Count);
        Assert.Equal(Enumerable.Range(1, 20).Select(row => (long?)row), problem.First.Select(place => place.Row));
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(report), StringComparison.Ordinal);
        Assert.Equal("Row 1, column 'age': the value is not a number.", problem.First[0].Message);
    }

    [Fact]
    public async Task A_repeated_key_names_the_row_of_the_first_across_batches()
    {
        var content = new StringBuilder("id,age\n");
        for (var i = 0; i < 20_000; i++) content.Append(i).Append(",1\n");
        var report = await CheckAsync(content.Append("0005,1\n5,1\n").ToString());
        var place = Assert.Single(Assert.Single(report.Problems).First);
        Assert.Equal((20_002L, "Row 20002, column 'id': the key is that of row 6."), (place.Row!.Value, place.Message));
    }

    [Theory]
    [InlineData("id,id\n", "data.header-duplicate")]
    [InlineData("id,sex\n1,2\n", "data.column-missing")]
    [InlineData("", "data.header-missing")]
    public async Task What_leaves_nothing_to_read_is_the_one_problem(string content, string code)
    {
        var report = await CheckAsync(content);
        Assert.Equal(code, Assert.Single(report.Problems).Code);
        Assert.False(report.Complete);
    }

    private static Task<DatasetCheckReport> CheckAsync(string content) =>
        DatasetCheck.RunAsync(FromCsv(content, Columns), ["id"], KeyRule.Default, RandomSource.Seeded(1));
}

using Collab.Data.Snapshot;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Contract;

/// <summary>What every source promises, over every source there is.</summary>
public sealed class DataSourceContract
{
    public static TheoryData<string> Names => Sources.Names;

    private static readonly TestTable People = new(
        ["name", "age", "weight"],
        [
            ["Ann", "57", "60.50"],
            ["Bo \"the bear\"", null, "-0.25"],
            ["李,雷", "-9223372036854775808", null],
            ["two\nlines", "9223372036854775807", "1e-2"],
            [null, "0", "+7."],
            ["", "12", "1E2"],
        ]);

    private static readonly DatasetSchema PeopleSchema = new([Text("name"), Integer("age"), Decimal("weight", 2)]);

    [Theory, MemberData(nameof(Names))]
    public async Task Values_come_exactly_and_missing_is_not_empty(string source)
    {
        var cells = await CellsAsync(await Sources.MakeAsync(source, People, PeopleSchema));
        AssertCells(
            [
                ["Ann", "57", "6050"],
                ["Bo \"the bear\"", null, "-25"],
                ["李,雷", "-9223372036854775808", null],
                ["two\nlines", "9223372036854775807", "1"],
                [null, "0", "700"],
                ["", "12", "10000"],
            ],
            cells);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Columns_come_in_the_order_asked_for_and_no_others(string source)
    {
        var made = await Sources.MakeAsync(source, People, PeopleSchema);
        var cells = await CellsAsync(made, "weight", "name");
        AssertCells([["6050", "Ann"]], cells[..1]);
        await foreach (var batch in made.ReadAsync(["age"])) Assert.Equal([Integer("age")], batch.Columns.Select(column => column.Schema));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task No_column_still_counts_the_rows(string source)
    {
        var made = await Sources.MakeAsync(source, People, PeopleSchema);
        var count = 0;
        await foreach (var batch in made.ReadAsync([])) count += batch.RowCount;
        Assert.Equal(People.Rows.Count, count);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_table_without_rows_yields_nothing(string source) =>
        Assert.Empty(await CellsAsync(await Sources.MakeAsync(source, People with { Rows = [] }, PeopleSchema)));

    [Theory, MemberData(nameof(Names))]
    public async Task A_column_that_is_not_declared_is_named_with_the_nearest(string source)
    {
        var failure = await FailureAsync(await Sources.MakeAsync(source, People, PeopleSchema), "weigth");
        Assert.Equal(("data.column-missing", "weigth"), (failure.Code.Name, failure.Problem.Column));
        Assert.Contains("'weight'", failure.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_declared_column_that_the_source_has_not_is_named_with_the_nearest(string source)
    {
        var failure = await FailureAsync(await Sources.MakeAsync(source, People, new DatasetSchema([Text("Nane")])));
        Assert.Equal(("data.column-missing", "Nane"), (failure.Code.Name, failure.Problem.Column));
        Assert.Contains("'name'", failure.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_column_asked_for_twice_is_refused(string source) =>
        Assert.Equal("data.column-twice", (await FailureAsync(await Sources.MakeAsync(source, People, PeopleSchema), "age", "age")).Code.Name);

    public static TheoryData<string, string, string> BrokenNumbers
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var source in Sources.Names)
            {
                foreach (var (value, code) in new[]
                {
                    ("9223372036854775808", "data.value-overflow"), ("-9223372036854775809", "data.value-overflow"),
                    ("1e400", "data.value-overflow"), ("1e19", "data.value-overflow"), ("99999999999999999999999999", "data.value-overflow"),
                    ("NaN", "data.value-not-a-number"), ("Infinity", "data.value-not-a-number"), ("-inf", "data.value-not-a-number"),
                    ("secret-4711", "data.value-not-a-number"), ("1,5", "data.value-not-a-number"), ("0x1F", "data.value-not-a-number"),
                    ("2024-02-30", "data.value-not-a-number"), ("１２", "data.value-not-a-number"), ("1e", "data.value-not-a-number"),
                    ("1.5", "data.value-too-precise"), ("1e-400", "data.value-too-precise"),
                })
                {
                    data.Add(source, value, code);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(BrokenNumbers))]
    public async Task A_broken_number_is_told_with_row_and_column_and_without_the_value(string source, string value, string code)
    {
        var table = new TestTable(["id", "age"], [["a", "1"], ["b", value], ["c", "3"]]);
        var failure = await FailureAsync(await Sources.MakeAsync(source, table, new DatasetSchema([Text("id"), Integer("age")])));
        Assert.Equal((code, 2L, "age"), (failure.Code.Name, failure.Problem.Row, failure.Problem.Column));
        Assert.DoesNotContain(value, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_scan_goes_on_behind_a_broken_number(string source)
    {
        var table = new TestTable(["id", "age"], [["a", "1"], ["b", "x"], ["c", "1e99"], ["d", "4"]]);
        var made = await Sources.MakeAsync(source, table, new DatasetSchema([Text("id"), Integer("age")]));
        var problems = new List<SourceProblem>();
        var cells = new List<string?[]>();
        await foreach (var batch in made.ScanAsync(["id", "age"], problems.Add)) cells.AddRange(Cells(batch));
        AssertCells([["a", "1"], ["b", null], ["c", null], ["d", "4"]], cells);
        Assert.Equal([(2L, "data.value-not-a-number"), (3L, "data.value-overflow")], problems.Select(p => (p.Row!.Value, p.Code.Name)));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Many_rows_come_in_batches_that_follow_each_other(string source)
    {
        var made = await Sources.MakeAsync(source, Numbered(20_000), new DatasetSchema([Integer("n")]));
        var batches = new List<ColumnBatch>();
        await foreach (var batch in made.ReadAsync(["n"])) batches.Add(batch);
        Assert.Equal([8_192, 8_192, 3_616], batches.Select(batch => batch.RowCount));
        Assert.Equal([1L, 8_193L, 16_385L], batches.Select(batch => batch.FirstRow));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(n => (long)n), batches.SelectMany(b => ((NumberColumn)b.Columns[0]).Values.ToArray()));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_reading_can_be_cancelled_between_two_batches(string source)
    {
        var made = await Sources.MakeAsync(source, Numbered(20_000), new DatasetSchema([Integer("n")]));
        using var cancel = new CancellationTokenSource();
        var batches = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in made.ReadAsync(["n"], cancel.Token))
            {
                batches++;
                await cancel.CancelAsync();
            }
        });
        Assert.Equal(1, batches);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_reader_may_stop_early_and_read_again(string source)
    {
        var made = await Sources.MakeAsync(source, Numbered(20_000), new DatasetSchema([Integer("n")]));
        await foreach (var batch in made.ReadAsync(["n"])) break;
        Assert.Equal(20_000, (await CellsAsync(made)).Length);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Two_readings_give_the_snapshot_one_commitment(string source)
    {
        var made = await Sources.MakeAsync(source, People, PeopleSchema);
        using var salt = SecretBytes.Take(new byte[SnapshotHash.SaltSize]);
        var first = await CommitAsync(made, salt);
        var second = await CommitAsync(made, salt);
        Assert.Equal(first, second);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task The_snapshot_depends_on_the_rows_and_not_on_the_kind_of_source(string source)
    {
        using var salt = SecretBytes.Take(new byte[SnapshotHash.SaltSize]);
        var made = await CommitAsync(await Sources.MakeAsync(source, People, PeopleSchema), salt);
        var csv = await CommitAsync(await Sources.MakeAsync("csv", People, PeopleSchema), salt);
        Assert.Equal(csv, made);
    }

    private static TestTable Numbered(int count) => new(["n"], [.. Enumerable.Range(0, count).Select(n => new string?[] { $"{n}" })]);
}

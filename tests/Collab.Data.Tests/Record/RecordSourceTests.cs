using Collab.Data.Record;
using Collab.Jobs;

namespace Collab.Data.Tests.Record;

public sealed class RecordSourceTests
{
    private static readonly RecordSource Source = new(new Dictionary<string, string> { ["number"] = "12", ["code"] = "044001", ["note"] = "" });

    [Fact]
    public async Task A_record_is_a_table_of_one_row_of_text_in_the_columns_asked_for()
    {
        Assert.Equal(["code", "note", "number"], Source.Schema.Columns.Select(c => c.Name));
        Assert.All(Source.Schema.Columns, column => Assert.Equal((ColumnType.Text, 0), (column.Type, column.Scale)));
        var batches = new List<ColumnBatch>();
        await foreach (var batch in Source.ReadAsync(["number", "code"], TestContext.Current.CancellationToken)) batches.Add(batch);
        var only = Assert.Single(batches);
        Assert.Equal((1L, 1), (only.FirstRow, only.RowCount));
        Assert.Equal(["12", "044001"], only.Columns.Select(column => Assert.Single(Assert.IsType<TextColumn>(column).Values)));
    }

    [Theory]
    [InlineData("colour", "data.column-missing")]
    [InlineData("code", "data.column-twice")]
    public async Task A_column_that_is_not_there_or_comes_twice_is_refused(string column, string code)
    {
        var failure = await Assert.ThrowsAsync<SourceException>(async () =>
        {
            await foreach (var _ in Source.ScanAsync(["code", column], _ => { }, TestContext.Current.CancellationToken)) { }
        });
        Assert.Equal(code, failure.Code.Name);
    }
}

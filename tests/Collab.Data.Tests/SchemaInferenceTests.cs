using Collab.Jobs;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests;

public sealed class SchemaInferenceTests
{
    [Theory]
    [InlineData("Integer 0", "1", "-12", "", "0")]
    [InlineData("Integer 0", "9223372036854775807", "-9223372036854775808")]
    [InlineData("Text 0", "9223372036854775808")]
    [InlineData("Text 0", "-9223372036854775809")]
    [InlineData("Decimal 2", "1", "0.25", "1.500")]
    [InlineData("Decimal 0", "1", "1e3", "-0")]
    [InlineData("Decimal 3", "1e-3", "")]
    [InlineData("Decimal 18", "0.000000000000000001", "9.2")]
    [InlineData("Text 0", "0.0000000000000000001")]
    [InlineData("Text 0", "0.000000000000000001", "10")]
    [InlineData("Text 0", "007")]
    [InlineData("Text 0", "+4930", "1")]
    [InlineData("Text 0", "1", "NaN")]
    [InlineData("Text 0", "2024-01-31", "31.01.2024")]
    [InlineData("Text 0", "1", "x", "2")]
    [InlineData("Text 0", "", "")]
    [InlineData("Text 0")]
    [InlineData("Text 0", "1e400")]
    public async Task A_column_is_proposed_by_all_its_values(string expected, params string[] values)
    {
        var source = FromCsv("id,v\n" + string.Concat(values.Select(value => $"k,{value}\n")), Text("id"), Text("v"));
        var proposed = (await SchemaInference.ProposeAsync(source)).Columns[1];
        Assert.Equal(expected, $"{proposed.Type} {proposed.Scale}");
    }

    [Fact]
    public async Task What_is_proposed_reads_the_source_without_a_problem()
    {
        const string content = "a,b,c\n1,0.5,x\n-7,1e-4,007\n,,\n";
        var schema = await SchemaInference.ProposeAsync(FromCsv(content, Text("a"), Text("b"), Text("c")));
        AssertCells([["1", "5000", "x"], ["-7", "1", "007"], [null, null, null]], await CellsAsync(FromCsv(content, [.. schema.Columns])));
    }
}

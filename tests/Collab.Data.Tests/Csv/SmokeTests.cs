using Collab.Data.Csv;
using Collab.Data.Keys;
using Collab.Jobs;
using System.Diagnostics;

namespace Collab.Data.Tests.Csv;

public sealed class SmokeTests
{
    [Fact]
    public async Task Smoke()
    {
        var location = CsvLocation.Create(new CsvLocationLiteral { Path = "../../../../../notebooks/data/nafld1.csv" });
        var schema = await SchemaInference.ProposeAsync(await CsvReader.OpenAsTextAsync(location));
        Console.WriteLine(string.Join("\n", schema.Columns));
        var reader = new CsvReader(location, schema);
        var keys = await KeyReader.ReadAsync(reader, ["id"], KeyRule.Default);
        Console.WriteLine(keys.Count);
        Assert.Equal(17549, keys.Count);
        var report = await DatasetCheck.RunAsync(reader, ["id"], KeyRule.Default, Collab.Primitives.RandomSource.System);
        Console.WriteLine(report);
        Assert.True(report.IsClean);
    }
}

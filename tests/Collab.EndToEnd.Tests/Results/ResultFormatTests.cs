using System.Globalization;
using System.Text.Json;
using Collab.EndToEnd.Tests.Support;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>One result of real nodes in each format that <c>job result</c> knows.</summary>
public sealed class ResultFormatTests
{
    [Fact]
    public async Task A_result_is_told_as_json_as_csv_and_as_a_table_with_the_same_numbers()
    {
        await using var study = await StartAsync([Clinic, Hospital, Registry], testing: false);
        var job = await study.SubmitAsync("statistics");
        Assert.Equal("committed", (await study.SettledAsync(job)).State);
        Task<Finished> ResultAsync(params string[] options) =>
            CollabProgram.RunAsync(["job", "result", job.Digest, "--home", study.Local.HomeOf(Registry).Folder, .. options]);

        var cells = (await ResultAsync()).Expect(0).Json.GetProperty("statistics").EnumerateArray().ToList();
        string TextOf(JsonElement cell, string name) => cell.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
        Assert.Equal(20, cells.Count); // two columns, two levels, five statistics
        var csv = (await ResultAsync("--format", "csv")).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            cells.Select(cell => string.Join(',', new[] { "level", "measure", "statistic", "value", "fraction", "exactness" }.Select(name => TextOf(cell, name)))).Prepend("level,measure,statistic,value,fraction,exactness"), csv);
        var table = (await ResultAsync("--format", "table")).Expect(0).Output;
        foreach (var cell in cells)
        {
            var value = TextOf(cell, "value");
            Assert.Contains(value.Contains('.', StringComparison.Ordinal) ? double.Parse(value, CultureInfo.InvariantCulture).ToString("G6", CultureInfo.InvariantCulture) : value, table, StringComparison.Ordinal);
        }

        (await ResultAsync("--format", "xml")).Expect(2, "xml");
        (await ResultAsync("--plot", Path.ChangeExtension(study.FileOf(Registry, "one"), ".svg"))).Expect(2, "0 pictures"); // statistics have none
        Assert.Contains("no analysis has a picture", (await ResultAsync("--plot", Path.GetDirectoryName(study.FileOf(Registry, "pictures"))!)).Expect(0).Errors, StringComparison.Ordinal);
    }
}

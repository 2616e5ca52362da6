using System.Globalization;
using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>A job of analyses over two banks' mortgage applications, told to a supervisor that has none, against R on all of them (tests/vectors/r).</summary>
public sealed class AnalysisTests
{
    private const string Job = """
        kind: analysis
        purpose: denial-study
        parties:
          - { name: north, dataset: loans }
          - { name: south, dataset: loans }
        receivers: [supervisor]
        parameters:
          analyses:
            - { test: welch, value: pirat, by: { column: deny, levels: ["yes", "no"] } }
            - { test: one-sample, value: pirat, mean: 0.33 }
            - { test: chi-squared, rows: { column: deny, levels: ["no", "yes"] }, across: { column: afam, levels: ["no", "yes"] } }
            - { test: correlation, x: pirat, y: lvrat }
            - { test: chi-squared, rows: { column: deny, levels: ["no", "yes"] }, across: { column: chist, levels: ["1", "2", "3", "4", "5", "6"] } }
            - { test: histogram, value: pirat, breaks: [0.25, 0.3, 0.35, 0.4] }
            - { test: proportions, rows: { column: afam, levels: ["yes", "no"] }, across: { column: deny, levels: ["no", "yes"] } }
          minimum-group: 30
        """;

    [Fact]
    public async Task Findings_are_those_of_R_and_an_analysis_with_a_small_cell_is_withheld()
    {
        using var folder = new TemporaryFolder();
        var rows = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv"), TestContext.Current.CancellationToken);
        folder.Write("north/loans.csv", string.Join('\n', rows.Where((_, i) => i == 0 || i % 3 == 0)));
        folder.Write("south/loans.csv", string.Join('\n', rows.Where((_, i) => i == 0 || i % 3 != 0)));
        Directory.CreateDirectory(folder["supervisor"]);
        var run = (await CollabProgram.RunAsync(
            "sandbox", "run", folder.Write("job.yaml", Job), "--party", $"north={folder["north"]}", $"south={folder["south"]}", $"supervisor={folder["supervisor"]}",
            "--out", folder["out"], "--json")).Expect(0);
        var analyses = run.Json.GetProperty("parties").GetProperty("supervisor").GetProperty("result").GetProperty("analyses").EnumerateArray().ToList();
        Assert.Equal(7, analyses.Count);
        Check(analyses[0], "p.value", 5.8077529e-07, "Welch two-sample t-test");
        Check(analyses[1], "estimate", 0.33081357, "One-sample t-test");
        Check(analyses[2], "parameter", 1, "Pearson's chi-squared test with Yates' correction");
        Check(analyses[3], "parameter", 2378, "Pearson's correlation");
        Assert.Contains("withheld", analyses[4].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Empty(analyses[4].GetProperty("findings").EnumerateArray());
        Assert.Equal(
            ["355", "426", "702", "635", "262"],
            analyses[5].GetProperty("findings")[0].GetProperty("quantities").EnumerateArray().Where(q => q.GetProperty("name").GetString() == "count").Select(q => q.GetProperty("value").GetString()));
        Check(analyses[6], "estimate1", 96 / 339.0, "Two-sample proportion test with continuity correction");
        var csv = await File.ReadAllLinesAsync(folder["out", "supervisor", "result.csv"], TestContext.Current.CancellationToken);
        Assert.Equal("analysis,method,term,name,value,bits,reason", csv[0]);
        (await CollabProgram.RunAsync(
            "audit", "verify", folder["out", run.Json.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0, "verified");
    }

    private static void Check(JsonElement analysis, string name, double expected, string method)
    {
        var finding = analysis.GetProperty("findings")[0];
        Assert.Equal(method, finding.GetProperty("method").GetString());
        var value = finding.GetProperty("quantities").EnumerateArray().Single(q => q.GetProperty("name").GetString() == name).GetProperty("value").GetString();
        Assert.Equal(expected, double.Parse(value!, CultureInfo.InvariantCulture), Math.Abs(expected) * 1e-4);
    }
}

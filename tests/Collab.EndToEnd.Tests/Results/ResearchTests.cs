using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>
/// The multi-centre research of protocols/templates, run as it stands over three real nodes with the patients of a population study dealt out to three hospitals, against R on
/// all of them (tests/vectors/r/research.R). Of men of 85 years and more there are 7, where a cell needs 10.
/// </summary>
public sealed class ResearchTests
{
    private const string SmallCell = "m 85+";

    private static readonly string[] Hospitals = ["lakeview", "riverside", "valley"];

    private static readonly ILookup<(string Case, string Term, string Name), double> R = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", "research.csv")).Skip(1)
        .Select(line => line.Split(',')).ToLookup(parts => (parts[0], parts[1], parts[2]), parts => double.Parse(parts[3], CultureInfo.InvariantCulture));

    [Fact]
    public async Task The_overlap_of_two_hospitals_is_a_number_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lakeview/patients.csv", "id\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"CanaryPatient{i}\n")));
        folder.Write("riverside/patients.csv", "id\n" + string.Concat(Enumerable.Range(163, 200).Select(i => $"CanaryPatient{i}\n")));
        var run = await RunAsync(folder, "cohort-overlap", "lakeview", "riverside");
        Assert.Equal(37, ResultOf(run).GetProperty("count").GetInt64());
        Assert.Empty(Support.Results.FilesWith(folder["out"], ["CanaryPatient", "canarypatient"]));
    }

    [Fact]
    public async Task The_baseline_table_is_that_of_R_and_the_cell_of_seven_is_told_to_nobody()
    {
        using var folder = new TemporaryFolder();
        WriteCohorts(folder);
        var run = await RunAsync(folder, "cohort-baseline", Hospitals);
        var cells = ResultOf(run).GetProperty("statistics").EnumerateArray().GroupBy(row => (Level: TextOf(row, "level"), Measure: TextOf(row, "measure"))).ToList();
        Assert.Equal(22, cells.Count);
        var told = 0;
        foreach (var cell in cells)
        {
            if (cell.Any(row => TextOf(row, "exactness").StartsWith("withheld", StringComparison.Ordinal)))
            {
                Assert.Single(cell);
                continue;
            }

            Assert.NotEqual(SmallCell, cell.Key.Level);
            if (cell.Key.Level.Length == 0) continue; // the totals
            foreach (var row in cell)
            {
                var name = TextOf(row, "statistic") is "standard deviation" ? "sd" : TextOf(row, "statistic");
                Near(R[($"baseline {cell.Key.Measure}", cell.Key.Level, name)].Single(), double.Parse(TextOf(row, "value"), CultureInfo.InvariantCulture));
            }

            told++;
        }

        Assert.Equal(16, told); // the cell that covers the small one is withheld too
    }

    [Fact]
    public async Task Outcomes_are_those_of_R_with_their_pictures()
    {
        using var folder = new TemporaryFolder();
        WriteCohorts(folder);
        var run = await RunAsync(folder, "cohort-outcome", Hospitals);
        var analyses = ResultOf(run).GetProperty("analyses").EnumerateArray().ToList();
        Assert.All(analyses, analysis => Assert.False(analysis.TryGetProperty("reason", out _), analysis.ToString()));

        var bins = Numbers(analyses[0], 0);
        Assert.Equal(7, bins.Count);
        Assert.All(bins, bin => Assert.Equal("count", bin.Name));
        for (var bin = 0; bin < 7; bin++) Assert.Equal(R[("histogram", $"{bin + 1}", "count")].Single(), bins[bin].Value);
        for (var sex = 0; sex < 2; sex++)
        {
            var curve = Numbers(analyses[1], 2 * sex);
            Assert.Equal(15 * 7, curve.Count);
            foreach (var number in curve.Where(number => number.Name is "n.risk" or "estimate" or "conf.low" or "conf.high"))
                Near(R[($"survival male={sex}", number.Term, number.Name)].Single(), number.Value);
        }

        Compare(Numbers(analyses[1], 4), "log-rank", 2);
        Compare(Numbers(analyses[2], 0), "odds-ratio", 3);
        Compare(Numbers(analyses[3], 0), "proportion", 3);
        Compare(Numbers(analyses[3], 1), "proportion-exact", 1);
        Compare(Numbers(analyses[4], 0), "linear", 6);
        Compare(Numbers(analyses[5], 0), "logistic", 6);

        var curves = XDocument.Load(folder["out", "riverside", "analysis-2.svg"]).Root!;
        Assert.Equal(2, curves.Descendants().Count(mark => (string?)mark.Attribute("class") is "series-0" or "series-1" && mark.Name.LocalName == "path"));
        Assert.Equal(
            ["analysis-1.svg", "analysis-2.svg", "analysis-3.svg", "analysis-5.svg", "analysis-6.svg"],
            Directory.EnumerateFiles(folder["out", "riverside"], "*.svg").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.Exists(folder["out", "valley"]) ? Directory.EnumerateFiles(folder["out", "valley"]) : []);
    }

    /// <summary>The cohort of the vectors and the patients without bmi, whom the templates' filter leaves out, each hospital with every third; the stratum of each beside what the study says.</summary>
    private static void WriteCohorts(TemporaryFolder folder)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "demo", "nafld1.csv")).Select(line => line.Split(',')).ToList();
        int Place(string column) => Array.IndexOf(lines[0], column);
        string[] columns = ["id", "age", "male", "bmi", "case.id", "futime", "status"];
        var old = 0;
        var rows = new List<string>();
        foreach (var patient in lines.Skip(1))
        {
            var (age, sex) = (int.Parse(patient[Place("age")], CultureInfo.InvariantCulture), patient[Place("male")] == "1" ? "m" : "f");
            var stratum = $"{sex} {age switch { < 40 => "18-39", < 55 => "40-54", < 70 => "55-69", < 85 => "70-84", _ => "85+" }}";
            if (stratum == SmallCell && patient[Place("bmi")].Length > 0 && ++old > 7) continue;
            rows.Add(string.Join(',', columns.Select(column => patient[Place(column)]).Append(stratum)));
        }

        foreach (var (i, hospital) in Hospitals.Index())
            folder.Write($"{hospital}/cohort.csv", string.Join('\n', rows.Where((_, row) => row % 3 == i).Prepend(string.Join(',', columns.Append("stratum")))) + "\n");
    }

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, string template, params string[] parties)
    {
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", Path.Combine(AppContext.BaseDirectory, "templates", $"{template}.yaml"), "--party", .. parties.Select(party => $"{party}={folder[party]}"), "--out", folder["out"], "--json"])).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        Assert.All(parties.Where(party => party != "riverside"), party => Assert.False(run.Json.GetProperty("parties").GetProperty(party).TryGetProperty("result", out _)));
        (await CollabProgram.RunAsync(
            "audit", "verify", folder["out", run.Json.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0, "verified");
        return run.Json;
    }

    private static JsonElement ResultOf(JsonElement run) => run.GetProperty("parties").GetProperty("riverside").GetProperty("result");

    private static string TextOf(JsonElement row, string name) => row.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    private static List<(string Term, string Name, double Value)> Numbers(JsonElement analysis, int finding) =>
        [.. analysis.GetProperty("findings")[finding].GetProperty("quantities").EnumerateArray().Select(q =>
            (q.GetProperty("term").GetString()!, q.GetProperty("name").GetString()!, double.Parse(q.GetProperty("value").GetString()!, CultureInfo.InvariantCulture)))];

    private static void Compare(List<(string Term, string Name, double Value)> found, string name, int count)
    {
        var expected = R.Where(line => line.Key.Case == name).ToList();
        Assert.Equal(count, expected.Count);
        foreach (var line in expected) Near(line.Single(), found.Single(number => (number.Term, number.Name) == (line.Key.Term, line.Key.Name)).Value);
    }

    private static void Near(double expected, double found) => Assert.InRange(found, expected - (Math.Abs(expected) * 1e-9) - 1e-300, expected + (Math.Abs(expected) * 1e-9) + 1e-300);
}

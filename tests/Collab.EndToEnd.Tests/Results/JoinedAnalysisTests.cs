using System.Globalization;
using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>A register knows when patients died, a clinic what they were given: a table and survival over the patients of both, by real nodes over TLS.</summary>
public sealed class JoinedAnalysisTests
{
    // aml of R's package survival: those maintained first
    private static readonly (int Time, int Event)[] Leukemia =
    [
        (9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0),
        (5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1), (45, 1),
    ];

    [Fact]
    public async Task A_table_and_survival_of_columns_of_two_owners_are_Rs_and_no_row_leaves_its_owner()
    {
        using var folder = new TemporaryFolder();
        folder.Write("clinic/treated.csv", "patient,given\n" + string.Concat(Leukemia.Select((_, i) => $"Canary{i:D3},{(i < 11 ? "CanaryYes" : "CanaryNo")}\n")) + "CanaryClinic,CanaryYes\nCanary900,\n");
        folder.Write("register/ends.csv", "patient,weeks,died\n" + string.Concat(Leukemia.Select((row, i) => $"Canary{i:D3},{row.Time},{row.Event}\n").Reverse()) + "CanaryRegister,7,1\nCanary900,6,1\n");
        var job = folder.Write("job.yaml", """
            kind: analysis
            purpose: chemotherapy
            parties:
              - { name: clinic, dataset: treated, key: [patient] }
              - { name: register, dataset: ends, key: [patient] }
            receivers: [register]
            parameters:
              join: { columns: [{ column: weeks, min: 0, max: 1000 }] }
              minimum-group: 1
              analyses:
                - { test: fisher, rows: { column: given, levels: [CanaryYes, CanaryNo] }, across: { column: died, levels: ["0", "1"] } }
                - test: survival
                  time: weeks
                  event: { column: died, levels: ["0", "1"] }
                  by: { column: given, levels: [CanaryYes, CanaryNo] }
                  until: [5, 8, 9, 12, 13, 16, 18, 23, 27, 28, 30, 31, 33, 34, 43, 45, 48, 161]
            """);
        var run = (await CollabProgram.RunAsync(
            "sandbox", "run", job, "--party", $"clinic={folder["clinic"]}", $"register={folder["register"]}", "--out", folder["out"], "--json")).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        (await CollabProgram.RunAsync(
            "audit", "verify", folder["out", run.Json.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0, "verified");

        // R 4.2.2, survival 3.5-3: fisher.test(table(aml$x, aml$status)); survdiff(Surv(time, status) ~ x, aml); summary(survfit(Surv(time, status) ~ x, aml), times = 23)
        var analyses = run.Json.GetProperty("parties").GetProperty("register").GetProperty("result").GetProperty("analyses");
        Near(0.15495259888852567, Number(analyses[0], 0, "", "p.value"));
        Near(3.3963886989776011, Number(analyses[1], 4, "", "statistic"));
        Near(0.065339322040505132, Number(analyses[1], 4, "", "p.value"));
        Near(0.61363636363636354, Number(analyses[1], 0, "23", "estimate"));
        Near(0.37686705950167976, Number(analyses[1], 0, "23", "conf.low"));
        Near(0.48611111111111116, Number(analyses[1], 2, "23", "estimate"));

        Assert.False(run.Json.GetProperty("parties").GetProperty("clinic").TryGetProperty("result", out _));
        Assert.Empty(Support.Results.FilesWith(folder["out"], ["Canary0", "Canary9", "canary0", "CanaryClinic", "CanaryRegister"]));
    }

    private static double Number(JsonElement analysis, int finding, string term, string name) => double.Parse(
        analysis.GetProperty("findings")[finding].GetProperty("quantities").EnumerateArray()
            .Single(q => q.GetProperty("term").GetString() == term && q.GetProperty("name").GetString() == name).GetProperty("value").GetString()!,
        CultureInfo.InvariantCulture);

    private static void Near(double expected, double found) => Assert.Equal(1, found / expected, 1e-6);
}

using System.Text.Json;
using Collab.Cryptography;
using Collab.EndToEnd.Tests.Support;
using Collab.Evidence;
using Collab.Jobs;

namespace Collab.EndToEnd.Tests.Results;

/// <summary><c>collab sandbox run</c> on data the demo does not use, against Python on the plain rows.</summary>
public sealed class SandboxTests
{
    private static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "data", name);

    [Fact]
    public async Task Two_overlapping_halves_intersect_in_what_they_share()
    {
        using var folder = new TemporaryFolder();
        var rows = await File.ReadAllLinesAsync(Data("hmda.csv"), TestContext.Current.CancellationToken);
        var bank = folder.Write("bank/loans.csv", string.Join('\n', rows.Take(1501)));
        var bureau = folder.Write("bureau/loans.csv", string.Join('\n', rows.Skip(1001).Reverse().Prepend(rows[0])));
        var job = folder.Write("job.yaml", """
            kind: intersection
            purpose: shared-applicants
            parties:
              - name: bank
                dataset: loans
                key: [id]
              - name: bureau
                dataset: loans
                key: [id]
            receivers: [bureau]
            parameters:
              case: keep
            """);
        var run = (await CollabProgram.RunAsync(
            "sandbox", "run", job, "--party", $"bank={folder["bank"]}", $"bureau={folder["bureau"]}", "--out", folder["out"], "--json")).Expect(0);

        AssertShape(run.Json, folder["out"], "bank", "bureau");
        var result = run.Json.GetProperty("parties").GetProperty("bureau").GetProperty("result");
        var expected = await PythonOracle.IntersectAsync(bank, bureau, "id");
        Assert.Equal(500, expected.Count);
        Assert.Equal(expected, Support.Results.KeysOf(result));
        Assert.Equal(expected.Count, result.GetProperty("count").GetInt32());
        Assert.False(run.Json.GetProperty("parties").GetProperty("bank").TryGetProperty("result", out _));
    }

    [Fact]
    public async Task Nodes_of_the_SM_suite_sign_commit_and_are_verified_by_it()
    {
        using var folder = new TemporaryFolder();
        var run = await DescribeAsync(folder, "german_credit.csv", "Class", "Bad,Good", "Amount", "--suite", "sm");
        AssertShape(run.Json, folder["out"], "first-bank", "regulator", "second-bank");
        await Support.Results.AssertStatisticsAsync(
            run.Json.GetProperty("parties").GetProperty("regulator").GetProperty("result"), "Class", ["Bad", "Good"], ["Amount"], Data("german_credit.csv"));

        var evidence = folder["out", run.Json.GetProperty("evidence").GetString()!];
        var bytes = await File.ReadAllBytesAsync(evidence, TestContext.Current.CancellationToken);
        var receipt = Receipt.Decode(EvidenceBundle.Read(bytes).Find("receipt/regulator")!.Content.Span);
        Assert.Equal((byte)CommitmentAlgorithm.SaltedSm3, receipt.Result!.Algorithm);
        var trust = folder["out", "nodes", "consortium.yaml"];
        (await CollabProgram.RunAsync("audit", "verify", evidence, "--trust", trust)).Expect(0, "verified");

        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(folder["altered.evidence"], bytes, TestContext.Current.CancellationToken);
        (await CollabProgram.RunAsync("audit", "verify", folder["altered.evidence"], "--trust", trust)).Expect(5);
    }

    [Theory]
    [InlineData("hmda.csv", "deny", "no,yes", "pirat,lvrat")]
    [InlineData("german_credit.csv", "Class", "Bad,Good", "Amount,Age")]
    public async Task Two_owners_and_a_third_receiver_describe_what_one_table_would(string file, string group, string levels, string measures)
    {
        using var folder = new TemporaryFolder();
        var run = await DescribeAsync(folder, file, group, levels, measures);
        AssertShape(run.Json, folder["out"], "first-bank", "regulator", "second-bank");
        var parties = run.Json.GetProperty("parties");
        await Support.Results.AssertStatisticsAsync(
            parties.GetProperty("regulator").GetProperty("result"), group, levels.Split(','), measures.Split(','), Data(file));
        (await CollabProgram.RunAsync(
            "audit", "verify", folder["out", run.Json.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0, "verified");
    }

    [Fact]
    public async Task A_group_below_the_minimum_is_withheld_and_no_number_of_it_is_anywhere_at_the_receiver()
    {
        using var folder = new TemporaryFolder();
        var run = await DescribeAsync(folder, "german_credit.csv", "NumberExistingCredits", "1,2,3,4", "Amount"); // six rows have four credits
        var rows = run.Json.GetProperty("parties").GetProperty("regulator").GetProperty("result").GetProperty("statistics").EnumerateArray().ToList();
        var small = Assert.Single(rows, row => row.GetProperty("level").GetString() == "4");
        Assert.False(small.TryGetProperty("value", out _) || small.TryGetProperty("fraction", out _));
        Assert.Contains("withheld", small.GetProperty("exactness").GetString(), StringComparison.Ordinal);
        Assert.Equal(7, rows.Count(row => row.GetProperty("level").GetString() == "1"));

        var secrets = (await PythonOracle.DescribeAsync("NumberExistingCredits", ["4"], ["Amount"], Data("german_credit.csv")))["4/Amount"];
        var numbers = secrets.Where(s => s.Key != "count").SelectMany(s => new[] { s.Value.Exact, s.Value.Double }).OfType<string>().Where(n => n.Length >= 5).ToList(); // a shorter one may stand in encrypted files by chance
        Assert.True(numbers.Count >= 6);
        Assert.Empty(Support.Results.FilesWith(folder["out", "nodes", "regulator"], numbers));
        Assert.Empty(Support.Results.FilesWith(folder["out", "regulator"], numbers));
        Assert.Empty(Support.Results.FilesWith(folder["out", "evidence"], numbers));
    }

    [Fact]
    public async Task Planted_values_are_nowhere_but_in_the_owners_file_and_the_released_result()
    {
        using var folder = new TemporaryFolder();
        string[] shared = [.. Enumerable.Range(0, 20).Select(i => $"Canary-Both-{i:D3}")], left = [.. Enumerable.Range(0, 20).Select(i => $"Canary-Left-{i:D3}")];
        string[] right = [.. Enumerable.Range(0, 20).Select(i => $"Canary-Right-{i:D3}")];
        folder.Write("left/people.csv", "name,note\n" + string.Concat(shared.Concat(left).Select((n, i) => $"{n},CanaryNote{i}\n")));
        folder.Write("right/people.csv", "name,note\n" + string.Concat(shared.Concat(right).Select((n, i) => $"{n},CanaryNote{i}\n")));
        var job = folder.Write("job.yaml", """
            kind: intersection
            purpose: canaries
            parties:
              - name: left
                dataset: people
                key: [name]
              - name: right
                dataset: people
                key: [name]
            receivers: [right]
            parameters:
              case: keep
            """);
        var run = (await CollabProgram.RunAsync(
            "sandbox", "run", job, "--party", $"left={folder["left"]}", $"right={folder["right"]}", "--out", folder["out"], "--json")).Expect(0);
        Assert.Equal(shared, Support.Results.KeysOf(run.Json.GetProperty("parties").GetProperty("right").GetProperty("result")));

        Assert.Empty(Support.Results.FilesWith(folder["out"], [.. left, .. right, "CanaryNote", "canary-left", "canary-right"]));
        var released = Support.Results.FilesWith(folder["out"], [.. shared]);
        Assert.All(released, file => Assert.True(
            file.StartsWith(folder["out", "right"], StringComparison.Ordinal) || file.StartsWith(folder["out", "nodes", "right", "results"], StringComparison.Ordinal), file));
        Assert.NotEmpty(released);
        Assert.DoesNotContain("Canary", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_cannot_be_planned_reports_its_error_as_json()
    {
        using var folder = new TemporaryFolder();
        folder.Write("bank/loans.csv", "id\n1\n");
        folder.Write("bureau/loans.csv", "id\n1\n");
        var job = folder.Write("job.yaml", """
            kind: intersection
            purpose: nothing
            parties:
              - name: bank
                dataset: loans
                key: [identity]
              - name: bureau
                dataset: loans
                key: [id]
            receivers: [bureau]
            """);
        var run = (await CollabProgram.RunAsync(
            "sandbox", "run", job, "--party", $"bank={folder["bank"]}", $"bureau={folder["bureau"]}", "--out", folder["out"], "--json")).Expect(2);
        Assert.Equal("plan.column-unknown", run.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("bank", run.Json.GetProperty("error").GetProperty("party").GetString());
    }

    private static async Task<Finished> DescribeAsync(TemporaryFolder folder, string file, string group, string levels, string measures, params string[] options)
    {
        var rows = await File.ReadAllLinesAsync(Data(file), TestContext.Current.CancellationToken);
        folder.Write("first/records.csv", string.Join('\n', rows.Take(rows.Length / 3)));
        folder.Write("second/records.csv", string.Join('\n', rows.Skip(rows.Length / 3).Prepend(rows[0])));
        Directory.CreateDirectory(folder["third"]);
        var job = folder.Write("job.yaml", $"""
            kind: statistics
            purpose: description
            parties:
              - name: first-bank
                dataset: records
              - name: second-bank
                dataset: records
            receivers: [regulator]
            parameters:
              columns: [{measures}]
              group-by:
                column: {group}
                levels: [{string.Join(", ", levels.Split(',').Select(l => $"\"{l}\""))}]
              statistics: [count, sum, mean, variance, sd, min, max]
              minimum-group: 10
            """);
        return (await CollabProgram.RunAsync(
            ["sandbox", "run", job, "--party", $"first-bank={folder["first"]}", $"second-bank={folder["second"]}", $"regulator={folder["third"]}", "--out", folder["out"], "--json", .. options])).Expect(0);
    }

    // CLI.md: job, state, parties, seconds, bytes, evidence; error only on failure.
    private static void AssertShape(JsonElement report, string destination, params string[] parties)
    {
        Assert.Equal(["job", "state", "parties", "seconds", "bytes", "evidence"], report.EnumerateObject().Select(p => p.Name));
        Assert.Matches("^[0-9a-f]{64}$", report.GetProperty("job").GetString());
        Assert.Equal("committed", report.GetProperty("state").GetString());
        Assert.Equal(parties, report.GetProperty("parties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.True(report.GetProperty("seconds").GetDouble() > 0);
        Assert.True(report.GetProperty("bytes").GetInt64() > 0);
        Assert.True(File.Exists(Path.Combine(destination, report.GetProperty("evidence").GetString()!)));
    }
}

using Collab.Data.Csv;
using Collab.Engine.Datasets;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Planning;

/// <summary>What a person is told before approving is what the wires carry: the protocols run for real and their meters are read.</summary>
public sealed class ExplanationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-explanation").FullName;
    private readonly Dictionary<PartyId, DatasetRegistry> _registries = [];
    private static readonly Digest Run = Plans.DigestOf("run");

    [Fact]
    public async Task Joint_statistics_send_exactly_the_messages_and_bytes_explained()
    {
        var plan = await PlanAsync("""
            kind: statistics
            purpose: cohort-study
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], group-by: { column: city, levels: [Rome, Oslo] }, statistics: [count, sum, sd, min, max], minimum-group: 1 }
            """);
        var (messages, bytes) = await MeasureAsync(plan);
        var cost = Explanation.Of(plan).Cost;
        Assert.Equal((messages, bytes), (cost.Messages, cost.Bytes));
    }

    [Fact]
    public async Task Private_statistics_send_no_more_and_say_in_both_languages_how_much_noise_there_is()
    {
        // With epsilon 100 four rows less than nine are a matter of e^(-100): every cell is told.
        var plan = await PlanAsync("""
            kind: statistics
            purpose: cohort-study
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], statistics: [count, mean], minimum-group: 1, privacy: { mechanism: laplace, epsilon: 100, ranges: [{ column: age, min: 0, max: 110 }] } }
            """);
        var (messages, bytes) = await MeasureAsync(plan);
        var explanation = Explanation.Of(plan);
        Assert.Equal((messages, bytes), (explanation.Cost.Messages, explanation.Cost.Bytes));
        Assert.All(explanation.Notes, note => Assert.True(note.English.Length > 0 && note.Chinese.Any(c => c >= 0x4E00), note.English));
        Assert.Contains(explanation.Notes, note => note.English.StartsWith("Differentially private, epsilon 100:", StringComparison.Ordinal));
        Assert.Contains(explanation.Notes, note => note.English.EndsWith("in the sum of age 4.36.", StringComparison.Ordinal) && note.Chinese.EndsWith("总和 age 4.36。", StringComparison.Ordinal));
        Assert.Contains(explanation.Parties.Single(p => p.Party == Plans.Cy).Learns, text => text.English == "the statistics, with noise, of those of 1 cells whose noisy counts are 1 or more");
        Assert.All(explanation.Parties.SelectMany(p => p.Learns), text => Assert.DoesNotContain("rows", text.English, StringComparison.Ordinal));
        Assert.Contains(explanation.Notes, note => note.English == "A value outside its range counts as the nearest end: age 0 to 110.");
    }

    [Fact]
    public async Task A_private_variance_says_the_noise_of_the_sums_about_the_middle()
    {
        var explanation = Explanation.Of(await PlanAsync("""
            kind: statistics
            purpose: cohort-study
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], statistics: [count, mean, variance], minimum-group: 1, privacy: { mechanism: laplace, epsilon: 100, ranges: [{ column: age, min: 0, max: 110 }] } }
            """));
        Assert.All(explanation.Notes, note => Assert.True(note.English.Length > 0 && note.Chinese.Any(c => c >= 0x4E00), note.English));
        Assert.Contains(explanation.Notes, note => note.English.StartsWith("A row is in 3 totals", StringComparison.Ordinal)
            && note.English.EndsWith("; in the sum of the distances of age from 55, the middle of its range, 3.29, and in that of their squares 181.", StringComparison.Ordinal)); // b = 110 · 3/100 halves and 110² · 3/100 quarters
    }

    [Fact]
    public async Task A_private_total_sends_what_is_explained_and_says_what_it_is_made_of()
    {
        var plan = await PlanAsync("""
            kind: statistics
            purpose: cohort-study
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], group-by: { column: city, levels: [Rome, Oslo] }, total: true, statistics: [count], minimum-group: 1, privacy: { mechanism: laplace, epsilon: 100 } }
            """);
        var (messages, bytes) = await MeasureAsync(plan);
        var explanation = Explanation.Of(plan);
        Assert.Equal((messages, bytes), (explanation.Cost.Messages, explanation.Cost.Bytes));
        Assert.Contains(explanation.Notes, note => note.English.StartsWith("The total of the groups is made of their noisy totals", StringComparison.Ordinal) && note.Chinese.Contains("2 个组", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Contributors_are_said_to_be_counted_and_cost_nothing_more()
    {
        var plan = await PlanAsync("""
            kind: statistics
            purpose: cohort-study
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], statistics: [mean], contributor: id }
            """);
        Assert.Equal(["age", "id"], plan.Inputs[0].Columns.Select(column => column.Name));
        var (messages, bytes) = await MeasureAsync(plan);
        var explanation = Explanation.Of(plan);
        Assert.Equal((messages, bytes), (explanation.Cost.Messages, explanation.Cost.Bytes));
        Assert.Contains(explanation.Notes, note => note.English.StartsWith("The minimum of 10 counts contributors, by the values of id", StringComparison.Ordinal) && note.Chinese.Contains("贡献者", StringComparison.Ordinal));
        Assert.Contains(explanation.Parties.Single(p => p.Party == Plans.Cy).Learns, text => text.English.Contains("rest on 10 contributors or more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_intersection_of_a_full_band_sends_exactly_the_messages_and_bytes_explained()
    {
        // Nine keys each: the most that a dataset of band 1 can have, which is what an explanation counts with.
        var plan = await PlanAsync("""
            kind: intersection
            purpose: cohort-study
            parties: [{ name: al, dataset: table, key: id }, { name: bo, dataset: table, key: id }]
            receivers: [bo]
            """);
        Assert.All(plan.Inputs, i => Assert.Equal(1, i.RowBand));
        var (messages, bytes) = await MeasureAsync(plan);
        var cost = Explanation.Of(plan).Cost;
        Assert.Equal((messages, bytes), (cost.Messages, cost.Bytes));
    }

    [Theory]
    [InlineData("changes", "")]
    [InlineData("holders", ", rows: 9")]
    public async Task The_first_run_of_a_standing_job_sends_exactly_what_is_explained_and_all_is_said_in_both_languages(string reveal, string rows)
    {
        var plan = await PlanAsync($$"""
            kind: intersection
            purpose: daily-watch
            parties: [{ name: al, dataset: table, key: id }, { name: bo, dataset: table, key: id{{rows}} }]
            receivers: [bo]
            parameters: { reveal: {{reveal}} }
            uses: 30
            """);
        var (messages, bytes) = await MeasureAsync(plan);
        var explanation = Explanation.Of(plan);
        Assert.Equal((messages, bytes), (explanation.Cost.Messages, explanation.Cost.Bytes));
        Assert.Contains(explanation.Notes, note => note.English.Contains("each of at most 30 runs takes the datasets", StringComparison.Ordinal));
        Assert.All(
            explanation.Parties.SelectMany(p => p.Sends.Concat(p.Learns)).Concat(explanation.Notes).Append(explanation.Question),
            text => Assert.True(text.English.Length > 0 && text.Chinese.Any(c => c >= 0x4E00), text.English));
        if (reveal == "changes") Assert.All(explanation.Parties.Where(p => plan.Owners.Contains(p.Party)), p => Assert.Contains(p.Learns, text => text.English.Contains("the pattern over time", StringComparison.Ordinal)));
    }

    [Fact]
    public void Everyone_who_takes_part_or_asks_is_told_about_in_both_languages()
    {
        Plan[] plans = [Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy), Plans.Intersection(Plans.Al, Plans.Bo) with { Requester = Plans.Cy }];
        foreach (var plan in plans)
        {
            var explanation = Explanation.Of(plan);
            Assert.Equal([Plans.Al, Plans.Bo, Plans.Cy], explanation.Parties.Select(p => p.Party).Order());
            Assert.All(
                explanation.Parties.SelectMany(p => p.Sends.Concat(p.Learns)).Append(explanation.Question).Append(explanation.Adversary),
                text => Assert.True(text.English.Length > 0 && text.Chinese.Any(c => c >= 0x4E00)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<Plan> PlanAsync(string job)
    {
        var offers = new List<DatasetOffer>();
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
        {
            var path = Path.Combine(_folder, $"{owner}.csv");
            await File.WriteAllLinesAsync(path, Enumerable.Range(1, 9).Select(i => $"{owner}{i},{20 + i},{(i % 2 == 0 ? "Rome" : "Oslo")}").Prepend("id,age,city"));
            _registries[owner] = new DatasetRegistry(owner, new MemoryStore(), RandomSource.Seeded(1));
            offers.Add(await _registries[owner].AddAsync(
                new DatasetDescription("table", new CsvLocationLiteral { Path = path }, null, null), CancellationToken.None));
        }

        return Planner.Make(JobDescription.Parse(job), "study", [Plans.Al, Plans.Bo, Plans.Cy], Plans.Cy, offers, Plans.Created, RandomSource.Seeded(1));
    }

    // What all parties sent, counted by their connections.
    private async Task<(long Messages, long Bytes)> MeasureAsync(Plan plan)
    {
        using var key = SecretBytes.Random(32, RandomSource.Seeded(2));
        var runs = await Parties.RunAsync(plan.Parties, async (self, channels) =>
        {
            var ports = new EnginePorts(
                self, "study", null!, null!, _registries.GetValueOrDefault(self)!, new MemoryStore(), null!, ApprovalPolicy.AskAlways, null!, null!,
                TimeProvider.System, RandomSource.System, "test")
            {
                Standing = new StandingFolder(Path.Combine(_folder, $"{self}-standing"), key),
            };
            using var part = await ProtocolPart.PrepareAsync(ports, plan, CancellationToken.None);
            return await part.RunAsync(channels, Run, (_, _, _, _) => { }, CancellationToken.None);
        });
        Assert.Equal(plan.Receivers, runs.Where(r => r.Value.Result is not null).Select(r => r.Key));
        return (runs.Values.Sum(r => r.Usage.Values.Sum(u => u.MessagesSent)), runs.Values.Sum(r => r.Usage.Values.Sum(u => u.BytesSent)));
    }
}

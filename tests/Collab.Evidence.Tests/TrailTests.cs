using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evidence.Archives;
using Collab.Evidence.Trails;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

public class TrailTests
{
    [Fact]
    public async Task A_trail_tells_every_step_in_order_and_lists_what_is_missing()
    {
        var trial = await Archives.TrialAsync();
        var trail = await TrailAsync();
        Assert.True(trail.Holds);
        var run = trial.Run.Short;
        var told = trail.Jobs.SelectMany(j => (string[])
        [
            $"{j.State}; asked by {j.Requester} for {j.Purpose ?? "?"}; {string.Join(", ", j.Datasets.Select(d => $"{d.Owner} {d.Name ?? "?"}"))}",
            .. j.Events.Select(e => $"  {e.Party} {e.Kind}{(e.Code is null ? "" : $" {e.Code}")}{(e.Run is null ? "" : $" {e.Run.Value.Short}")}"),
            .. j.Runs.Select(r => $"  = {r.Run.Short} {r.Outcome}"),
            .. j.Missing.Select(m => $"  ? {m}"),
        ]);
        Assert.Equal(
            [
                "committed; asked by registry for research; lakeside patients, riverside patients",
                "  registry proposed", "  lakeside granted", "  riverside granted", $"  registry opened {run}", $"  lakeside spent {run}", $"  riverside spent {run}",
                $"  lakeside committed {run}", $"  registry committed {run}", $"  riverside committed {run}", "  registry expired job.expired",
                $"  = {run} committed",
                "closed: job.refused by lakeside; asked by registry for ?; lakeside ?, riverside ?",
                "  registry proposed", "  riverside granted", "  lakeside refused policy.purpose", "  riverside revoked", "  registry expired job.expired",
                "  ? the plan: purpose, names of datasets, columns and receivers are known to its parties only",
            ],
            told);
        Assert.Equal("commits to version 1 of its consent register", Assert.Single(trail.Others).Text[..44]);
        Assert.StartsWith("commits to receipt ", trail.Jobs[0].Events[6].Text);
        Assert.EndsWith("sent 6 messages of 1344 bytes", trail.Jobs[0].Events[6].Text);
        Assert.Contains(", holds result ", trail.Jobs[0].Events[7].Text);
    }

    [Fact]
    public async Task Without_receipts_and_plans_a_trail_says_so()
    {
        var trial = await Archives.TrialAsync();
        var trail = Of([Archives.Export(trial, bare: true)], trial);
        Assert.Equal(
            [
                "the plan: purpose, names of datasets, columns and receivers are known to its parties only",
                .. trial.Plan.Parties.Select(p => $"the receipt of {p} for run {trial.Run.Short}: what it read and sent, and whether it holds a result"),
            ],
            trail.Jobs[0].Missing);
    }

    [Fact]
    public async Task A_bundle_tells_the_same_story_of_its_job_as_the_archive()
    {
        var trial = await Archives.TrialAsync();
        var fromBundle = Of([trial.Export()], trial).Jobs[0];
        var fromArchive = (await TrailAsync()).Jobs[0];
        Assert.Equal(fromArchive.Events, fromBundle.Events);
        Assert.Equal(fromArchive.Runs, fromBundle.Runs);
        var both = Of([trial.Export(), Archives.Export(trial)], trial);
        Assert.Equal(fromArchive.Events, both.Jobs[0].Events); // what stands in both files is told once
        Assert.True(both.Holds);
    }

    [Theory]
    [InlineData("party:riverside", 2)]
    [InlineData("party:harbour", 0)]
    [InlineData("purpose:RESEARCH", 1)]
    [InlineData("purpose:other", 0)]
    [InlineData("dataset:pati", 1)]
    [InlineData("kind:refused", 1)]
    [InlineData("kind:committed", 1)]
    [InlineData("from:future", 0)]
    [InlineData("to:past", 0)]
    public async Task Jobs_are_found_by_party_purpose_dataset_kind_and_time(string wanted, int found)
    {
        var trial = await Archives.TrialAsync();
        var (what, value) = (wanted.Split(':')[0], wanted.Split(':')[1]);
        var filter = what switch
        {
            "party" => new TrailFilter(Party: PartyId.Parse(value)),
            "purpose" => new TrailFilter(Purpose: value),
            "dataset" => new TrailFilter(Dataset: value),
            "kind" => new TrailFilter(Kind: value),
            "from" => new TrailFilter(From: trial.Clock.GetUtcNow().AddYears(1)),
            _ => new TrailFilter(To: trial.Plan.Created.AddYears(-1)),
        };
        Assert.Equal(found, (await TrailAsync(filter)).Jobs.Count);
    }

    [Fact]
    public async Task What_the_program_does_not_understand_is_told_as_such_and_never_verified()
    {
        var trial = await Archives.TrialAsync();
        var logs = Archives.LogsOf(trial);
        logs[Trial.Lakeside] = Archives.Write(trial, Trial.Lakeside, [.. Archives.EntriesOf(trial, Trial.Lakeside), Archives.UnknownEntry(trial, Trial.Lakeside)]);
        var trail = Of([Archives.Export(trial, logs: logs)], trial);
        Assert.False(trail.Holds);
        Assert.Contains(trail.Jobs[0].Events, e => e is { Kind: "unknown", Text: "writes an operation of kind 250, which this program does not understand" });
    }

    [Fact]
    public async Task Names_that_carry_markup_or_formulas_are_text_wherever_they_are_shown()
    {
        const string name = "=cmd|' /C calc'!A1<script>alert(1)</script>\"&";
        await using var trial = await Trial.OfAsync(["propose"]);
        var plan = trial.Plan with { Purpose = "<img src=x onerror=alert(1)>", Inputs = [.. trial.Plan.Inputs.Select(i => i with { Dataset = name })] };
        var inputs = plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId)).ToList();
        await trial.SayAsync(Trial.Registry, s => new LedgerOperation.Propose(s.Author, s.Id, s.Time, s.Heads, plan.Digest, inputs, plan.Parties, plan.Expires, plan.Uses));
        var archive = ArchiveExporter.Read(ArchivePeriod.Always, Archives.LogsOf(trial)).Write(
            Trial.Registry, trial.LogKeys[Trial.Registry], trial.Clock.GetUtcNow(), "collab 0.1.0", trial.Keys, job => job == plan.Digest ? plan : null, (_, _) => null);
        var trail = Of([archive], trial, new TrailFilter(Job: plan.Digest.ToString()));
        Assert.Equal(name, trail.Jobs[0].Datasets[0].Name);

        var page = TrailHtml.Write(trail, trial.Clock.GetUtcNow(), "collab <0.1.0>", null);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page);
        Assert.Contains("default-src 'none'", page);
        Assert.DoesNotContain("http://", page); // nothing is fetched from anywhere
        Assert.DoesNotContain("https://", page);
        Assert.DoesNotContain("<script", Encoding.UTF8.GetString(TrailJson.Write(trail)), StringComparison.OrdinalIgnoreCase);
        var lines = Encoding.UTF8.GetString(TrailCsv.Write(trail)).Split("\r\n");
        Assert.Contains("lakeside =cmd|' /C calc'!A1<script>alert(1)</script>\"\"&", lines[1]); // behind the owner's name it is no formula
        Assert.All(lines[..^1], line => Assert.DoesNotMatch("(^|,)\"?[=+@-]", line));
    }

    [Fact]
    public async Task A_cell_that_begins_like_a_formula_is_made_text()
    {
        var trail = await TrailAsync();
        var evil = trail.Jobs[0] with { Purpose = "=1+1", State = "@SUM(A1)" };
        var lines = Encoding.UTF8.GetString(TrailCsv.Write(trail with { Jobs = [evil] })).Split("\r\n");
        Assert.Contains(",'=1+1,", lines[1]);
        Assert.Contains(",'@SUM(A1),", lines[1]);
    }

    [Fact]
    public async Task The_json_is_of_the_published_schema()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "audit-trail.schema.json")))!.AsObject();
        var document = JsonNode.Parse(TrailJson.Write(await TrailAsync()))!;
        Check(document, schema, schema, "$");
        Assert.Equal("collab-audit-trail/1", (string)document["format"]!);
        Assert.Equal(2, document["jobs"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_crate_has_what_its_specification_asks_for_and_the_evidence_as_it_was()
    {
        var trial = await Archives.TrialAsync();
        var archive = Archives.Export(trial);
        var trail = Of([archive], trial);
        using var zip = new ZipArchive(new MemoryStream(RoCrate.Pack(trail, [("../november archive", archive)], "<!DOCTYPE html>", trial.Clock.GetUtcNow(), "collab 0.1.0")));
        var names = zip.Entries.Select(e => e.FullName).ToList();
        Assert.Equal(["ro-crate-metadata.json", "evidence-1-november-archive", "audit-trail.json", "audit-trail.html", "keys.bin"], names);

        using var stream = zip.GetEntry("ro-crate-metadata.json")!.Open();
        var metadata = JsonNode.Parse(stream)!;
        Assert.Equal("https://w3id.org/ro/crate/1.1/context", (string)metadata["@context"]!);
        var graph = metadata["@graph"]!.AsArray().ToDictionary(e => (string)e!["@id"]!, e => e!.AsObject());
        var descriptor = graph["ro-crate-metadata.json"];
        Assert.Equal(("CreativeWork", "https://w3id.org/ro/crate/1.1", "./"), ((string)descriptor["@type"]!, Id(descriptor["conformsTo"]), Id(descriptor["about"])));
        var root = graph["./"];
        Assert.Equal("Dataset", (string)root["@type"]!);
        Assert.All(new[] { "name", "description", "datePublished" }, property => Assert.NotEmpty((string)root[property]!));
        Assert.True(DateTimeOffset.TryParse((string)root["datePublished"]!, out _));
        Assert.Equal("CreativeWork", (string)graph[Id(root["license"])]["@type"]!);
        Assert.Equal(names.Skip(1), root["hasPart"]!.AsArray().Select(Id)); // every file is a part of the root
        foreach (var name in names.Skip(1)) Assert.Equal("File", (string)graph[name]["@type"]!);
        foreach (var entity in graph.Values) // what is referred to is described
            foreach (var reference in References(entity).Where(r => !r.StartsWith("http", StringComparison.Ordinal))) Assert.Contains(reference, graph.Keys);
        using var copy = new MemoryStream();
        zip.GetEntry("evidence-1-november-archive")!.Open().CopyTo(copy);
        Assert.True(VerifiedFile.Verify("copy", copy.ToArray(), trial.Keys).Report.Holds);
    }

    private static string Id(JsonNode? node) => (string)node!["@id"]!;

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o when o.Count == 1 && o.ContainsKey("@id") => [(string)o["@id"]!],
        JsonObject o => o.SelectMany(p => References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    // As much of JSON Schema 2020-12 as the schema uses; what is not there fails.
    private static void Check(JsonNode? value, JsonObject schema, JsonObject root, string at)
    {
        if (schema["$ref"] is { } reference) schema = root["$defs"]![((string)reference!)["#/$defs/".Length..]]!.AsObject();
        var type = (string)schema["type"]!;
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        Assert.True(
            type switch
            {
                "object" => kind == JsonValueKind.Object, "array" => kind == JsonValueKind.Array, "string" => kind == JsonValueKind.String,
                "boolean" => kind is JsonValueKind.True or JsonValueKind.False, _ => kind == JsonValueKind.Number,
            },
            $"{at} is a {kind}, not a {type}");
        if (type == "array")
        {
            var i = 0;
            foreach (var item in value!.AsArray()) Check(item, schema["items"]!.AsObject(), root, $"{at}[{i++}]");
        }
        else if (type == "object")
        {
            foreach (var required in schema["required"]!.AsArray()) Assert.True(value!.AsObject().ContainsKey((string)required!), $"{at} has no {required}");
            foreach (var (name, member) in value!.AsObject())
            {
                Assert.True(schema["properties"]!.AsObject().ContainsKey(name), $"{at}.{name} is not in the schema");
                Check(member, schema["properties"]![name]!.AsObject(), root, $"{at}.{name}");
            }
        }
        else if (schema["enum"] is { } allowed)
        {
            Assert.Contains((string)value!, allowed.AsArray().Select(a => (string)a!));
        }
    }

    private static async Task<AuditTrail> TrailAsync(TrailFilter? filter = null)
    {
        var trial = await Archives.TrialAsync();
        return Of([Archives.Export(trial)], trial, filter);
    }

    // Long after, so that what has expired is the same whenever the test runs.
    private static AuditTrail Of(IEnumerable<byte[]> files, Trial trial, TrailFilter? filter = null) =>
        AuditTrail.Of([.. files.Select((f, i) => VerifiedFile.Verify($"file-{i}", f, trial.Keys))], trial.Plan.Expires.AddYears(1), filter);
}

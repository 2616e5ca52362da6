using System.Diagnostics;
using Collab.Cli.Commands;
using Collab.Cli.Sandbox;
using Collab.Cryptography.Signatures;
using Collab.Evidence;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Demo;

/// <summary>
/// The main job as a newcomer meets it: three parties of a real population study, a private intersection and joint statistics,
/// granted by policy, run between real nodes, committed, and verified offline.
/// </summary>
internal sealed class HospitalDemo(string folder, SignatureAlgorithm suite, Uri? chain, Output output)
{
    private static readonly PartyId Riverside = PartyId.Parse("riverside");
    private static readonly PartyId Lakeview = PartyId.Parse("lakeview");
    private static readonly PartyId Registry = PartyId.Parse("registry");

    private const string IntersectionJob = """
        kind: intersection
        purpose: event-follow-up
        parties:
          - name: riverside
            dataset: demographics
            key: [id]
          - name: registry
            dataset: events
            key: [id]
        receivers: [registry]
        security: semi-honest
        expires: 1d
        uses: 1
        """;

    private const string StatisticsJob = """
        kind: statistics
        purpose: liver-cohort-description
        parties:
          - name: riverside
            dataset: cohort
          - name: lakeview
            dataset: cohort
        receivers: [registry]
        parameters:
          columns: [age, bmi]
          group-by:
            column: male
            levels: ["0", "1"]
          statistics: [count, sum, mean, variance, sd, min, max]
          minimum-group: 10
        security: semi-honest
        expires: 1d
        uses: 1
        """;

    private static readonly Dictionary<PartyId, string> Policies = new()
    {
        [Riverside] = """
            approve:
              - name: follow-up of our patients by the registry
                kind: intersection
                dataset: demographics
                requesters: [registry]
                purposes: [event-follow-up]
                columns: [id]
                receivers: [registry]
                with: [registry]
                uses: 1
                within: 1d
              - name: description of the cohort
                kind: statistics
                dataset: cohort
                requesters: [registry]
                purposes: [liver-cohort-description]
                columns: [male, age, bmi]
                receivers: [registry]
                with: [lakeview]
                minimum-group: 10
                uses: 1
                within: 1d
            otherwise: refuse
            """,
        [Lakeview] = """
            approve:
              - name: description of the cohort
                kind: statistics
                dataset: cohort
                requesters: [registry]
                purposes: [liver-cohort-description]
                columns: [male, age, bmi]
                receivers: [registry]
                with: [riverside]
                minimum-group: 10
                uses: 1
                within: 1d
            otherwise: refuse
            """,
        [Registry] = """
            approve:
              - name: our own follow-up
                kind: intersection
                dataset: events
                requesters: [registry]
                purposes: [event-follow-up]
                columns: [id]
                receivers: [registry]
                with: [riverside]
                uses: 1
                within: 1d
            otherwise: refuse
            """,
    };

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        Heading(1, "Three nodes, three processes, each with keys, certificates and data of its own");
        await using var local = LocalConsortium.Create(Path.Combine(folder, "nodes"), "liver-study", [Riverside, Lakeview, Registry], suite: suite);
        foreach (var (party, policy) in Policies) await File.WriteAllTextAsync(local.HomeOf(party).PolicyFile, policy, cancellation);
        await PlaceDataAsync(cancellation);
        if (chain is not null)
        {
            await LocalChain.FoundAsync(local, chain, cancellation);
            output.Say($"   a contract on the chain at {chain}: nothing counts, and no run starts, that it has not let pass");
        }

        await local.StartAsync(cancellation);
        foreach (var member in local.Consortium.Members)
            output.Say($"   [bold]{member.Party}[/] at {member.Address}, process {local.NodeOf(member.Party).Id}, TLS 1.3 with client certificates");
        foreach (var party in Policies.Keys) await SandboxRun.RegisterAsync(local, new PartyData(party, DataOf(party), null), output with { Quiet = true }, cancellation);
        await ShowOffersAsync(local, cancellation);

        Heading(2, "A researcher at registry asks: which of our patients with events are riverside's too?");
        var intersection = await RunJobAsync(local, IntersectionJob, "intersection", cancellation);
        Heading(3, "And: describe age and bmi by sex over the rows that riverside and lakeview hold side by side");
        var statistics = await RunJobAsync(local, StatisticsJob, "statistics", cancellation);

        Heading(4, "What came out, at registry and nowhere else");
        ShowResults(intersection, statistics);

        Heading(5, "Anyone can check it, with no network, no node and no trust in the parties");
        var bundles = new[] { Bundle("intersection", intersection), Bundle("statistics", statistics) };
        var verified = bundles.All(bundle => VerifyBundle(local, bundle));
        var refused = RefuseAltered(local, bundles[0]);

        var failed = intersection.State != "committed" || statistics.State != "committed" || !verified || !refused;
        output.Say("");
        output.Answer(
            new { folder, seconds = Math.Round(clock.Elapsed.TotalSeconds, 1), intersection, statistics, evidence = bundles, verified, refused },
            console =>
            {
                console.MarkupLineInterpolated($"Everything is in [bold]{folder}[/]: nodes/ results of registry in intersection/ and statistics/, evidence beside them.");
                console.MarkupLineInterpolated($"Check it yourself: collab audit verify {bundles[1]} --trust {local.TrustFile}");
                console.MarkupLine($"{(failed ? "[red]failed[/]" : "done")} in {clock.Elapsed.TotalSeconds:F1} s");
            });
        return failed ? ExitCode.Failed : ExitCode.Done;
    }

    // The study comes as one file a topic; the cohort is split by rows over the two hospitals, as two hospitals would hold it.
    private async Task PlaceDataAsync(CancellationToken cancellation)
    {
        foreach (var party in Policies.Keys) Directory.CreateDirectory(DataOf(party));
        var demographics = Path.Combine(DataOf(Riverside), "demographics.csv");
        await PlaceAsync("nafld1.csv", demographics, cancellation);
        await PlaceAsync("nafld2.csv", Path.Combine(DataOf(Lakeview), "laboratory.csv"), cancellation);
        await PlaceAsync("nafld3.csv", Path.Combine(DataOf(Registry), "events.csv"), cancellation);
        var lines = await File.ReadAllLinesAsync(demographics, cancellation);
        var rows = lines.Skip(1).ToList();
        var half = rows.Count / 2;
        await File.WriteAllLinesAsync(Path.Combine(DataOf(Riverside), "cohort.csv"), rows.Take(half).Prepend(lines[0]), cancellation);
        await File.WriteAllLinesAsync(Path.Combine(DataOf(Lakeview), "cohort.csv"), rows.Skip(half).Prepend(lines[0]), cancellation);
    }

    private static async Task PlaceAsync(string shipped, string path, CancellationToken cancellation)
    {
        await using var content = Embedded.Open($"demo/{shipped}");
        await using var file = File.Create(path);
        await content.CopyToAsync(file, cancellation);
    }

    private async Task ShowOffersAsync(LocalConsortium local, CancellationToken cancellation)
    {
        var offers = await local.OperatorOf(Registry).CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), cancellation);
        foreach (var offer in offers.Datasets)
            output.Say($"   {offer.Owner} offers [bold]{offer.Name}[/] ({offer.Rows} rows): {Markup.Escape(string.Join(", ", offer.Columns.Select(c => c.Name)))}");
    }

    private async Task<SandboxReport> RunJobAsync(LocalConsortium local, string description, string name, CancellationToken cancellation)
    {
        var report = await SandboxRun.RunAsync(
            local, Registry, description, Path.Combine(folder, name), proposed => ShowToOwnersAsync(local, proposed, cancellation), output, cancellation);
        output.Say(report.Error is { } error
            ? $"   [red]{report.State}: {error.Code} {Markup.Escape(error.Message)}[/]"
            : $"   [green]{report.State}[/] in {report.Seconds:F1} s, {JobText.Size(report.Bytes)} between the parties; job {report.Job[..12]}");
        return report;
    }

    private async Task ShowToOwnersAsync(LocalConsortium local, JobView proposed, CancellationToken cancellation)
    {
        foreach (var owner in proposed.Owners.Select(PartyId.Parse))
        {
            var explanation = await SandboxRun.CallOnceKnownAsync<ExplanationView>(local, owner, Verbs.ExplainJob, proposed, cancellation);
            if (explanation.Job != proposed.Job) throw new InvalidOperationException("An owner's node explains another plan.");
            if (owner != Riverside) continue; // every owner's node says the same; once is enough to read
            output.Say($"   {owner}'s node has checked the plan, and this is what its owner reads:");
            if (!output.Quiet) JobText.Show(output.Console, explanation);
        }

        output.Say("   The owners' policies approve exactly this; anything else they would refuse.");
    }

    private void ShowResults(SandboxReport intersection, SandboxReport statistics)
    {
        foreach (var (name, report) in new[] { ("intersection", intersection), ("statistics", statistics) })
        {
            foreach (var (party, result) in report.Parties.Where(p => p.Value.Result is null && p.Value.File is null))
                output.Say($"   [grey]{party} holds no result of the {name}[/]");
        }

        if (output.Quiet) return;
        if (intersection.Parties[Registry.Name].Result is { } matches)
            output.Console.MarkupLineInterpolated($"   {matches.GetProperty("count").GetInt32()} of registry's patients are riverside's too: {Path.Combine(folder, "intersection", Registry.Name, "result.csv")}");
        if (statistics.Parties[Registry.Name].Result is not { } described) return;
        var table = new Table().AddColumns("male", "measure", "statistic", "value", "exactness");
        foreach (var row in described.GetProperty("statistics").EnumerateArray())
        {
            table.AddRow(new[] { "level", "measure", "statistic", "value", "exactness" }
                .Select(field => Markup.Escape(row.TryGetProperty(field, out var value) ? value.GetString() ?? "" : "")).ToArray());
        }

        output.Console.Write(table);
    }

    private bool VerifyBundle(LocalConsortium local, string bundle)
    {
        var report = BundleVerifier.Verify(File.ReadAllBytes(bundle), local.Consortium.Keys);
        if (!output.Quiet) AuditCommands.Show(output, bundle, report, all: false);
        return report.Holds;
    }

    private bool RefuseAltered(LocalConsortium local, string bundle)
    {
        var bytes = File.ReadAllBytes(bundle);
        bytes[bytes.Length / 2] ^= 1;
        var altered = Path.ChangeExtension(bundle, ".altered");
        File.WriteAllBytes(altered, bytes);
        output.Say("   One bit flipped in a copy:");
        var report = BundleVerifier.Verify(bytes, local.Consortium.Keys);
        if (!output.Quiet) AuditCommands.Show(output with { Quiet = true }, altered, report, all: false);
        return !report.Holds;
    }

    private string Bundle(string name, SandboxReport report) => report.Evidence is { } file
        ? Path.Combine(folder, name, file)
        : throw new CollabException(EvidenceGathering.NotReady, $"The {name} has no evidence.", Registry);

    private string DataOf(PartyId party) => Path.Combine(folder, "data", party.Name);

    private void Heading(int number, string text)
    {
        output.Say("");
        output.Say($"[bold]{number}. {Markup.Escape(text)}[/]");
    }
}

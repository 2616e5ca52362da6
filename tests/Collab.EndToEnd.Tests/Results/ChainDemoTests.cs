using Collab.Cli.Sandbox;
using Collab.EndToEnd.Tests.Support;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>Jobs with a contract before the logs, on a test node: the demo, and a consortium that sets its chain up by the commands.</summary>
public sealed class ChainDemoTests
{
    [Fact]
    public async Task The_main_job_runs_with_the_contract_and_its_evidence_verifies_offline_and_nothing_of_it_stands_on_the_chain()
    {
        using var folder = new TemporaryFolder();
        await using var chain = await TestChain.StartAsync();
        var demo = (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "evm", "--chain", chain.Address, "--json")).Expect(0);
        foreach (var job in new[] { "intersection", "statistics" }) Assert.Equal("committed", demo.Json.GetProperty(job).GetProperty("state").GetString());
        foreach (var evidence in demo.Json.GetProperty("evidence").EnumerateArray())
            (await CollabProgram.RunAsync("audit", "verify", evidence.GetString()!, "--trust", folder["demo", "nodes", "consortium.yaml"])).Expect(0);

        var content = await chain.ReadAsync();
        content.AssertOnlyKnown();
        content.AssertWithout("riverside", "lakeview", "registry", "demographics", "event-follow-up", "liver-cohort-description", "intersection", "statistics", "variance");
    }

    [Fact]
    public async Task A_consortium_sets_its_chain_up_by_the_commands_and_a_job_takes_the_rows_of_who_consents()
    {
        using var folder = new TemporaryFolder();
        await using var chain = await TestChain.StartAsync();
        PartyId clinic = PartyId.Parse("canary-clinic"), registry = PartyId.Parse("canary-registry");
        await using var local = LocalConsortium.Create(folder["nodes"], "canary-study", [clinic, registry], [CollabProgram.Executable]);
        string HomeOf(PartyId party) => local.HomeOf(party).Folder;

        // Cards, money, the contract, and a place for each.
        var cards = new List<string>();
        foreach (var party in new[] { clinic, registry })
        {
            var card = (await CollabProgram.RunAsync("consortium", "chain", "card", "--home", HomeOf(party), "--json")).Expect(0).Json;
            foreach (var account in new[] { "administration", "provider", "requester" })
                await chain.AskAsync("anvil_setBalance", card.GetProperty(account).GetString(), "0xde0b6b3a7640000");
            cards.Add(card.GetProperty("card").GetString()!);
        }

        string[] deploy = ["consortium", "chain", "deploy", .. cards, "--chain", chain.Address, "--home", HomeOf(clinic), "--out", folder["chain.yaml"], "--key-delay-hours", "0", "--finality", "immediate-without-empty-blocks"];
        (await CollabProgram.RunAsync([.. deploy, "--chain-id", "1"])).Expect(3, "chain.other-chain");
        (await CollabProgram.RunAsync([.. deploy, "--chain-id", "31337"])).Expect(0);
        var text = await File.ReadAllTextAsync(folder["chain.yaml"]);
        await File.WriteAllTextAsync(folder["chain.yaml"], text.Replace("look-every: 1s", "look-every: 200ms", StringComparison.Ordinal));
        for (var twice = 0; twice < 2; twice++)                                          // what is done already is not done again
        {
            foreach (var party in new[] { clinic, registry })
                Assert.True((await CollabProgram.RunAsync("consortium", "chain", "join", folder["chain.yaml"], "--home", HomeOf(party), "--json")).Expect(0).Json.GetProperty("joined").GetBoolean());
        }

        var status = (await CollabProgram.RunAsync("consortium", "chain", "status", "--home", HomeOf(registry), "--json")).Expect(0).Json;
        Assert.All(status.GetProperty("parties").EnumerateArray(), party => Assert.Equal("active", party.GetProperty("state").GetString()));

        // A job that needs consent, over the running nodes.
        await local.StartAsync(default);
        foreach (var party in new[] { clinic, registry })
        {
            var file = folder[$"{party}.csv"];
            await File.WriteAllTextAsync(file, "person,score\ncanary-person-1,11\ncanary-person-2,12\ncanary-person-3,13\n");
            await local.OperatorOf(party).CallAsync<DatasetView>(Verbs.AddDataset, new AddDatasetRequest("canary-dataset", new CsvSource(file), null, null, Subject: "person"), default);
            var consents = new[] { "canary-person-1", "canary-person-3" }
                .Select(person => new ConsentGiven(person, registry.Name, "canary-purpose", ["*"], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30))).ToList();
            await local.OperatorOf(party).CallAsync<ConsentRegisterView>(Verbs.AddConsents, new AddConsentsRequest(consents), default);
        }

        const string job = """
            kind: intersection
            purpose: canary-purpose
            consent: required
            parties:
              - name: canary-clinic
                dataset: canary-dataset
                key: [person]
              - name: canary-registry
                dataset: canary-dataset
                key: [person]
            receivers: [canary-registry]
            expires: 1d
            uses: 1
            """;
        var output = new Cli.Output(Json: true, Quiet: true);
        var report = await SandboxRun.RunAsync(local, registry, job, folder["out"], proposed => SandboxRun.ApproveAsync(local, proposed, default), output, default);
        Assert.Equal("committed", report.State);
        Assert.Equal(["canary-person-1", "canary-person-3"], Support.Results.KeysOf(report.Parties[registry.Name].Result!.Value));
        (await CollabProgram.RunAsync("audit", "verify", folder["out", report.Evidence!], "--trust", local.TrustFile)).Expect(0);

        // Both have opened, which they do after the result is there.
        var content = await Until.HoldsAsync(
            chain.ReadAsync, read => read.Called.GetValueOrDefault("open") == 2, TimeSpan.FromMinutes(2), _ => "The parties did not open the run on the contract.");
        content.AssertOnlyKnown();
        Assert.Equal(["approve", "claim", "commit", "nominate", "open", "propose", "setDataset", "startRun"], content.Called.Keys.Order(StringComparer.Ordinal));
        content.AssertWithout("canary-clinic", "canary-registry", "canary-study", "canary-dataset", "canary-purpose", "canary-person-1", "canary-person-2", "canary-person-3", "intersection");
    }

    [Fact]
    public async Task A_ledger_on_a_chain_needs_to_be_told_which()
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "evm")).Expect(2, "--chain");
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--chain", "http://127.0.0.1:1")).Expect(2, "--ledger evm");
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "paper")).Expect(2, "embedded or evm");
    }
}

using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary><c>collab demo --ledger evm</c>: the main job with a contract before the logs, on a test node.</summary>
public sealed class ChainDemoTests
{
    [Fact]
    public async Task The_main_job_runs_with_the_contract_and_its_evidence_verifies_offline()
    {
        using var folder = new TemporaryFolder();
        await using var chain = await TestChain.StartAsync();
        var demo = (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "evm", "--chain", chain.Address, "--json")).Expect(0);
        foreach (var job in new[] { "intersection", "statistics" }) Assert.Equal("committed", demo.Json.GetProperty(job).GetProperty("state").GetString());
        foreach (var evidence in demo.Json.GetProperty("evidence").EnumerateArray())
            (await CollabProgram.RunAsync("audit", "verify", evidence.GetString()!, "--trust", folder["demo", "nodes", "consortium.yaml"])).Expect(0);
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

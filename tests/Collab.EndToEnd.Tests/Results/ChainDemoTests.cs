using System.Text.Json;
using Collab.Arithmetic.Hashing;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary><c>collab demo --ledger evm</c>: the main job with a contract before the logs, on a test node.</summary>
public sealed class ChainDemoTests
{
    // Everything that parties ever call in a job's life.
    private static readonly Dictionary<string, string> Functions = new[]
    {
        "claim(bytes32)", "nominate(address,uint8)", "setDataset(bytes32,bytes32)", "propose(bytes32,bytes32,bytes32,uint32,bytes32[],bytes32[],uint64,uint64,uint32)",
        "approve(bytes32,bytes32,bytes32,uint32,uint32,uint64)", "startRun(bytes32,bytes32,uint64)", "commit(bytes32,bytes32,bytes32,bytes32,uint64)", "open(bytes32,bytes32)", "checkpoint(uint64,bytes32)",
    }.ToDictionary(signature => Convert.ToHexStringLower(Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(signature)).AsSpan(0, 4)));

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
        AssertOnlyKnown(content);
        content.AssertWithout("riverside", "lakeview", "registry", "demographics", "event-follow-up", "liver-cohort-description", "intersection", "statistics", "variance");
    }

    [Fact]
    public async Task A_ledger_on_a_chain_needs_to_be_told_which()
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "evm")).Expect(2, "--chain");
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--chain", "http://127.0.0.1:1")).Expect(2, "--ledger evm");
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "paper")).Expect(2, "embedded or evm");
    }

    // The list of what goes on chain: these calls, each of whose words is a small number (a role, a place in the call, a use, a size, a time), an account, or 32 bytes of a hash or of chance.
    private static void AssertOnlyKnown(ChainContent content)
    {
        foreach (var (selector, words) in content.Calls)
        {
            Assert.True(Functions.ContainsKey(selector), $"A call that is not in the list: {selector}.");
            Assert.All(words, word =>
            {
                Assert.Equal(32, word.Length);
                var zeros = word.AsSpan().IndexOfAnyExcept((byte)0) is var first && first < 0 ? 32 : first;
                Assert.True(zeros >= 24 || zeros is >= 12 and <= 17 || zeros <= 4, $"{Functions[selector]} carries {Convert.ToHexStringLower(word)}.");
            });
        }

        Assert.All(content.Transactions.Where(t => t.GetProperty("to").ValueKind == JsonValueKind.String && t.GetProperty("input").GetString() != "0x"),
            t => Assert.Equal("0x0", t.GetProperty("value").GetString()));
        Assert.Equal(1, content.Transactions.Count(t => t.GetProperty("to").ValueKind == JsonValueKind.Null)); // the contract itself
    }
}

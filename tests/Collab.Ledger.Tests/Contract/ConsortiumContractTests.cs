using System.Security.Cryptography;
using System.Text;

namespace Collab.Ledger.Tests.Contract;

/// <summary>The committed bytecode: that it is what the sources give, and that a job goes through on a chain.</summary>
public sealed class ConsortiumContractTests
{
    [Fact]
    public async Task The_sources_give_the_committed_bytes()
    {
        Assert.Equal(ConsortiumBuild.Text, await ConsortiumBuild.CompileAsync());
        var lines = ConsortiumBuild.Sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{Hash(s.Value)}  {s.Key}\n");
        Assert.Equal(Hash(string.Concat(lines)), (string)ConsortiumBuild.Json["sourceHash"]!);
        Assert.InRange((int)ConsortiumBuild.Json["deployedBytes"]!, 1, 24_575);
        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public async Task A_job_of_two_owners_goes_from_proposal_to_committed()
    {
        await using var node = await TestNode.StartAsync(accounts: ConsortiumModel.Keys + 1);
        var (chain, model) = await ConsortiumChain.DeployAsync(
            node, 1, [.. Scenario.SetUp, .. Scenario.ProposedAndApproved, .. Scenario.RunAndCommitted]);
        Assert.Equal(ConsortiumModel.RunStage.Committed, model.Run[Scenario.Run].Stage);
    }
}

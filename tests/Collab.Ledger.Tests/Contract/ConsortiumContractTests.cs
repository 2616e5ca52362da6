using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

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
        var chain = await ConsortiumChain.DeployAsync(node, Scenario.Founders, Scenario.Quorum, keyDelay: 0);
        var model = new ConsortiumModel { Events = [], Now = TimeOf(chain.Deployment) };
        model.Deploy(Scenario.Founders, Scenario.Quorum, 0);
        Assert.Equal(model.Events.Select(chain.Encoding.Log), chain.Deployment["logs"]!.AsArray().Select(l => ContractEncoding.Log(l!.AsObject())));
        foreach (var call in (IEnumerable<ContractCall>)[.. Scenario.SetUp, .. Scenario.ProposedAndApproved, .. Scenario.RunAndCommitted])
        {
            model.Events.Clear();
            var receipt = await chain.SendAsync(call);
            model.Now = TimeOf(receipt);
            Assert.Equal(Refusal.None, model.Apply(call));
            Assert.Equal("0x1", (string)receipt["status"]!);
            Assert.Equal(model.Events.Select(chain.Encoding.Log), receipt["logs"]!.AsArray().Select(l => ContractEncoding.Log(l!.AsObject())));
        }

        Assert.Equal(ConsortiumModel.RunStage.Committed, model.Run[Scenario.Run].Stage);
    }

    private static long TimeOf(JsonObject receipt) =>
        long.Parse(((string)receipt["logs"]![0]!["blockTimestamp"]!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - TestNode.Genesis;
}

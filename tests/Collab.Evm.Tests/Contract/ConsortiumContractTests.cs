using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

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
        await using var node = await ConsortiumChain.StartNodeAsync();
        var (chain, model) = await ConsortiumChain.DeployAsync(
            node, 1, [.. Scenario.SetUp, .. Scenario.ProposedAndApproved, .. Scenario.RunAndCommitted]);
        Assert.Equal(ConsortiumModel.RunStage.Committed, model.Run[Scenario.Run].Stage);
    }

    [Fact]
    public async Task Gas_is_what_the_table_of_the_specification_says()
    {
        await using var node = await ConsortiumChain.StartNodeAsync();
        var (chain, model) = await ConsortiumChain.DeployAsync(node, 1, Scenario.SetUp);
        var (granted, run) = (Scenario.ProposedAndApproved, Scenario.RunAndCommitted);
        var measured = new List<(string What, long Gas)> { ("deployment, 4 founders", Gas(chain.Deployment)) };
        foreach (var (what, call) in new (string, ContractCall)[]
        {
            ("`nominate`", new(Operation.Nominate, Scenario.Administration(1), 25, (int)Role.Provider)),
            ("", new(Operation.Wait, 0, Scenario.KeyDelay)),
            ("`claim`", new(Operation.Claim, 25, 1)),
            ("`openMotion`", new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 1, 1, 4, (int)Role.Auditor | 256, 0, Scenario.Later)),
            ("`vote`, carrying it", new(Operation.Vote, Scenario.Key(3, Role.Operator), 1)),
            ("`setDataset`, a new one", new(Operation.SetDataset, 25, 2, 4)),
            ("`setDataset`, its next version", new(Operation.SetDataset, 25, 2, 5)),
            ("`propose`, 2 datasets, 2 parties", granted[0]),
            ("`approve`", granted[1]),
            ("`approve`, another owner", granted[2]),
            ("`approveAlgorithm`", granted[3]),
            ("`approveAlgorithm`, completing the grants", granted[4]),
            ("`startRun`, 2 datasets", run[0]),
            ("`commit`, the first party", run[1]),
            ("`commit`, the second party, with a result", run[2]),
            ("`open`, the first party", run[3]),
            ("`open`, the last party", run[4]),
            ("`checkpoint`, the first", new(Operation.Checkpoint, 25, 10, 1)),
            ("`checkpoint`, the next", new(Operation.Checkpoint, 25, 20, 2)),
            ("`checkpoint`, a conflict", new(Operation.Checkpoint, 25, 15, 3)),
            ("`revoke`, 2 grants", new(Operation.Revoke, Scenario.Key(1, Role.Provider), Scenario.Job, Scenario.DatasetOfOne)),
        })
        {
            model.Now++;
            Assert.Equal(Refusal.None, model.Apply(call));
            if (call.Operation != Operation.Wait) measured.Add((what, Gas(await chain.SendAsync(model.Now, call))));
        }

        measured.Add(("a job of two owners with an algorithm and one run, 10 transactions", measured.Skip(7).Take(10).Sum(m => m.Gas)));
        var table = File.ReadLines(ConsortiumBuild.Specification).SkipWhile(line => line != "| call | gas |").Skip(2).TakeWhile(line => line.StartsWith('|'));
        var lines = measured.Select(m => string.Create(CultureInfo.InvariantCulture, $"| {m.What} | {m.Gas:N0} |"));
        Assert.True(lines.SequenceEqual(table), "The table is to be:\n" + string.Join('\n', lines));
    }

    private static long Gas(JsonNode receipt) => long.Parse(((string)receipt["gasUsed"]!).AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evm.Contract;
using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>The contract itself on a test node, driven by the calls that drive the model. The node's accounts are the keys; gas has no price.</summary>
internal sealed class ConsortiumChain
{
    /// <summary>The time of the first block, in seconds since 1970.</summary>
    public const long Genesis = 1_800_000_000;

    private readonly Anvil _node;
    private readonly EvmAddress[] _keys;
    private readonly EvmAddress _address;

    private ConsortiumChain(Anvil node, EvmAddress[] keys, JsonNode deployment, EvmAddress address, ContractEncoding encoding) =>
        (_node, _keys, Deployment, _address, Encoding) = (node, keys, deployment, address, encoding);

    /// <summary>The receipt of the transaction that made it.</summary>
    public JsonNode Deployment { get; }

    /// <summary>What the small numbers are on this chain.</summary>
    public ContractEncoding Encoding { get; }

    /// <summary>A node with an account for every key, and one that deploys.</summary>
    public static Task<Anvil> StartNodeAsync() => Anvil.StartAsync(
        "--accounts", $"{ConsortiumModel.Keys + 1}", "--timestamp", $"{Genesis}", "--hardfork", "london", "--order", "fifo", "--gas-price", "0", "--base-fee", "0");

    /// <summary>Deploys the committed bytecode for the founders of the scenario, and does some calls, a second from one to the next.</summary>
    /// <returns>The contract, and its model in the same state.</returns>
    public static async Task<(ConsortiumChain Chain, ConsortiumModel Model)> DeployAsync(Anvil node, long now, IEnumerable<ContractCall> calls)
    {
        var model = new ConsortiumModel { Now = now, Events = [] };
        model.Deploy(Scenario.Founders, Scenario.Quorum, Scenario.KeyDelay);
        EvmAddress[] keys = [.. (await node.AskAsync("eth_accounts")).EnumerateArray().Select(a => EvmAddress.Parse(a.GetString()!))];
        var receipt = await SendAsync(node, now, Deployed(keys, Scenario.Founders, Scenario.Quorum, Scenario.KeyDelay));
        var address = EvmAddress.Parse((string)receipt["contractAddress"]!);
        var chain = new ConsortiumChain(node, keys, receipt, address, await ContractEncoding.CreateAsync(node, address, keys));
        model.DatasetOrder = chain.Encoding.DatasetOrder;
        chain.AssertSameEvents(model, receipt);
        foreach (var call in calls)
        {
            model.Now++;
            Assert.Equal(Refusal.None, model.Apply(call));
            if (call.Operation != Operation.Wait) chain.AssertSameEvents(model, await chain.SendAsync(model.Now, call));
        }

        model.Events = null;
        return (chain, model);
    }

    /// <summary>Sends a call as a transaction of its own, in a block of this time; the receipt.</summary>
    public Task<JsonNode> SendAsync(long now, ContractCall call) => SendAsync(_node, now, Transaction(call));

    /// <summary>What a deployment would come to.</summary>
    public async Task<Refusal> SimulateDeploymentAsync(
        (int Organisation, Role Roles, int Administration)[] founders, long quorum, long keyDelay)
    {
        try
        {
            await _node.AskAsync("eth_call", Deployed([EvmAddress.Zero, .. _keys[1..]], founders, quorum, keyDelay), "latest");
            return Refusal.None;
        }
        catch (RpcRejectedException refused)
        {
            return Why(refused.Returned!.Value.ToArray());
        }
    }

    /// <summary>
    /// Does calls one after the other on the state of the newest block, without leaving a trace: all of a time in one block, a new block
    /// after each <see cref="Operation.Wait"/>. What each came to and the logs it made; and what <c>authorized</c> says of every job at the end.
    /// </summary>
    public async Task<(IReadOnlyList<(Refusal Why, IReadOnlyList<string> Logs)> Calls, IReadOnlyList<Refusal> Authorized)> SimulateAsync(
        long now, IEnumerable<ContractCall> calls)
    {
        var blocks = new JsonArray();
        var current = new JsonArray();
        foreach (var call in calls.Prepend(new(Operation.Wait, 0)))
        {
            if (call.Operation != Operation.Wait)
            {
                current.Add(Transaction(call));
                continue;
            }

            now += call.A;
            blocks.Add(new JsonObject { ["blockOverrides"] = new JsonObject { ["time"] = HexText.Of((BigInteger)(Genesis + now)) }, ["calls"] = current = [] });
        }

        foreach (var job in Enumerable.Range(1, ConsortiumModel.Items))
            current.Add(Transaction(_keys[0], ContractEncoding.Authorized.EncodeCall(Encoding.Job(job))));
        var answer = await _node.AskAsync("eth_simulateV1", new JsonObject { ["blockStateCalls"] = blocks, ["validation"] = false }, "latest");
        var results = Node(answer).AsArray().SelectMany(block => block!["calls"]!.AsArray()).ToArray();
        return (
            [
                .. results[..^ConsortiumModel.Items].Select(call => (
                    (string)call!["status"]! == "0x1" ? Refusal.None : Why(Returned(call)),
                    (IReadOnlyList<string>)[.. call["logs"]!.AsArray().Select(log => Encoding.Log(log!))])),
            ],
            [.. results[^ConsortiumModel.Items..].Select(call => (Refusal)(int)(BigInteger)ContractEncoding.Authorized.DecodeResult(Returned(call!))[0])]);
    }

    private static async Task<JsonNode> SendAsync(Anvil node, long now, JsonObject transaction)
    {
        var hash = await node.AskAsync("eth_sendTransaction", transaction);
        await node.AskAsync("evm_mine", Genesis + now);
        return Node(await node.AskAsync("eth_getTransactionReceipt", hash.GetString()));
    }

    private static JsonObject Deployed(EvmAddress[] keys, (int Organisation, Role Roles, int Administration)[] founders, long quorum, long keyDelay)
    {
        var data = ConsortiumContract.Deployment(
            Convert.FromHexString((string)ConsortiumBuild.Json["bytecode"]!),
            [.. founders.Select(f => (new Digest(ContractEncoding.Organisation(f.Organisation)), (int)f.Roles, keys[f.Administration]))], (int)quorum, (ulong)keyDelay);
        return new() { ["from"] = keys[0].ToString(), ["gas"] = "0x989680", ["data"] = HexText.Of(data) };
    }

    private JsonObject Transaction(ContractCall call) => Transaction(_keys[call.Sender], Encoding.Data(call));

    private JsonObject Transaction(EvmAddress from, byte[] data) => new()
    {
        ["from"] = from.ToString(),
        ["to"] = _address.ToString(),
        ["gas"] = "0x1e8480",
        ["input"] = HexText.Of(data),
    };

    private void AssertSameEvents(ConsortiumModel model, JsonNode receipt)
    {
        Assert.Equal("0x1", (string)receipt["status"]!);
        Assert.Equal(model.Events!.Select(Encoding.Log), receipt["logs"]!.AsArray().Select(log => Encoding.Log(log!)));
        model.Events!.Clear();
    }

    private static JsonNode Node(JsonElement answer) => JsonNode.Parse(answer.GetRawText())!;

    private static byte[] Returned(JsonNode call) => HexText.Bytes((string)call["returnData"]!, "bytes");

    private static Refusal Why(byte[] returned) => ConsortiumContract.RefusalOf(returned) ?? throw new InvalidDataException("Not the contract's error.");
}

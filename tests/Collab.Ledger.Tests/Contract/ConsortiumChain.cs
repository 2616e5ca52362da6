using System.Globalization;
using System.Text.Json.Nodes;

namespace Collab.Ledger.Tests.Contract;

/// <summary>The contract itself on a node, driven by the calls that drive the model.</summary>
public sealed class ConsortiumChain
{
    /// <summary>The start of what a refused call returns: the selector of <c>Refused(uint8)</c>.</summary>
    public const string RefusedSelector = "0xbd5adfec";

    private const string GasOfCall = "0x1e8480"; // 2,000,000

    private readonly TestNode _node;
    private readonly string[] _keys;

    private ConsortiumChain(TestNode node, string[] keys, JsonObject deployment, ContractEncoding encoding)
    {
        (_node, _keys, Deployment, Encoding) = (node, keys, deployment, encoding);
        Address = (string)deployment["contractAddress"]!;
    }

    /// <summary>The contract's address.</summary>
    public string Address { get; }

    /// <summary>The receipt of the transaction that made it.</summary>
    public JsonObject Deployment { get; }

    /// <summary>What the small numbers are on this chain.</summary>
    public ContractEncoding Encoding { get; }

    /// <summary>Deploys the committed bytecode for the founders of the scenario, and does some calls, a second from one to the next.</summary>
    /// <returns>The contract, and its model in the same state.</returns>
    public static async Task<(ConsortiumChain Chain, ConsortiumModel Model)> DeployAsync(TestNode node, long now, IEnumerable<ContractCall> calls)
    {
        var model = new ConsortiumModel { Now = now, Events = [] };
        model.Deploy(Scenario.Founders, Scenario.Quorum, Scenario.KeyDelay);
        var chain = await DeployAsync(node, now, Scenario.Founders, Scenario.Quorum, Scenario.KeyDelay);
        model.DatasetOrder = chain.Encoding.DatasetOrder;
        AssertSameEvents(chain, model, chain.Deployment);
        foreach (var call in calls)
        {
            model.Now++;
            Assert.Equal(Refusal.None, model.Apply(call));
            if (call.Operation != Operation.Wait) AssertSameEvents(chain, model, await chain.SendAsync(model.Now, call));
        }

        model.Events = null;
        return (chain, model);
    }

    private static void AssertSameEvents(ConsortiumChain chain, ConsortiumModel model, JsonObject receipt)
    {
        Assert.Equal("0x1", (string)receipt["status"]!);
        Assert.Equal(model.Events!.Select(chain.Encoding.Log), receipt["logs"]!.AsArray().Select(l => ContractEncoding.Log(l!.AsObject())));
        model.Events!.Clear();
    }

    private static async Task<ConsortiumChain> DeployAsync(
        TestNode node, long now, (int Organisation, Role Roles, int Administration)[] founders, long quorum, long keyDelay)
    {
        var keys = (await node.CallAsync("eth_accounts"))!.AsArray().Select(a => (string)a!).ToArray(); // account 0 deploys, and is no key
        var receipt = await node.SendAsync(now, Deploy(keys, founders, quorum, keyDelay));
        return new(node, keys, receipt, await ContractEncoding.CreateAsync(node, (string)receipt["contractAddress"]!, keys));
    }

    /// <summary>The transaction that deploys.</summary>
    public static JsonObject Deploy(string[] keys, (int Organisation, Role Roles, int Administration)[] founders, long quorum, long keyDelay)
    {
        static string Number(long value) => value.ToString("x64", CultureInfo.InvariantCulture);
        string List(IEnumerable<string> words) => Number(founders.Length) + string.Concat(words);
        var size = 32 * (founders.Length + 1);
        string[] arguments =
        [
            Number(160), Number(160 + size), Number(160 + 2 * size), Number(quorum), Number(keyDelay),
            List(founders.Select(f => ContractEncoding.Organisation(f.Organisation))),
            List(founders.Select(f => Number((long)f.Roles))),
            List(founders.Select(f => keys[f.Administration][2..].PadLeft(64, '0'))),
        ];
        return new() { ["from"] = keys[0], ["gas"] = "0x989680", ["data"] = $"0x{ConsortiumBuild.Json["bytecode"]}{string.Concat(arguments)}" };
    }

    /// <summary>Sends a call as a transaction of its own; the receipt.</summary>
    public Task<JsonObject> SendAsync(long now, ContractCall call) => _node.SendAsync(now, Transaction(call));

    /// <summary>
    /// Does calls one after the other on the state of the newest block, without leaving a trace: all of a time in one block, a new block
    /// after each <see cref="Operation.Wait"/>. What each came to and the logs it made; and what <c>authorized</c> says of every job at the end.
    /// </summary>
    public async Task<(IReadOnlyList<(Refusal Why, IReadOnlyList<string> Logs)> Calls, IReadOnlyList<Refusal> Authorized)> SimulateAsync(long now, IEnumerable<ContractCall> calls)
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
            blocks.Add(new JsonObject { ["blockOverrides"] = new JsonObject { ["time"] = $"0x{TestNode.Genesis + now:x}" }, ["calls"] = current = [] });
        }

        foreach (var job in Enumerable.Range(1, ConsortiumModel.Items))
            current.Add(new JsonObject { ["from"] = _keys[0], ["to"] = Address, ["input"] = Encoding.Authorized(job) });
        var answer = await _node.CallAsync("eth_simulateV1", new JsonObject { ["blockStateCalls"] = blocks, ["validation"] = false }, "latest");
        var results = answer!.AsArray().SelectMany(block => block!["calls"]!.AsArray()).ToArray();
        return (
            [
                .. results[..^ConsortiumModel.Items].Select(call => (
                    Why((string)call!["status"]!, (string)call["returnData"]!),
                    (IReadOnlyList<string>)[.. call["logs"]!.AsArray().Select(log => ContractEncoding.Log(log!.AsObject()))])),
            ],
            [.. results[^ConsortiumModel.Items..].Select(call => Number((string)call!["returnData"]!, 0))]);
    }

    /// <summary>What a deployment would come to.</summary>
    public async Task<Refusal> SimulateDeploymentAsync(JsonObject transaction)
    {
        var answer = await _node.AskAsync("eth_call", transaction, "latest");
        return answer["error"] is { } error ? Why("0x0", (string)error["data"]!) : Refusal.None;
    }

    private JsonObject Transaction(ContractCall call) => new()
    {
        ["from"] = _keys[call.Sender], ["to"] = Address, ["gas"] = GasOfCall, ["input"] = Encoding.Data(call),
    };

    private static Refusal Why(string status, string returned)
    {
        if (status == "0x1") return Refusal.None;
        Assert.StartsWith(RefusedSelector, returned);
        Assert.Equal(RefusedSelector.Length + 64, returned.Length);
        return Number(returned, 4);
    }

    private static Refusal Number(string returned, int offset) =>
        (Refusal)int.Parse(returned.AsSpan(2 + 2 * offset, 64), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

using System.Text;
using System.Text.Json;
using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Evm.Tests.Codecs;
using Collab.Primitives;

namespace Collab.Evm.Tests.Rpc;

/// <summary>What a node may answer, and what must come of it.</summary>
public class RepliesTests
{
    private const string Hash = "0x1111111111111111111111111111111111111111111111111111111111111111";
    private const string Block = $$"""{"number":"0x5","hash":"{{Hash}}","parentHash":"{{Hash}}","timestamp":"0x6a000000","baseFeePerGas":"0x7"}""";
    private const string Receipt = $$"""{"transactionHash":"{{Hash}}","blockHash":"{{Hash}}","blockNumber":"0x5","status":"0x1","gasUsed":"0x5208","contractAddress":null}""";
    private const string Log = $$"""{"blockHash":"{{Hash}}","blockNumber":"0x5","logIndex":"0x0","transactionHash":"{{Hash}}","address":"0x00000000000000000000000000000000000000aa","topics":["{{Hash}}"],"data":"0x01"}""";

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("""{"jsonrpc":"2.0","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":2,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x1","result":"0x2"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":"no"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":"3"}}""")]
    public void A_reply_that_is_none_is_refused(string reply) =>
        Assert.Equal(EvmErrors.ReplyInvalid, Assert.Throws<CollabException>(() => JsonRpcClient.Result(Encoding.UTF8.GetBytes(reply), 1, "m")).Code);

    [Fact]
    public void Depth_is_bounded()
    {
        var deep = $$"""{"jsonrpc":"2.0","id":1,"result":{{new string('[', 5000)}}{{new string(']', 5000)}}}""";
        Assert.Equal(EvmErrors.ReplyInvalid, Assert.Throws<CollabException>(() => JsonRpcClient.Result(Encoding.UTF8.GetBytes(deep), 1, "m")).Code);
    }

    [Theory]
    [InlineData("""{"code":3,"message":"execution reverted","data":"0x0102"}""", "chain.reverted", 2)]
    [InlineData("""{"code":-32000,"message":"execution reverted"}""", "chain.reverted", -1)]
    [InlineData("""{"code":-32000,"message":"x","data":{"data":"0x0102"}}""", "chain.reverted", 2)]
    [InlineData("""{"code":-32000,"message":"x","data":{"result":"0x01"}}""", "chain.reverted", 1)]
    [InlineData("""{"code":-32000,"message":"nonce too low"}""", "chain.rejected", -1)]
    [InlineData("""{"code":-32000,"message":5,"data":[]}""", "chain.rejected", -1)]
    [InlineData("""{"code":-32000,"message":"\ud800","data":"\ud800"}""", "chain.rejected", -1)]
    public void An_error_says_whether_the_contract_or_the_node_refused(string error, string code, int returned)
    {
        var rejected = Assert.Throws<RpcRejectedException>(() => JsonRpcClient.Result(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"error":{{error}}}"""), 1, "m"));
        Assert.Equal((code, returned), (rejected.Code.Name, rejected.Returned?.Length ?? -1));
    }

    [Fact]
    public void Mutated_replies_are_read_or_refused()
    {
        string[] results = [Block, Receipt, $"[{Log},{Log}]", "\"0x7a69\"", "null"];
        byte[][] originals = [.. results.Select(result => Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"result":{{result}}}""")),
            Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x0102"}}""")];
        Action<JsonElement>[] readers = [r => EvmNode.Read("m", r, EvmNode.Receipt), r => EvmNode.Block(r, "m"), r => EvmNode.Read("m", r, list => list.EnumerateArray().Select(EvmNode.Log).ToList())];
        foreach (var original in originals)
        {
            Mutations.Each([original], 2000, seed: 13, mutated =>
            {
                foreach (var read in readers)
                {
                    try
                    {
                        read(JsonRpcClient.Result(mutated, 1, "m"));
                    }
                    catch (CollabException fault) when (fault.Code == EvmErrors.ReplyInvalid || fault is RpcRejectedException)
                    {
                    }
                }
            });
        }
    }

    [Fact]
    public async Task Size_time_status_and_redirects_are_bounded()
    {
        await using var liar = await Liar.BeforeAsync(null);
        var options = new JsonRpcOptions(liar.Address, TimeSpan.FromSeconds(30), 100_000);
        using var client = new JsonRpcClient(options, TimeProvider.System);

        liar.Instead = _ => (200, new byte[100_001]);
        await RefusedAsync(client, EvmErrors.ReplyInvalid);
        liar.Instead = _ => (500, []);
        await RefusedAsync(client, EvmErrors.Unreachable);
        liar.Instead = _ => (307, []);
        await RefusedAsync(client, EvmErrors.Unreachable);

        using var waiting = new ManualResetEventSlim();
        var clock = new Collab.Testing.ManualTime();
        using var impatient = new JsonRpcClient(options, clock);
        var asked = new TaskCompletionSource();
        liar.Instead = _ => { asked.SetResult(); waiting.Wait(TimeSpan.FromSeconds(30)); return (200, []); };
        var answer = RefusedAsync(impatient, EvmErrors.Unreachable);
        await asked.Task;
        clock.Advance(TimeSpan.FromSeconds(31));
        await answer;
        waiting.Set();

        await liar.DisposeAsync();
        await RefusedAsync(client, EvmErrors.Unreachable);
    }

    private static async Task RefusedAsync(JsonRpcClient client, ErrorCode code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(() => client.CallAsync("m", [], default))).Code);
}

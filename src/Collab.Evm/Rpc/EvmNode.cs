using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Evm.Rpc;

/// <summary>One node of one chain, asked with types. What it answers is checked against the question, not believed beyond that.</summary>
/// <remarks>Source: Ethereum execution API specification. Safe to use from many threads.</remarks>
public sealed class EvmNode : IDisposable
{
    private readonly JsonRpcClient _client;

    /// <summary>A node that must be on this chain.</summary>
    /// <exception cref="ArgumentException">Chain id 0: such a chain cannot be told from another.</exception>
    public EvmNode(JsonRpcClient client, ulong chainId)
    {
        if (chainId is 0 or > EvmTransaction.LargestChainId) throw new ArgumentException("A chain has an id that is not 0.", nameof(chainId));
        (_client, ChainId) = (client, chainId);
    }

    /// <summary>The chain it must be on.</summary>
    public ulong ChainId { get; }

    /// <summary>Its address.</summary>
    public Uri Address => _client.Address;

    /// <summary>Asks which chain the node is on.</summary>
    /// <exception cref="CollabException"><see cref="EvmErrors.OtherChain"/>: none, or another.</exception>
    public async Task DemandChainAsync(CancellationToken cancellation)
    {
        var id = UInt64(await AskAsync("eth_chainId", cancellation), "eth_chainId");
        if (id != ChainId) throw new CollabException(EvmErrors.OtherChain, "The node is on another chain than the configuration names.");
    }

    /// <summary>The block at a place, or null when there is none yet.</summary>
    public async Task<BlockHeader?> BlockAsync(ulong number, CancellationToken cancellation)
    {
        var block = Block(await AskAsync("eth_getBlockByNumber", cancellation, HexText.Of(number), false), "eth_getBlockByNumber");
        return block is null || block.Number == number ? block : throw Invalid("eth_getBlockByNumber", "the block that was asked for");
    }

    /// <summary>The newest block.</summary>
    public async Task<BlockHeader> LatestAsync(CancellationToken cancellation) =>
        Block(await AskAsync("eth_getBlockByNumber", cancellation, "latest", false), "eth_getBlockByNumber") ?? throw Invalid("eth_getBlockByNumber", "a newest block");

    /// <summary>The newest block that the chain itself calls final, or null when there is none.</summary>
    public async Task<BlockHeader?> FinalizedAsync(CancellationToken cancellation) =>
        Block(await AskAsync("eth_getBlockByNumber", cancellation, "finalized", false), "eth_getBlockByNumber");

    /// <summary>All fields of a block's header as the node gives them, unread: for who recomputes its hash.</summary>
    internal Task<JsonElement> BlockFieldsAsync(ulong number, CancellationToken cancellation) => AskAsync("eth_getBlockByNumber", cancellation, HexText.Of(number), false);

    /// <summary>All receipts of a block as the node gives them, unread: for who recomputes their root.</summary>
    internal Task<JsonElement> BlockReceiptsAsync(ulong number, CancellationToken cancellation) => AskAsync("eth_getBlockReceipts", cancellation, HexText.Of(number));

    /// <summary>What a contract said in a block, in order.</summary>
    public async Task<IReadOnlyList<EvmLog>> LogsAsync(BlockHeader block, EvmAddress contract, CancellationToken cancellation)
    {
        const string method = "eth_getLogs";
        var filter = new JsonObject { ["blockHash"] = HexText.Of(block.Hash), ["address"] = HexText.Of(contract.ToArray()) };
        var logs = Read(method, await AskAsync(method, cancellation, filter), static list => list.EnumerateArray().Select(Log).ToList());
        for (var i = 0; i < logs.Count; i++)
        {
            if ((logs[i].Block, logs[i].BlockNumber, logs[i].Address) != (block.Hash, block.Number, contract)) throw Invalid(method, "logs of the block and the contract asked for");
            if (i > 0 && logs[i].Index <= logs[i - 1].Index) throw Invalid(method, "logs in their order");
        }

        return logs;
    }

    /// <summary>What became of a transaction, or null while it is in no block.</summary>
    public async Task<TransactionReceipt?> ReceiptAsync(Digest transaction, CancellationToken cancellation)
    {
        const string method = "eth_getTransactionReceipt";
        var answer = await AskAsync(method, cancellation, HexText.Of(transaction));
        if (answer.ValueKind == JsonValueKind.Null) return null;
        var receipt = Read(method, answer, Receipt);
        return receipt.Transaction == transaction ? receipt : throw Invalid(method, "the receipt that was asked for");
    }

    /// <summary>Whether the node knows a transaction, in a block or waiting.</summary>
    public async Task<bool> KnowsAsync(Digest transaction, CancellationToken cancellation) =>
        (await AskAsync("eth_getTransactionByHash", cancellation, HexText.Of(transaction))).ValueKind != JsonValueKind.Null;

    /// <summary>How many transactions of the account are in blocks up to that place.</summary>
    public async Task<ulong> NonceAsync(EvmAddress account, ulong atBlock, CancellationToken cancellation) =>
        UInt64(await AskAsync("eth_getTransactionCount", cancellation, HexText.Of(account.ToArray()), HexText.Of(atBlock)), "eth_getTransactionCount");

    /// <summary>How many transactions of the account are in blocks up to the newest.</summary>
    public async Task<ulong> LatestNonceAsync(EvmAddress account, CancellationToken cancellation) =>
        UInt64(await AskAsync("eth_getTransactionCount", cancellation, HexText.Of(account.ToArray()), "latest"), "eth_getTransactionCount");

    /// <summary>The account's money, in wei.</summary>
    public async Task<BigInteger> BalanceAsync(EvmAddress account, CancellationToken cancellation) =>
        Number(await AskAsync("eth_getBalance", cancellation, HexText.Of(account.ToArray()), "latest"), "eth_getBalance");

    /// <summary>The code at an address; empty for an account.</summary>
    public async Task<byte[]> CodeAsync(EvmAddress contract, CancellationToken cancellation) =>
        Bytes(await AskAsync("eth_getCode", cancellation, HexText.Of(contract.ToArray()), "latest"), "eth_getCode");

    /// <summary>What a call returns, at the newest block.</summary>
    /// <exception cref="RpcRejectedException">With <see cref="EvmErrors.Reverted"/> when the contract refuses.</exception>
    public async Task<byte[]> CallAsync(EvmCall call, CancellationToken cancellation) =>
        Bytes(await AskAsync("eth_call", cancellation, Parameter(call), "latest"), "eth_call");

    /// <summary>The gas that a call would take.</summary>
    /// <exception cref="RpcRejectedException">With <see cref="EvmErrors.Reverted"/> when the contract would refuse.</exception>
    public async Task<ulong> EstimateGasAsync(EvmCall call, CancellationToken cancellation) =>
        UInt64(await AskAsync("eth_estimateGas", cancellation, Parameter(call)), "eth_estimateGas");

    /// <summary>What the node would tip per gas, in wei.</summary>
    public async Task<BigInteger> TipAsync(CancellationToken cancellation) =>
        Number(await AskAsync("eth_maxPriorityFeePerGas", cancellation), "eth_maxPriorityFeePerGas");

    /// <summary>What the node would pay per gas on a chain before EIP-1559, in wei.</summary>
    public async Task<BigInteger> GasPriceAsync(CancellationToken cancellation) => Number(await AskAsync("eth_gasPrice", cancellation), "eth_gasPrice");

    /// <summary>Gives the node a transaction.</summary>
    /// <exception cref="RpcRejectedException">It does not take it, or has it already: ask for the hash before anything else.</exception>
    public Task SendAsync(SignedTransaction transaction, CancellationToken cancellation) => SendAsync(transaction.Bytes, transaction.Hash, cancellation);

    internal async Task SendAsync(ReadOnlyMemory<byte> signed, Digest expected, CancellationToken cancellation)
    {
        const string method = "eth_sendRawTransaction";
        var hash = Read(method, await AskAsync(method, cancellation, HexText.Of(signed.Span)), static answer => HexText.Digest(answer.GetString(), "a hash"));
        if (hash != expected) throw Invalid(method, "the hash of what was sent");
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<JsonElement> AskAsync(string method, CancellationToken cancellation, params JsonNode?[] parameters) =>
        await _client.CallAsync(method, new JsonArray(parameters), cancellation);

    private static JsonObject Parameter(EvmCall call)
    {
        var parameter = new JsonObject { ["from"] = HexText.Of(call.From.ToArray()), ["data"] = HexText.Of(call.Data.Span) };
        if (call.To is { } to) parameter["to"] = HexText.Of(to.ToArray());
        return parameter;
    }

    internal static BlockHeader? Block(JsonElement answer, string method) => answer.ValueKind == JsonValueKind.Null ? null : Read(method, answer, static block => new BlockHeader(
        HexText.UInt64(Text(block, "number"), "a number"),
        HexText.Digest(Text(block, "hash"), "a hash"),
        HexText.Digest(Text(block, "parentHash"), "a hash"),
        Time(HexText.Number(Text(block, "timestamp"), "a time")),
        block.TryGetProperty("baseFeePerGas", out var fee) && fee.ValueKind != JsonValueKind.Null ? HexText.Number(fee.GetString(), "a fee") : null));

    internal static TransactionReceipt Receipt(JsonElement receipt) => new(
        HexText.Digest(Text(receipt, "transactionHash"), "a hash"),
        HexText.Digest(Text(receipt, "blockHash"), "a hash"),
        HexText.UInt64(Text(receipt, "blockNumber"), "a number"),
        HexText.UInt64(Text(receipt, "status"), "a status") switch { 0 => false, 1 => true, _ => throw new MalformedException("a status of 0 or 1") },
        HexText.UInt64(Text(receipt, "gasUsed"), "a number"),
        receipt.TryGetProperty("contractAddress", out var contract) && contract.ValueKind != JsonValueKind.Null ? EvmAddress.Parse(contract.GetString()!) : null);

    internal static EvmLog Log(JsonElement log)
    {
        var topics = log.GetProperty("topics");
        if (topics.GetArrayLength() > 4) throw new MalformedException("at most four topics");
        if (log.TryGetProperty("removed", out var removed) && removed.ValueKind == JsonValueKind.True) throw new MalformedException("a log that is on the chain");
        return new EvmLog(
            HexText.Digest(Text(log, "blockHash"), "a hash"),
            HexText.UInt64(Text(log, "blockNumber"), "a number"),
            HexText.UInt64(Text(log, "logIndex"), "a number"),
            HexText.Digest(Text(log, "transactionHash"), "a hash"),
            EvmAddress.Parse(Text(log, "address")),
            [.. topics.EnumerateArray().Select(topic => HexText.Digest(topic.GetString(), "a topic"))],
            HexText.Bytes(Text(log, "data"), "bytes"));
    }

    private static DateTimeOffset Time(BigInteger seconds) => // FISCO BCOS counts milliseconds
        seconds < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
        : seconds < 100_000_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds((long)seconds)
        : throw new MalformedException("a time");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new MalformedException("a text");

    private static ulong UInt64(JsonElement answer, string method) => Read(method, answer, static a => HexText.UInt64(a.GetString(), "a number"));

    private static BigInteger Number(JsonElement answer, string method) => Read(method, answer, static a => HexText.Number(a.GetString(), "a number"));

    private static byte[] Bytes(JsonElement answer, string method) => Read(method, answer, static a => HexText.Bytes(a.GetString(), "bytes"));

    // JsonElement throws these two when an element is of another kind or has no such property.
    internal static T Read<T>(string method, JsonElement answer, Func<JsonElement, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (Exception fault) when (fault is InvalidOperationException or KeyNotFoundException or MalformedException)
        {
            throw Invalid(method, fault is MalformedException malformed ? malformed.Rule : "the fields of its specification");
        }
    }

    private static CollabException Invalid(string method, string expected) => JsonRpcClient.Invalid(method, expected);
}

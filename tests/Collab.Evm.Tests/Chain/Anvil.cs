using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evm.Codecs;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Transactions;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Chain;

/// <summary>A test node of Foundry on the loopback, started for one test and ended by its process.</summary>
internal sealed class Anvil : IAsyncDisposable
{
    public const ulong ChainId = 31337;

    /// <summary>Runtime: reverts with 32 bytes when the first word of a call is 0, otherwise logs the word under itself as topic. Before it, what returns it.</summary>
    public static readonly byte[] Recorder = Convert.FromHexString("601780600b6000396000f3" + "60003580600c5760206000fd5b8060005260206000a100");

    private readonly JsonRpcClient _client;
    private Process _process;

    private Anvil(Process process, Uri address)
    {
        (_process, Address) = (process, address);
        _client = new JsonRpcClient(JsonRpcOptions.For(address), TimeProvider.System);
        Node = new EvmNode(_client, ChainId);
    }

    public Uri Address { get; }

    public EvmNode Node { get; }

    /// <summary>Blocks come by <see cref="MineAsync"/> alone: when a node mines by itself, a receipt may come after the answer that a transaction was taken.</summary>
    public static async Task<Anvil> StartAsync(params string[] arguments)
    {
        var (process, address) = await StartProcessAsync(0, arguments);
        return new Anvil(process, address);
    }

    /// <summary>Ends the node, which writes its state down, and starts it again at the same address; what waited for a block is forgotten.</summary>
    /// <param name="state">The file that it was started with (<c>--state</c>).</param>
    /// <param name="arguments">The others it was started with.</param>
    public async Task RestartAsync(string state, params string[] arguments)
    {
        using (var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await signal.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        (_process, _) = await StartProcessAsync(Address.Port, ["--state", state, .. arguments]);
    }

    private static async Task<(Process Process, Uri Address)> StartProcessAsync(int port, string[] arguments)
    {
        var program = Path.GetFullPath(Path.Combine(Here(), "..", "..", "chain", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil"));
        if (!File.Exists(program)) Assert.Fail("The test node is missing: run 'npm ci --prefix tests/chain --ignore-scripts' at the root of the repository.");
        var start = new ProcessStartInfo(program, ["--port", port.ToString(CultureInfo.InvariantCulture), "--host", "127.0.0.1", "--no-mining", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("Listening on 127.0.0.1:", StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);              // a line for each request: nobody keeps them
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return (process, new Uri($"http://127.0.0.1:{line["Listening on 127.0.0.1:".Length..]}"));
        }

        throw new InvalidOperationException("anvil did not start: " + await process.StandardError.ReadToEndAsync());
    }

    public Task<JsonElement> AskAsync(string method, params JsonNode?[] parameters) => _client.CallAsync(method, new JsonArray(parameters), default);

    public Task MineAsync(int blocks = 1) => AskAsync("anvil_mine", "0x" + blocks.ToString("x", CultureInfo.InvariantCulture));

    public Task ReorganiseAsync(int depth) => AskAsync("anvil_reorg", depth, new JsonArray());

    /// <summary>A key with money.</summary>
    public async Task<EvmKey> FundedKeyAsync(int seed)
    {
        var key = EvmKey.Generate(RandomSource.Seeded(seed));
        await AskAsync("anvil_setBalance", key.Address.ToString(), "0x3635c9adc5dea00000");
        return key;
    }

    /// <summary>Puts the recorder on the chain with the first transaction of a key.</summary>
    public async Task<EvmAddress> DeployAsync(EvmKey key)
    {
        var transaction = Transaction(0, null, Recorder).Sign(key);
        await Node.SendAsync(transaction, default);
        await MineAsync();
        var receipt = await Node.ReceiptAsync(transaction.Hash, default);
        Assert.True(receipt!.Succeeded);
        return receipt.Contract!.Value;
    }

    public static EvmTransaction Transaction(ulong nonce, EvmAddress? to, byte[] data) =>
        new(TransactionKind.DynamicFee, ChainId, nonce, 1_000_000_000, 10_000_000_000, 200_000, to, 0, data, []);

    public static byte[] Word(int value) => Abi.Encode(AbiType.Parse("uint256"), (BigInteger)value);

    public async ValueTask DisposeAsync()
    {
        Node.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evm.Rpc;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>A chain of one test node with unlocked accounts that makes a block for each transaction.</summary>
internal sealed class TestChain : IAsyncDisposable
{
    private readonly Process _process;
    private readonly JsonRpcClient _client;

    private TestChain(Process process, string address) =>
        (_process, Address, _client) = (process, address, new JsonRpcClient(JsonRpcOptions.For(new Uri(address)), TimeProvider.System));

    public string Address { get; }

    public static async Task<TestChain> StartAsync([CallerFilePath] string file = "")
    {
        const string listening = "Listening on ";
        var program = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "chain", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil"));
        if (!File.Exists(program)) Assert.Fail("The test node is missing: run 'npm ci --prefix tests/chain --ignore-scripts' at the root of the repository.");
        var process = Process.Start(new ProcessStartInfo(program, ["--port", "0", "--host", "127.0.0.1"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(listening, StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return new TestChain(process, "http://" + line[listening.Length..]);
        }

        throw new InvalidOperationException("The test node did not start: " + await process.StandardError.ReadToEndAsync());
    }

    public Task<JsonElement> AskAsync(string method, params JsonNode?[] parameters) => _client.CallAsync(method, new JsonArray(parameters), default);

    /// <summary>Every transaction, and every log entry, from the first block to the newest.</summary>
    public async Task<ChainContent> ReadAsync()
    {
        var head = Convert.ToInt64((await AskAsync("eth_blockNumber")).GetString(), 16);
        var content = new ChainContent([], []);
        for (var number = 0L; number <= head; number++)
        {
            var place = "0x" + number.ToString("x", CultureInfo.InvariantCulture);
            content.Transactions.AddRange((await AskAsync("eth_getBlockByNumber", place, true)).GetProperty("transactions").EnumerateArray());
            content.Logs.AddRange((await AskAsync("eth_getLogs", new JsonObject { ["fromBlock"] = place, ["toBlock"] = place })).EnumerateArray());
        }

        return content;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

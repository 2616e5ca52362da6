using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Collab.Ledger.Tests.Contract;

/// <summary>A chain of one node for a test: anvil on a free port of the loopback, with unlocked accounts and no price of gas.</summary>
public sealed class TestNode : IAsyncDisposable
{
    /// <summary>The time of the first block, in seconds since 1970.</summary>
    public const long Genesis = 1_800_000_000;

    /// <summary>The packages of tests/chain.</summary>
    public static string Tools { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "chain", "node_modules"));

    private readonly Process _process;
    private readonly HttpClient _http;
    private int _requests;

    private TestNode(Process process, string address)
    {
        _process = process;
        _http = new() { BaseAddress = new($"http://{address}") };
    }

    /// <summary>Starts the node and returns once it listens.</summary>
    public static async Task<TestNode> StartAsync(int accounts, string hardfork = "london")
    {
        var program = Path.Combine(Tools, "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        if (!File.Exists(program)) Assert.Fail("anvil is missing: run 'npm ci --prefix tests/chain --ignore-scripts' at the root of the repository.");
        var start = new ProcessStartInfo(program, [
            "--host", "127.0.0.1", "--port", "0", "--accounts", $"{accounts}", "--chain-id", "31337", "--timestamp", $"{Genesis}",
            "--hardfork", hardfork, "--order", "fifo", "--gas-price", "0", "--base-fee", "0", "--threads", "1"])
        {
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("anvil did not start.");
        const string Listening = "Listening on ";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(Listening, StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null); // or it would stop when the pipe is full
            return new(process, line[Listening.Length..].Trim());
        }

        throw new InvalidOperationException("anvil ended before it listened.");
    }

    /// <summary>One request; fails the test when the node answers with an error.</summary>
    public async Task<JsonNode?> CallAsync(string method, params JsonNode?[] parameters)
    {
        var answer = await AskAsync(method, parameters);
        if (answer["error"] is { } error) Assert.Fail($"{method}: {error.ToJsonString()}");
        return answer["result"];
    }

    /// <summary>One request, and the answer with its result or error.</summary>
    public async Task<JsonObject> AskAsync(string method, params JsonNode?[] parameters)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0", ["id"] = ++_requests, ["method"] = method, ["params"] = new JsonArray(parameters),
        };
        using var response = await _http.PostAsJsonAsync("", request, TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Sends a transaction and returns its receipt once it is in a block, whose time is <paramref name="now"/>.</summary>
    public async Task<JsonObject> SendAsync(long now, JsonObject transaction)
    {
        await CallAsync("evm_setNextBlockTimestamp", Genesis + now);
        var hash = (string)(await CallAsync("eth_sendTransaction", transaction))!;
        while (true)
        {
            if (await CallAsync("eth_getTransactionReceipt", hash) is JsonObject receipt) return receipt;
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

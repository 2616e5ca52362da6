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

/// <summary>What stands on a chain.</summary>
internal sealed record ChainContent(List<JsonElement> Transactions, List<JsonElement> Logs)
{
    /// <summary>The calls of contracts, as four bytes of selector and 32-byte words; without what makes a contract.</summary>
    public IEnumerable<(string Selector, IReadOnlyList<byte[]> Words)> Calls => Transactions
        .Where(t => t.GetProperty("to").ValueKind == JsonValueKind.String)
        .Select(t => Convert.FromHexString(t.GetProperty("input").GetString()![2..]))
        .Where(input => input.Length > 0)
        .Select(input => (Convert.ToHexStringLower(input.AsSpan(0, 4)), (IReadOnlyList<byte[]>)[.. input.Skip(4).Chunk(32)]));

    /// <summary>Fails when one of the texts stands anywhere in a transaction or a log entry, as UTF-8 or UTF-16, or hashed alone without salt.</summary>
    public void AssertWithout(params IReadOnlyList<string> texts)
    {
        var everything = string.Concat(Transactions.Select(t => t.GetRawText()).Concat(Logs.Select(log => log.GetRawText())));
        foreach (var text in texts)
        {
            var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
            byte[][] forms = [utf8, System.Text.Encoding.Unicode.GetBytes(text), System.Security.Cryptography.SHA256.HashData(utf8), Collab.Arithmetic.Hashing.Keccak256.Hash(utf8)];
            foreach (var form in forms) Assert.DoesNotContain(Convert.ToHexStringLower(form), everything, StringComparison.Ordinal);
        }
    }
}

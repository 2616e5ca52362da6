using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>A chain of one test node, on the loopback; it ends with the test.</summary>
internal sealed class TestChain : IAsyncDisposable
{
    private readonly Process _anvil;

    private TestChain(Process anvil, string address) => (_anvil, Address) = (anvil, address);

    /// <summary>Where it answers.</summary>
    public string Address { get; }

    /// <summary>Starts a node and waits until it listens.</summary>
    public static async Task<TestChain> StartAsync()
    {
        const string listening = "Listening on 127.0.0.1:";
        var anvil = Process.Start(new ProcessStartInfo(Program(), ["--port", "0", "--host", "127.0.0.1"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string? line;
        while ((line = await anvil.StandardOutput.ReadLineAsync())?.StartsWith(listening, StringComparison.Ordinal) == false) { }
        _ = anvil.StandardOutput.ReadToEndAsync();
        _ = anvil.StandardError.ReadToEndAsync();
        return new(anvil, $"http://127.0.0.1:{line![listening.Length..]}");
    }

    public async ValueTask DisposeAsync()
    {
        _anvil.Kill();
        await _anvil.WaitForExitAsync();
        _anvil.Dispose();
    }

    private static string Program([CallerFilePath] string file = "")
    {
        var program = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "chain", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil"));
        if (!File.Exists(program)) Assert.Fail("The test node is missing: run 'npm ci --prefix tests/chain --ignore-scripts' at the root of the repository.");
        return program;
    }
}

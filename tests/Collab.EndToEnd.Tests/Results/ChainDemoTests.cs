using System.Diagnostics;
using System.Runtime.CompilerServices;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary><c>collab demo --ledger evm</c>: the main job with a contract before the logs, on a test node.</summary>
public sealed class ChainDemoTests
{
    [Fact]
    public async Task The_main_job_runs_with_the_contract_and_its_evidence_verifies_offline()
    {
        using var folder = new TemporaryFolder();
        using var anvil = Process.Start(new ProcessStartInfo(AnvilProgram(), ["--port", "0", "--host", "127.0.0.1"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            const string listening = "Listening on 127.0.0.1:";
            string? line;
            while ((line = await anvil.StandardOutput.ReadLineAsync())?.StartsWith(listening, StringComparison.Ordinal) == false) { }
            _ = anvil.StandardOutput.ReadToEndAsync();
            _ = anvil.StandardError.ReadToEndAsync();

            var demo = (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "evm", "--chain", $"http://127.0.0.1:{line![listening.Length..]}", "--json")).Expect(0);
            foreach (var job in new[] { "intersection", "statistics" }) Assert.Equal("committed", demo.Json.GetProperty(job).GetProperty("state").GetString());
            foreach (var evidence in demo.Json.GetProperty("evidence").EnumerateArray())
                (await CollabProgram.RunAsync("audit", "verify", evidence.GetString()!, "--trust", folder["demo", "nodes", "consortium.yaml"])).Expect(0);
        }
        finally
        {
            anvil.Kill();
            await anvil.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_ledger_on_a_chain_needs_to_be_told_which()
    {
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "evm")).Expect(2, "--chain");
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--chain", "http://127.0.0.1:1")).Expect(2, "--ledger evm");
        (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--ledger", "paper")).Expect(2, "embedded or evm");
    }

    private static string AnvilProgram([CallerFilePath] string file = "")
    {
        var program = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "chain", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil"));
        if (!File.Exists(program)) Assert.Fail("The test node is missing: run 'npm ci --prefix tests/chain --ignore-scripts' at the root of the repository.");
        return program;
    }
}

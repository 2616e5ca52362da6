using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Collab.Evm.Tests.Contract;

/// <summary>The committed build of the contract: protocols/contracts/Consortium.json.</summary>
public static class ConsortiumBuild
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "protocols", "contracts"));

    /// <summary>The file as it is committed.</summary>
    public static string Text { get; } = File.ReadAllText(Path.Combine(Folder, "Consortium.json"));

    /// <summary>The specification.</summary>
    public static string Specification { get; } = Path.GetFullPath(Path.Combine(Folder, "..", "specs", "contract.md"));

    /// <summary>The build, read.</summary>
    public static JsonObject Json { get; } = JsonNode.Parse(Text)!.AsObject();

    /// <summary>The Solidity sources, by name.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } =
        Directory.GetFiles(Path.Combine(Folder, "src"), "*.sol").ToDictionary(file => Path.GetFileName(file)!, File.ReadAllText);

    /// <summary>Compiles the sources here and now.</summary>
    public static async Task<string> CompileAsync()
    {
        if (!Directory.Exists(Path.Combine(Folder, "..", "..", "tests", "chain", "node_modules", "solc")))
            Assert.Fail("solc is missing: run 'npm ci --prefix tests/chain --ignore-scripts' at the root of the repository.");
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, "build.js")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Collab.Interop.Tests;

/// <summary>A process of another implementation. What it needs and lacks fails the test, with how to install it.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
    private readonly Process _process;

    private Peer(Process process) => _process = process;

    public int Port { get; private set; }

    /// <summary>Starts the peer's server.</summary>
    public static async Task<Peer> ServeAsync(string name)
    {
        var peer = new Peer(Start(name, "serve"));
        var line = await peer._process.StandardOutput.ReadLineAsync();
        if (line?.StartsWith("port ", StringComparison.Ordinal) != true)
        {
            Assert.Fail($"The {name} peer did not start: {await peer._process.StandardError.ReadToEndAsync()}");
        }

        peer.Port = int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
        return peer;
    }

    /// <summary>Lets the peer's client run every case against our server; returns its line of each.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> CallAsync(string name, int port, int gzipPort)
    {
        using var process = Start(name, "call", port.ToString(CultureInfo.InvariantCulture), gzipPort.ToString(CultureInfo.InvariantCulture));
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) Assert.Fail($"The {name} peer reported nothing: {await errors}");
        return lines.ToDictionary(line => line.Split(' ', 3)[1].TrimEnd(':'), StringComparer.Ordinal);
    }

    /// <summary>Gives the peer all of its standard input and returns all of its standard output.</summary>
    public static async Task<string> AskAsync(string name, string question)
    {
        using var process = Start(name);
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.StandardInput.WriteAsync(question);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) Assert.Fail($"The {name} peer failed: {await errors}");
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(string name, params string[] arguments)
    {
        var peers = Path.Combine(Here(), "peers");
        var (program, script, package) = name switch
        {
            "node" => ("node", "node-peer.js", Path.Combine("@grpc", "grpc-js")),
            "seal" => ("node", "seal-peer.js", "node-seal"),
            _ => ("/usr/bin/python3", "python_peer.py", ""),
        };
        if (program == "node" && !Directory.Exists(Path.Combine(Root, "node_modules", package)))
        {
            Assert.Fail("The packages of npm are missing: run 'npm ci --ignore-scripts' at the root of the repository.");
        }

        if (name == "python" && !Directory.Exists("/usr/lib/python3/dist-packages/grpc"))
        {
            Assert.Fail("grpcio is missing: run 'apt-get install python3-grpcio python3-grpc-tools'.");
        }

        var start = new ProcessStartInfo(program, [Path.Combine(peers, script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

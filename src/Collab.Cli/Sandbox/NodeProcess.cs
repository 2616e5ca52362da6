using System.Diagnostics;
using System.Reflection;
using Collab.Cli.Commands;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Cli.Sandbox;

/// <summary>One party's node as a process of its own. It stops when its standard input closes, so it never outlives whoever started it.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>A node did not start.</summary>
    public static readonly ErrorCode NotStarted = new(
        "sandbox.node-not-started", ErrorKind.Failed, "See what the node wrote to standard error, above; 'collab doctor' checks the machine.");

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    // This very file, whatever it is called, when it is the one that runs; under 'dotnet', or inside a test, the one beside.
    private static readonly string OfThisProgram = Environment.ProcessPath is { } path && Assembly.GetEntryAssembly() == typeof(NodeProcess).Assembly && Path.GetFileNameWithoutExtension(path) != "dotnet"
        ? path
        : Path.Combine(AppContext.BaseDirectory, "collab");

    private readonly Process _process;

    private NodeProcess(Process process, NodeHome home) => (_process, Home) = (process, home);

    /// <summary>The node's folder.</summary>
    public NodeHome Home { get; }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a node and returns when it listens.</summary>
    /// <param name="home">The node's folder.</param>
    /// <param name="program">The program and its first arguments; this program when null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CollabException"><see cref="NotStarted"/>.</exception>
    public static async Task<NodeProcess> StartAsync(NodeHome home, IReadOnlyList<string>? program, CancellationToken cancellation)
    {
        var command = program ?? [OfThisProgram];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        foreach (var argument in (string[])["node", "run", "--home", home.Folder, "--exit-with-parent"]) start.ArgumentList.Add(argument);
        var node = new NodeProcess(Process.Start(start)!, home);
        node._process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text) System.Console.Error.WriteLine($"{Path.GetFileName(home.Folder)}: {text}");
        };
        node._process.BeginErrorReadLine();
        try
        {
            await node.ReadyAsync(cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Returns when the process has ended.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    /// <summary>Asks the node to stop, and makes it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limited = new CancellationTokenSource(StopLimit);
            await _process.WaitForExitAsync(limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited) await KillAsync();
        }

        _process.Dispose();
    }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(StartLimit);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limited.Token) is { } line)
            {
                if (line.StartsWith(NodeCommands.ReadyLine, StringComparison.Ordinal)) return;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Said below.
        }

        throw new CollabException(NotStarted, $"The node in {Home.Folder} did not begin to listen.");
    }
}

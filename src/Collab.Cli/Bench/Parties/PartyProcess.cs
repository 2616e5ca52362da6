using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Collab.Identity;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Bench.Parties;

/// <summary>What a party's process is told, in one line of JSON on its standard input.</summary>
/// <param name="Options">The benchmark, complete.</param>
/// <param name="Role">Which party it is.</param>
/// <param name="Nonce">Of this benchmark, in hex.</param>
/// <param name="Folder">Its keys.</param>
/// <param name="PeerPin">The other party's authority, in hex.</param>
/// <param name="Port">Where the other listens; 0 for the one that does.</param>
internal sealed record PartyOrders(BenchOptions Options, BenchRole Role, string Nonce, string Folder, string PeerPin, int Port);

/// <summary>
/// A party of a benchmark as a process of its own: the same executable, started with a verb that help does not list. It answers
/// <c>port N</c> when it listens, and <c>found JSON</c> at its end.
/// </summary>
internal sealed class PartyProcess : IAsyncDisposable
{
    /// <summary>The hidden verb.</summary>
    public const string Verb = "bench-party";

    private readonly Process _process;

    private PartyProcess(Process process) => _process = process;

    /// <summary>Starts both parties, waits for them, and returns what each found.</summary>
    /// <exception cref="CollabException">A party ended without an answer; what it wrote of it went to standard error.</exception>
    public static async Task<(PartyFindings A, PartyFindings B)> RunBothAsync(BenchOptions options, Digest nonce, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("collab-bench-");
        try
        {
            var homes = new[] { BenchRole.A, BenchRole.B }.ToDictionary(role => role, role => Path.Combine(folder.FullName, role.ToString()));
            var pins = homes.ToDictionary(home => home.Key, home => PartyIdentity.Create(home.Value, PartyLoop.NameOf(home.Key)).ToString());
            await using var b = await StartAsync(options, new PartyOrders(options, BenchRole.B, nonce.ToString(), homes[BenchRole.B], pins[BenchRole.A], 0));
            var port = int.Parse(await b.HearAsync("port", cancellation), CultureInfo.InvariantCulture);
            await using var a = await StartAsync(options, new PartyOrders(options, BenchRole.A, nonce.ToString(), homes[BenchRole.A], pins[BenchRole.B], port));
            var found = await Task.WhenAll(a.FoundAsync(cancellation), b.FoundAsync(cancellation));
            return (found[0], found[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The party's process itself.</summary>
    public static async Task<int> RunAsync()
    {
        var orders = JsonSerializer.Deserialize<PartyOrders>(await System.Console.In.ReadLineAsync() ?? "", OperatorJson.Options)!;
        using var stop = new CancellationTokenSource();
        _ = StopWithInputAsync(stop);
        var nonce = Digest.Parse(orders.Nonce);
        await using var lines = await BenchLines.OpenAsync(orders.Role, orders.Folder, orders.PeerPin, orders.Port, stop.Token);
        if (orders.Role == BenchRole.B) await SayAsync(string.Create(CultureInfo.InvariantCulture, $"port {lines.Port}"));
        using var party = BenchParties.Create(orders.Options, orders.Role);
        var found = await PartyLoop.RunAsync(party, orders.Role, orders.Options.Runs, nonce, lines.NextAsync, stop.Token);
        await SayAsync($"found {JsonSerializer.Serialize(found, OperatorJson.Options)}");
        return ExitCode.Done;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<PartyProcess> StartAsync(BenchOptions options, PartyOrders orders)
    {
        var command = CommandOf(options, orders.Role);
        (command.RedirectStandardInput, command.RedirectStandardOutput) = (true, true);
        var started = new PartyProcess(Process.Start(command)!);
        await started._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(orders, OperatorJson.Options));
        await started._process.StandardInput.FlushAsync();
        return started;
    }

    // Bound to one core by taskset, which every thread of the process inherits.
    private static ProcessStartInfo CommandOf(BenchOptions options, BenchRole role)
    {
        var command = new ProcessStartInfo(options.Pin ? "taskset" : Environment.ProcessPath!);
        if (options.Pin)
        {
            command.ArgumentList.Add("-c");
            command.ArgumentList.Add(((int)role % Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture));
            command.ArgumentList.Add(Environment.ProcessPath!);
        }

        // Under "dotnet collab.dll" the process is dotnet, and the program its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") command.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        command.ArgumentList.Add(Verb);
        return command;
    }

    // Nothing more is said; the end of the input is the order to stop, also when whoever gave it was killed. System.Console.In reads on its caller's thread.
    private static Task StopWithInputAsync(CancellationTokenSource stop) => Task.Run(async () =>
    {
        await System.Console.In.ReadToEndAsync();
        await stop.CancelAsync();
    });

    private static async Task SayAsync(string line)
    {
        await System.Console.Out.WriteLineAsync(line);
        await System.Console.Out.FlushAsync();
    }

    private async Task<PartyFindings> FoundAsync(CancellationToken cancellation) =>
        JsonSerializer.Deserialize<PartyFindings>(await HearAsync("found", cancellation), OperatorJson.Options)!;

    private async Task<string> HearAsync(string word, CancellationToken cancellation)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellation);
        return line is not null && line.StartsWith(word + " ", StringComparison.Ordinal)
            ? line[(word.Length + 1)..]
            : throw new CollabException(BenchErrors.PartyEnded, "A party's process ended before it answered.");
    }
}

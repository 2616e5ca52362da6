using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>The built command line, as a user's shell runs it: a process, its exit code, and what it wrote.</summary>
internal sealed class CollabProgram : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(240);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private CollabProgram(Process process) => _process = process;

    /// <summary>Where the program is.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "collab");

    /// <summary>The node that can be told to die, or to have a wrong clock.</summary>
    public static string TestingNode { get; } = Path.Combine(AppContext.BaseDirectory, "collab-testing-node");

    public int Id => _process.Id;

    /// <summary>What it wrote to standard error so far.</summary>
    public string ErrorsSoFar
    {
        get
        {
            lock (_gate) return _errors.ToString();
        }
    }

    /// <summary>Starts the program in English, whatever the machine speaks.</summary>
    public static CollabProgram Start(params string[] arguments) => StartWith([], Environment.CurrentDirectory, arguments);

    /// <summary>So, with an environment of its own besides.</summary>
    public static CollabProgram Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        StartWith([], Environment.CurrentDirectory, arguments, environment);

    /// <summary>Starts the program by another (one that changes what it sees of the machine), in a folder.</summary>
    public static CollabProgram StartWith(
        IReadOnlyList<string> starter, string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] line = [.. starter, Executable, .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("COLLAB_HOME");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var program = new CollabProgram(Process.Start(start)!);
        program._process.OutputDataReceived += (_, line) => program.Add(program._output, line.Data);
        program._process.ErrorDataReceived += (_, line) => program.Add(program._errors, line.Data);
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<Finished> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.EndAsync();
    }

    /// <summary>Waits for the end; a program that does not end is a failure.</summary>
    public async Task<Finished> EndAsync()
    {
        using var limited = new CancellationTokenSource(Limit);
        try
        {
            await _process.WaitForExitAsync(limited.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program did not end. It wrote:\n{_output}\n{_errors}");
        }

        lock (_gate) return new Finished(_process.ExitCode, _output.ToString(), _errors.ToString());
    }

    /// <summary>What it wrote to standard output so far.</summary>
    public string OutputSoFar
    {
        get
        {
            lock (_gate) return _output.ToString();
        }
    }

    /// <summary>Asks a node that was started with <c>--exit-with-parent</c> to stop, and waits for its end.</summary>
    public Task<Finished> StopAsync()
    {
        _process.StandardInput.Close();
        return EndAsync();
    }

    /// <summary>SIGKILL to this process alone.</summary>
    public void Kill() => _process.Kill();

    /// <summary>A signal that ends this process alone with a core dump, where it leaves one, and waits for its end.</summary>
    public async Task CrashAsync()
    {
        using (var kill = Process.Start("kill", ["-SYS", $"{Id}"])) await kill.WaitForExitAsync();
        const int badSystemCall = 128 + 31; // the runtime has handlers of its own for others
        Assert.Equal(badSystemCall, (await EndAsync()).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Add(StringBuilder text, string? line)
    {
        lock (_gate)
        {
            if (line is not null) text.AppendLine(line);
        }
    }
}

/// <summary>What became of a program.</summary>
internal sealed record Finished(int ExitCode, string Output, string Errors)
{
    /// <summary>The one document of <c>--json</c>; anything else on standard output fails here.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    /// <summary>Fails unless the program ended so, saying so; and never with an exception's trace.</summary>
    public Finished Expect(int exitCode, params string[] said)
    {
        Assert.True(exitCode == ExitCode, $"Exit {ExitCode} instead of {exitCode}.\n{Output}\n{Errors}");
        foreach (var text in said) Assert.Contains(text, Output + Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Collab.", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", Errors, StringComparison.Ordinal);
        return this;
    }
}

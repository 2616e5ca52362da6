using System.Diagnostics;

namespace Collab.Client.Tests;

/// <summary>Debian's Python, with the client of notebooks/collab_client. What it lacks fails the test, with how to install it.</summary>
internal static class Python
{
    private const string Program = "/usr/bin/python3";

    /// <summary>The folder of the Python client.</summary>
    public static string Client { get; } = Path.Combine(Repository.Root, "notebooks", "collab_client");

    /// <summary>Runs Python to its end and returns what it wrote; an exit code other than 0 fails the test.</summary>
    public static async Task<string> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/grpc")) Assert.Fail("grpcio is missing: tests/run installs what the tests need.");
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        start.Environment["PYTHONPATH"] = Client;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["COLLAB"] = Sandbox.Program;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        return await output;
    }
}

using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Collab.Cryptography.Signatures;
using Collab.Node.Hosting;
using Collab.Primitives;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab version</c> and <c>collab doctor</c>.</summary>
internal static class AboutCommands
{
    private const long SmallDisk = 1L << 30;

    public static Command CreateVersion()
    {
        var command = new Command("version", "Versions of the program and of the messages between nodes.") { Output.JsonOption };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output => Task.FromResult(output.Answer(
            new { software = NodeHost.Software, messages = $"{NodeHost.MajorVersion}.{NodeHost.MinorVersion}", runtime = RuntimeInformation.FrameworkDescription, system = RuntimeInformation.OSDescription },
            console => console.MarkupLineInterpolated($"{NodeHost.Software}, messages {NodeHost.MajorVersion}.{NodeHost.MinorVersion}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}")))));
        return command;
    }

    public static Command CreateDoctor()
    {
        var command = new Command("doctor", "Checks what a node needs of this machine.") { Output.JsonOption };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var checks = Checks().ToList();
            output.Answer(new { healthy = checks.TrueForAll(c => c.Holds), checks = checks.Select(c => new { name = c.Name, holds = c.Holds, detail = c.Detail }) }, console =>
            {
                foreach (var check in checks) console.MarkupLine($"{(check.Holds ? "[green]ok  [/]" : "[red]no  [/]")} {Markup.Escape($"{check.Name}: {check.Detail}")}");
            });
            return Task.FromResult(checks.TrueForAll(c => c.Holds) ? ExitCode.Done : ExitCode.Failed);
        }));
        return command;
    }

    private static IEnumerable<(string Name, bool Holds, string Detail)> Checks()
    {
        yield return ("signatures", TrySign(out var detail), detail);
        yield return ("processor", true, Vector512.IsHardwareAccelerated ? "512-bit vectors" : Vector256.IsHardwareAccelerated ? "256-bit vectors" : "no vectors: everything works, slowly");
        var free = new DriveInfo(Path.GetTempPath()).AvailableFreeSpace;
        yield return ("disk", free > SmallDisk, $"{JobText.Size(free)} free for temporary files");
        var year = DateTimeOffset.UtcNow.Year;
        yield return ("clock", year is >= 2025 and < 2100, $"{DateTimeOffset.UtcNow:u}");
        yield return ("system", OperatingSystem.IsLinux(), RuntimeInformation.OSDescription);
    }

    private static bool TrySign(out string detail)
    {
        try
        {
            using var key = SigningKey.Generate();
            var holds = key.PublicKey.Verify("collab"u8, key.Sign("collab"u8));
            detail = holds ? "Ed25519 of the system's libcrypto" : "libcrypto signs what it does not verify";
            return holds;
        }
        catch (CollabException e)
        {
            detail = e.Message;
            return false;
        }
    }
}

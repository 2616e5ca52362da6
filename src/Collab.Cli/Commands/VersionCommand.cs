using System.CommandLine;
using System.Runtime.InteropServices;
using Collab.Node.Hosting;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Versions of the program and of the messages between nodes.\nExample: collab version --json") { Output.JsonOption };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output => Task.FromResult(output.Answer(
            new { software = NodeHost.Software, messages = $"{NodeHost.MajorVersion}.{NodeHost.MinorVersion}", runtime = RuntimeInformation.FrameworkDescription, system = RuntimeInformation.OSDescription },
            console => console.MarkupLineInterpolated($"{NodeHost.Software}, messages {NodeHost.MajorVersion}.{NodeHost.MinorVersion}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}")))));
        return command;
    }
}

using System.CommandLine;
using Collab.Cli.Doctor;
using Collab.Node.Configuration;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab doctor</c>: what a node needs of this machine, in plain words.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var home = new Option<string?>("--home", "-C") { Description = "A node's folder to look at, too." };
        var command = new Command("doctor", "Checks what a node needs of this machine, and says what to do where something is wrong.\nExample: collab doctor --home ~/riverside") { home, Output.JsonOption };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var findings = MachineChecks.All(parsed.GetValue(home) is { } folder ? NodeHome.Require(folder) : null).ToList();
            var healthy = findings.TrueForAll(f => f.Holds);
            output.Answer(new { healthy, checks = findings }, console =>
            {
                foreach (var finding in findings)
                {
                    console.MarkupLine($"{(finding.Holds ? "[green]ok  [/]" : "[red]no  [/]")} {Markup.Escape($"{finding.Name}: {finding.Detail}")}");
                    if (finding.Next is { } next) console.WriteLine($"     next: {next}");
                }
            });
            return Task.FromResult(healthy ? ExitCode.Done : ExitCode.Failed);
        }));
        return command;
    }
}

using System.CommandLine;

namespace Collab.Cli.Commands;

/// <summary><c>collab completion</c>: what a shell needs to complete the command's words. The words come from the command itself, by its <c>[suggest]</c>.</summary>
internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "The shell." }.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Prints what a shell needs to complete verbs and options.\nExample: collab completion bash") { shell };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"collab.{parsed.GetRequiredValue(shell)}")!;
            await using var output = System.Console.OpenStandardOutput();
            await script.CopyToAsync(output, cancellation);
            return ExitCode.Done;
        });
        return command;
    }
}

using System.Diagnostics;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>What <c>collab completion</c> prints, in the shells themselves: read without a complaint, and asked to complete a word.</summary>
public sealed class CompletionTests
{
    // What a shell does with the script ($1) and an unfinished line; prints the completions, one a line.
    private static readonly Dictionary<string, (string Check, string Complete)> Shells = new()
    {
        ["bash"] = ("bash -n \"$1\"", "source \"$1\"; COMP_LINE='collab job sub'; COMP_POINT=14; COMP_WORDS=(collab job sub); COMP_CWORD=2; _collab; printf '%s\\n' \"${COMPREPLY[@]}\""),
        ["zsh"] = ("zsh -n \"$1\"", "source \"$1\"; compadd() { print -rl -- \"${(P@)2}\" }; BUFFER='collab job sub'; CURSOR=14; _collab"),
        ["fish"] = ("fish -n \"$1\"", "source \"$argv[1]\"; complete -C 'collab job sub'"),
    };

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_shell_reads_the_script_and_completes_a_verb(string shell)
    {
        Assert.SkipUnless(IsThere(shell), $"{shell} is not installed; tests/run installs it.");
        using var folder = new TemporaryFolder();
        var script = folder.Write("script", (await CollabProgram.RunAsync("completion", shell)).Expect(0).Output);
        var (check, complete) = Shells[shell];
        await RunAsync("bash", check, script);
        Assert.Equal("submit", (await RunAsync(shell, complete, script)).Split('\t', '\n')[0]);
    }

    [Fact]
    public async Task There_is_a_script_for_each_shell_that_is_named_and_no_other()
    {
        (await CollabProgram.RunAsync("completion", "pwsh")).Expect(0, "Register-ArgumentCompleter");
        (await CollabProgram.RunAsync("completion", "tcsh")).Expect(2, "tcsh");
    }

    private static bool IsThere(string shell) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)));

    private static async Task<string> RunAsync(string shell, string commands, string script)
    {
        // fish takes what follows the commands as $argv; the others take the first of it as $0.
        string[] arguments = shell == "fish" ? ["-c", commands, script] : ["-c", commands, shell, script];
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(CollabProgram.Executable)}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{shell}: {await errors}");
        return await output;
    }
}

using System.Diagnostics;
using System.Text;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>The program as one file, its unit and its container file (protocols/decisions/0024-publishing.md).</summary>
public sealed class DeploymentTests
{
    [Fact]
    public async Task The_unit_of_a_node_is_one_that_systemd_takes_and_holds_no_secret()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not here");
        using var folder = new TemporaryFolder();
        (await CollabProgram.RunAsync("node", "init", "--name", "clinic", "--consortium", "study", "--home", folder["home"], "--listen", "127.0.0.1:7443")).Expect(0);
        var secret = folder.Write("secret", "correct horse battery staple");
        foreach (var user in new[] { false, true })
        {
            string[] options = user ? ["--user"] : [];
            var unit = (await CollabProgram.RunAsync(["node", "unit", "--home", folder["home"], "--passphrase-file", secret, .. options])).Expect(0).Output;
            Assert.DoesNotContain("correct horse", unit, StringComparison.Ordinal);
            Assert.DoesNotContain('{', unit);
            var (code, said) = await RunAsync("/usr/bin/systemd-analyze", "verify", folder.Write("collab.service", unit));
            Assert.True(code == 0 && !said.Contains("collab.service:", StringComparison.Ordinal), said);
        }
    }

    [Fact]
    public async Task The_container_file_names_no_root_and_keeps_the_node_in_its_volume()
    {
        var file = (await CollabProgram.RunAsync("node", "unit", "--container")).Expect(0).Output.Split('\n');
        Assert.Contains("USER 10001", file);
        Assert.Contains("VOLUME /var/lib/collab", file);
        Assert.Contains("ENTRYPOINT [\"collab\"]", file);
    }

    [Fact]
    public async Task One_published_file_runs_the_demo_in_an_empty_home_without_any_installed_runtime()
    {
        using var folder = new TemporaryFolder();
        var (published, log) = await RunAsync(Path.Combine(Root, "src", "Collab.Cli", "publish"), folder["publish"], "linux-x64");
        Assert.True(published == 0, log);
        Assert.Equal(["collab", "collab.sha256"], Directory.GetFiles(folder["publish", "linux-x64"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Directory.CreateDirectory(folder["empty"]);
        var start = new ProcessStartInfo("/usr/bin/env", ["-i", $"HOME={folder["empty"]}", "PATH=/nonexistent", folder["publish", "linux-x64", "collab"], "demo", "--keep", folder["empty", "demo"], "--json", "--quiet"])
        {
            WorkingDirectory = folder["empty"], RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var (code, said) = await RunAsync(start);
        Assert.True(code == 0, said);
        Assert.Contains("\"verified\":true,\"refused\":true", said, StringComparison.Ordinal);
        Assert.Equal(["demo"], Directory.GetFileSystemEntries(folder["empty"]).Select(Path.GetFileName)); // nothing was unpacked into the home
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Collab.sln"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    private static Task<(int Code, string Said)> RunAsync(string program, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    private static async Task<(int Code, string Said)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var said = new StringBuilder();
        var errors = process.StandardError.ReadToEndAsync();
        said.Append(await process.StandardOutput.ReadToEndAsync()).Append(await errors);
        await process.WaitForExitAsync();
        return (process.ExitCode, said.ToString());
    }
}

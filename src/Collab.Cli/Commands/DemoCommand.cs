using System.CommandLine;
using Collab.Cli.Demo;

namespace Collab.Cli.Commands;

/// <summary><c>collab demo</c>: the main job on shipped data.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var keep = new Option<DirectoryInfo?>("--keep") { Description = "The folder for nodes, results and evidence; a new one for temporary files when not given." };
        var command = new Command("demo", "Three hospitals' nodes on this machine, two jobs on real data, and an audit of what came out.\nExample: collab demo --keep ./demo")
        {
            keep, SuiteOption.Suite, ChainOptions.Ledger, ChainOptions.Chain, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var folder = parsed.GetValue(keep)?.FullName ?? Directory.CreateTempSubdirectory("collab-demo-").FullName;
            if (Directory.Exists(Path.Combine(folder, "nodes"))) throw Shared.Usage($"There is a demo in {folder} already; choose another --keep.");
            return await new HospitalDemo(folder, SuiteOption.Of(parsed), ChainOptions.Of(parsed), output).RunAsync(cancellation);
        }));
        return command;
    }
}

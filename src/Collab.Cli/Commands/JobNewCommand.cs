using System.CommandLine;
using Collab.Cli.NewJobs;
using Collab.Cli.Sandbox;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab job new</c>: a first job description from the columns of some files.</summary>
internal static class JobNewCommand
{
    public static Command Create()
    {
        var kind = new Argument<string>("kind") { Description = "What is asked." }.AcceptOnlyFromAmong([.. NewJob.KindNames]);
        var party = new Option<string[]>("--party")
        {
            Description = "[NAME=]FILE: a party and its CSV file, once for each; who asks comes first.", Required = true, AllowMultipleArgumentsPerToken = true,
        };
        var destination = new Option<FileInfo?>("--out") { Description = "The file to write; standard output when not given." };
        var command = new Command("new", "Writes a commented job description from the columns it sees; reads files, asks no node.\nExample: collab job new intersection --party bank.csv --party bureau.csv --out job.yaml")
        {
            kind, party, destination, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var files = new List<SeenFile>();
            foreach (var data in PartyData.ParseAll(parsed.GetRequiredValue(party)))
            {
                if (data.Datasets is not [var file]) throw Shared.Usage($"--party {data.Party}: name one CSV file; a folder does only when it holds one.");
                files.Add(await SeenFile.LookAsync(data, file, cancellation));
            }

            if (files.Count < 2) throw Shared.Usage("A job is between parties: give --party twice or more.");
            var path = parsed.GetValue(destination);
            if (path?.Exists == true) throw Shared.Usage($"{path} is there already; name another file.");
            var text = NewJob.Write(parsed.GetRequiredValue(kind), files, path?.ToString() ?? "job.yaml");
            if (path is null)
            {
                await System.Console.Out.WriteAsync(text);
                return ExitCode.Done;
            }

            await File.WriteAllTextAsync(path.FullName, text, cancellation);
            output.Say(Markup.Escape($"written: {path}. Look through it; its first lines say how to try it."));
            return ExitCode.Done;
        }));
        return command;
    }
}

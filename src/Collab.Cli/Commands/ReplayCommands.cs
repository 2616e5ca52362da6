using System.CommandLine;
using Collab.Engine.Replays;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab audit replay</c>: a party opens its side of a run, an auditor recomputes it.</summary>
internal static class ReplayCommands
{
    private static readonly Argument<string> Job = new("job") { Description = "The job's digest, or the first digits of it." };
    private static readonly Option<string?> Run = new("--run") { Description = "A run; the newest when not given." };

    public static Command Create() => new("replay", "Recompute a party's side of a run from what it opens.") { Open(), Check(), Forget() };

    private static Command Open()
    {
        var destination = new Option<FileInfo>("--to") { Description = "The file to write; it must not exist.", Required = true };
        var command = new Command("open", "Writes the package that opens this party's side of a run of a job with 'replay: kept'. It holds every row that was read, every message and the seed: personal data, for an auditor who may see all of it.\nExample: collab audit replay open 3f9c21 --to lakeside.replay --home ~/lakeside")
        {
            Job, Run, destination, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var path = parsed.GetRequiredValue(destination).FullName;
            if (File.Exists(path)) throw Shared.Usage($"There is a file '{path}' already.");
            var isWhole = false;
            try
            {
                await using var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
                await client.CopyAsync(Verbs.OpenReplay, new JobRequest(parsed.GetRequiredValue(Job), parsed.GetValue(Run)), file, cancellation);
                isWhole = true;
            }
            finally
            {
                if (!isWhole) File.Delete(path);
            }

            return output.Answer(new { package = path, bytes = new FileInfo(path).Length }, console =>
            {
                console.MarkupLineInterpolated($"package in {path}, {new FileInfo(path).Length} bytes");
                console.MarkupLine("[yellow]It shows every row this party read and every message of the run, as they are. Give it to nobody but the auditor, and delete it afterwards.[/]");
            });
        }));
        return command;
    }

    private static Command Check()
    {
        var package = new Argument<FileInfo>("package") { Description = "What the party opened." };
        var bundle = new Option<FileInfo>("--bundle") { Description = "The evidence bundle of the run.", Required = true };
        var beside = new Option<FileInfo[]>("--beside") { Description = "What other parties opened of the same run: they name a message exactly.", AllowMultipleArgumentsPerToken = true };
        var trust = new Option<FileInfo?>("--trust") { Description = "Your own copy of the consortium file, from another way than the bundle." };
        var command = new Command("check", "Recomputes a party's side of a run with no node and no network, and compares every message with the evidence. Exit 0 when everything holds, 5 when not.\nExample: collab audit replay check lakeside.replay --bundle run.evidence --trust consortium.yaml")
        {
            package, bundle, beside, trust, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var trusted = parsed.GetValue(trust) is { } file ? Consortium.Parse(await File.ReadAllTextAsync(file.FullName, cancellation)).Keys : null;
            var verdict = await ReplayCheck.RunAsync(
                parsed.GetRequiredValue(package).FullName, [.. (parsed.GetValue(beside) ?? []).Select(other => other.FullName)],
                AuditCommands.ReadBundle(parsed.GetRequiredValue(bundle)), trusted, NodeHost.Software, cancellation);
            if (output.Json) output.Document(Document(verdict));
            else Show(output, verdict);
            return verdict.Holds ? ExitCode.Done : (int)ErrorKind.Evidence;
        }));
        return command;
    }

    private static Command Forget()
    {
        var command = new Command("forget", "Forgets the recording of a run, for good: nobody can replay it any more.\nExample: collab audit replay forget 3f9c21 --home ~/lakeside")
        {
            Job, Run, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<ForgottenReplayView>(Verbs.ForgetReplay, new JobRequest(parsed.GetRequiredValue(Job), parsed.GetValue(Run)), cancellation);
            return output.Answer(view, console => console.MarkupLineInterpolated($"forgotten: the recording of run {view.Run[..12]}"));
        }));
        return command;
    }

    private static void Show(Output output, ReplayVerdict verdict)
    {
        var console = output.Console;
        if (!output.Quiet)
        {
            if (verdict.Party is { } party) console.MarkupLineInterpolated($"{party}'s side of run {verdict.Run}: {verdict.Messages} messages of {verdict.Bytes} bytes recomputed");
            foreach (var line in verdict.Checked) console.MarkupLineInterpolated($"  [green]holds[/]        {line}");
        }

        foreach (var finding in verdict.Findings)
        {
            console.MarkupLineInterpolated($"  [red]does not hold[/] {finding.Code.Name}: {finding.Message}");
            console.MarkupLineInterpolated($"  next: {Output.Next(finding.Code.Name, finding.Code.Next)}");
        }

        if (!output.Quiet) foreach (var line in verdict.NotChecked) console.MarkupLineInterpolated($"  [yellow]not checked[/]  {line}");
        console.MarkupLine(verdict.Holds ? "[green]replayed[/]" : "[red]REFUSED[/]");
    }

    private static object Document(ReplayVerdict verdict) => new
    {
        holds = verdict.Holds,
        party = verdict.Party?.Name,
        run = verdict.Run?.ToString(),
        messages = verdict.Messages,
        bytes = verdict.Bytes,
        findings = verdict.Findings.Select(f => new { code = f.Code.Name, message = f.Message, next = f.Code.Next }),
        @checked = verdict.Checked,
        notChecked = verdict.NotChecked,
    };
}

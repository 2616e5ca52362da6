using System.CommandLine;
using Collab.Cli.Results;
using Collab.Engine.Descriptions;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab job</c>: a job's life.</summary>
internal static class JobCommands
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "The job description (YAML)." };
    private static readonly Argument<string> Job = new("job") { Description = "The job's digest, or the first digits of it." };

    public static Command Create() => new("job", "A job's life.")
    {
        JobNewCommand.Create(), Validate(), Explain(), Submit(),
        Act("approve", "Grants a job at this owner's node.", Verbs.ApproveJob),
        Act("reject", "Refuses a job at this owner's node.", Verbs.RejectJob, withReason: true),
        Act("revoke", "Takes a grant back: no further run starts, a running one stops at its next step.", Verbs.RevokeJob),
        Act("cancel", "Takes a job of this requester back: nobody need look at it, no run starts any more, a running one stops at its next step.", Verbs.CancelJob),
        Act("run", "Opens one more run of an authorised job.", Verbs.RunJob),
        Act("show", "One job.", Verbs.ShowJob),
        List(), History(), Watch(), Result(),
    };

    private static Command Validate()
    {
        var command = new Command("validate", "Checks a job description without a node.\nExample: collab job validate job.yaml") { File, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var job = JobDescription.Parse(System.IO.File.ReadAllText(parsed.GetRequiredValue(File).FullName));
            return Task.FromResult(output.Answer(
                new { valid = true, kind = job.Kind.Name, parties = job.Parties.Select(p => p.Owner.Name), receivers = job.Receivers.Select(r => r.Name) },
                console => console.MarkupLineInterpolated($"[green]valid[/]: {job.Kind.Name} over {string.Join(", ", job.Parties.Select(p => p.Owner))}, result to {string.Join(", ", job.Receivers)}")));
        }));
        return command;
    }

    private static Command Explain()
    {
        var what = new Argument<string>("job") { Description = "A job description, or the digest of a known job." };
        var command = new Command("explain", "What a job would send, what each party would learn, and what it would cost.\nExample: collab job explain job.yaml --home ~/riverside")
        {
            what, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var named = parsed.GetRequiredValue(what);
            object request = System.IO.File.Exists(named) ? new DescriptionRequest(await System.IO.File.ReadAllTextAsync(named, cancellation)) : new JobRequest(named);
            var view = await client.CallAsync<ExplanationView>(Verbs.ExplainJob, request, cancellation);
            return output.Answer(view, console => JobText.Show(console, view));
        }));
        return command;
    }

    private static Command Submit()
    {
        var wait = new Option<bool>("--wait") { Description = "Wait for the end and show what happens." };
        var command = new Command("submit", "Proposes a job to its parties.\nExample: collab job submit job.yaml --home ~/registry --wait")
        {
            File, wait, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var text = await System.IO.File.ReadAllTextAsync(parsed.GetRequiredValue(File).FullName, cancellation);
            var view = await client.CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(text), cancellation);
            if (parsed.GetValue(wait)) view = await JobText.FollowAsync(client, view.Job, output, cancellation);
            output.Answer(view, console => JobText.Show(console, view));
            return JobText.ExitCodeOf(view, parsed.GetValue(wait));
        }));
        return command;
    }

    private static Command Act(string name, string description, string verb, bool withReason = false)
    {
        var reason = new Option<string>("--reason") { Description = "A reason code of a-z, 0-9, '.' and '-'.", DefaultValueFactory = _ => "owner.rejected" };
        var command = new Command(name, $"{description}\nExample: collab job {name} 3f9c21 --home ~/riverside") { Job, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        if (withReason) command.Add(reason);
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var request = new JobRequest(parsed.GetRequiredValue(Job), Reason: withReason ? parsed.GetValue(reason) : null);
            var view = await client.CallAsync<JobView>(verb, request, cancellation);
            return output.Answer(view, console => JobText.Show(console, view));
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The jobs of this node, newest first.\nExample: collab job list --home ~/riverside") { Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), cancellation);
            return output.Answer(view, console =>
            {
                var table = new Table().AddColumns("job", "kind", "purpose", "requester", "owners", "receivers", "state", "error");
                foreach (var job in view.Jobs)
                {
                    table.AddRow(new[]
                    {
                        job.Job[..12], job.Kind, job.Purpose, job.Requester, string.Join(", ", job.Owners), string.Join(", ", job.Receivers), job.State, job.Error?.Code ?? "",
                    }.Select(Markup.Escape).ToArray());
                }

                console.Write(table);
            });
        }));
        return command;
    }

    private static Command History()
    {
        var command = new Command("history", "A job from its proposal to where it stands: who said what, whom it waits for, and what each step of a run sent and received.\nExample: collab job history 3f9c21 --home ~/riverside") { Job, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<JobHistoryView>(Verbs.JobHistory, new JobRequest(parsed.GetRequiredValue(Job)), cancellation);
            return output.Answer(view, console => JobText.Show(console, view));
        }));
        return command;
    }

    private static Command Watch()
    {
        var job = new Argument<string?>("job") { Description = "A job; all jobs when not given.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("watch", "Events as they happen, until Ctrl-C.\nExample: collab job watch 3f9c21 --json") { job, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            await foreach (var view in client.WatchAsync(new JobRequest(parsed.GetValue(job)), cancellation))
                output.Answer(view, console => console.MarkupLine(JobText.Line(view)));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Result()
    {
        var format = new Option<string>("--format") { Description = "json, csv, or table for people.", DefaultValueFactory = _ => "json" }.AcceptOnlyFromAmong("json", "csv", "table");
        var plot = new Option<string?>("--plot") { Description = "Draw its analyses, too: into FILE.svg when one has a picture, else into a folder." };
        var command = new Command("result", "The released result, at a receiver.\nExample: collab job result 3f9c21 --home ~/registry --format table --plot ./pictures")
        {
            Job, format, plot, Shared.Home, Shared.Passphrase, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var (job, asked) = (parsed.GetRequiredValue(Job), parsed.GetRequiredValue(format));
            var path = parsed.GetValue(plot);
            if (asked == "table" || path is not null)
            {
                using var json = new MemoryStream();
                await client.CopyAsync(Verbs.GetResult, new JobRequest(job), json, cancellation);
                json.Position = 0;
                var result = ReleasedResult.Read(json);
                if (path is not null)
                {
                    var files = await ResultPlots.WriteAsync(result, path, cancellation);
                    if (!output.Quiet) await System.Console.Error.WriteLineAsync(files.Count == 0 ? "no analysis has a picture" : $"drawn: {string.Join(", ", files)}");
                }

                if (asked == "table")
                {
                    ResultTable.Show(output.Console, result);
                    return ExitCode.Done;
                }
            }

            await using var destination = System.Console.OpenStandardOutput();
            await client.CopyAsync(Verbs.GetResult, new JobRequest(job, Format: asked), destination, cancellation);
            return ExitCode.Done;
        }));
        return command;
    }
}

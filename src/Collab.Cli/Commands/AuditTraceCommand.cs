using System.CommandLine;
using Collab.Evidence.Archives;
using Collab.Evidence.Trails;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab audit trace</c>: who asked what of whom, by whose authority, what ran, what came out.</summary>
internal static class AuditTraceCommand
{
    private const int ShortestPrefix = 6;

    public static Command Create()
    {
        var job = new Argument<string?>("job") { Description = "The job's digest, or the first digits of it; all jobs when not given.", Arity = ArgumentArity.ZeroOrOne };
        var party = new Option<string?>("--party") { Description = "Jobs that a party asked for, owns data of, receives from, or acted on." };
        var dataset = new Option<string?>("--dataset") { Description = "Jobs on a dataset, by a part of its name or the first digits of its id." };
        var purpose = new Option<string?>("--purpose") { Description = "Jobs of a purpose." };
        var kind = new Option<string?>("--kind") { Description = "Jobs with an event of a kind: proposed, granted, refused, revoked, expired, opened, spent, committed, aborted and others." };
        var trust = new Option<FileInfo?>("--trust") { Description = "Your own copy of the consortium file, from another way than the evidence." };
        var command = new Command("trace", "Who asked what of whom, by whose authority, what ran, what came out: from the node, or from files.\nExample: collab audit trace --in november.archive --kind refused")
        {
            job, AuditSources.Files, AuditSources.From, AuditSources.To, party, dataset, purpose, kind, trust, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var prefix = parsed.GetValue(job);
            if (prefix?.Length < ShortestPrefix) throw Shared.Usage($"Give at least {ShortestPrefix} digits of the job.");
            var named = parsed.GetValue(party);
            var filter = new TrailFilter(
                prefix, parsed.GetValue(AuditSources.From), parsed.GetValue(AuditSources.To),
                named is null ? null : PartyId.TryParse(named) ?? throw Shared.Usage("No party has such a name."),
                parsed.GetValue(dataset), parsed.GetValue(purpose), parsed.GetValue(kind));
            var consortium = parsed.GetValue(trust) is { } file ? Consortium.Parse(File.ReadAllText(file.FullName)) : null;
            var read = await AuditSources.ReadAsync(parsed, new EvidenceRequest(true), cancellation);
            var trail = AuditTrail.Of([.. read.Select(r => VerifiedFile.Verify(r.Name, r.Content, consortium?.Keys, null, consortium?.Founding))], TimeProvider.System.GetUtcNow(), filter);
            if (output.Json) output.Document(TrailJson.Document(trail));
            else Show(output, trail);
            return trail.Holds ? ExitCode.Done : (int)ErrorKind.Evidence;
        }));
        return command;
    }

    private static void Show(Output output, AuditTrail trail)
    {
        var console = output.Console;
        foreach (var job in trail.Jobs) ShowJob(console, job);
        if (trail.Others.Count > 0) console.MarkupLine("[bold]of no job[/]");
        foreach (var e in trail.Others) ShowEvent(console, e, trail.Others.Max(o => o.Party.Name.Length));
        if (trail.Jobs.Count == 0 && trail.Others.Count == 0) console.MarkupLine("nothing of that kind.");
        if (!output.Quiet && trail.Jobs.Any(j => !j.PlanKnown))
            console.MarkupLine("[yellow]note[/]  of jobs whose plan is not here only ids are known: purposes, names of datasets and columns are for their parties.");
        if (!output.Quiet)
            foreach (var notice in trail.Files.SelectMany(f => f.Report.Notices)) console.MarkupLineInterpolated($"[yellow]notice[/]  {notice}");
        foreach (var (name, finding) in trail.Files.SelectMany(f => f.Report.Findings.Take(1), (f, finding) => (f.Name, finding)).Concat(trail.Contradictions))
            console.MarkupLineInterpolated($"[red]does not hold[/] {finding.Code} in part '{finding.Part}' of {name}{(finding.Entry is null ? "" : $", {finding.Entry}")}: {finding.Message}");
        console.MarkupLine(trail.Holds ? "[green]verified[/]" : "[red]REFUSED[/] by the verifier: the story above is no better than what it was read from ('collab audit verify')");
    }

    private static void ShowJob(IAnsiConsole console, TrailJob job)
    {
        console.MarkupLineInterpolated($"[bold]job {job.Job.Short}[/]  {job.State}");
        console.MarkupLineInterpolated($"  asked by {job.Requester}{(job.PlanKnown ? $" for the purpose '{Plain(job.Purpose!)}' with {job.Protocol}; result to {string.Join(", ", job.Receivers)}" : "")}");
        foreach (var dataset in job.Datasets)
            console.MarkupLineInterpolated($"  data of {dataset.Owner}: {(dataset.Name is null ? $"dataset {dataset.Id.Short}" : $"'{Plain(dataset.Name)}', {string.Join(", ", dataset.Columns.Select(Plain))}")}");
        foreach (var e in job.Events) ShowEvent(console, e, job.Events.Max(o => o.Party.Name.Length));
        foreach (var run in job.Runs) console.MarkupLineInterpolated($"  run {run.Run.Short}: [bold]{run.Outcome}[/]");
        foreach (var missing in job.Missing) console.MarkupLineInterpolated($"  [yellow]not here[/]  {missing}");
        console.WriteLine();
    }

    private static void ShowEvent(IAnsiConsole console, TrailEvent e, int width)
    {
        console.MarkupInterpolated($"  {e.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {e.Party.Name.PadRight(width)}  {Plain(e.Text)}");
        if (e.Code is not null) console.MarkupInterpolated($"  [red]{e.Code}[/]");
        console.WriteLine();
    }

    // Names are other parties' to choose; none shall move the cursor of who reads them.
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}

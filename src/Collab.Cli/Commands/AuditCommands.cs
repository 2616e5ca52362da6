using System.CommandLine;
using Collab.Cryptography;
using Collab.Evidence;
using Collab.Evidence.Archives;
using Collab.Evm.Anchoring;
using Collab.Node.Configuration;
using Collab.Primitives;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab audit</c>: verify evidence with no node, no network and no trust in any party.</summary>
internal static class AuditCommands
{
    public static Command Create() => new("audit", "Verify evidence offline; tell what happened; take evidence from a node.") { Verify(), AuditTraceCommand.Create(), AuditExportCommand.Create(), AuditAnchorCommands.Create(), ReplayCommands.Create() };

    private static Command Verify()
    {
        var bundles = new Argument<FileInfo[]>("bundle") { Description = "Evidence bundles of runs and archives of periods.", Arity = ArgumentArity.OneOrMore };
        var trust = new Option<FileInfo?>("--trust") { Description = "Your own copy of the consortium file, from another way than the bundle." };
        var result = new Option<FileInfo?>("--result") { Description = "A result you were shown (result.bin)." };
        var opening = new Option<FileInfo?>("--opening") { Description = "The opening of its commitment (opening.bin)." };
        var all = new Option<bool>("--all") { Description = "Every finding, not only the first." };
        var command = new Command("verify", "Checks bundles and archives with no network, account or node, and against each other. Exit 0 when everything holds, 5 when not.\nExample: collab audit verify run.evidence --trust consortium.yaml")
        {
            bundles, trust, result, opening, AuditAnchorCommands.Required, AuditAnchorCommands.Chain, all, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var consortium = parsed.GetValue(trust) is { } file ? Consortium.Parse(File.ReadAllText(file.FullName)) : null;
            var shown = Shown(parsed.GetValue(result), parsed.GetValue(opening));
            var files = parsed.GetRequiredValue(bundles).Select(bundle => VerifiedFile.Verify(bundle.FullName, ReadBundle(bundle), consortium?.Keys, shown, consortium?.Founding)).ToList();
            var (contradictions, notCompared) = EvidenceComparison.Compare(files);
            var holds = contradictions.Count == 0 && files.TrueForAll(f => f.Report.Holds);
            var anchored = parsed.GetRequiredValue(bundles).Select(bundle => AuditAnchorCommands.Check(parsed, bundle)).OfType<IReadOnlyDictionary<PartyId, AnchoringBlock>>().ToList();
            var every = parsed.GetValue(all);
            if (output.Json)
            {
                output.Document(new
                {
                    holds,
                    bundles = files.Select(f => Document(f.Name, f.Report, every)),
                    contradictions = contradictions.Select(c => new { file = c.File, code = c.Finding.Code.Name, part = c.Finding.Part, entry = c.Finding.Entry, message = c.Finding.Message, next = c.Finding.Code.Next }),
                    notCompared,
                    anchors = anchored.Select(AuditAnchorCommands.Document),
                });
            }
            else
            {
                files.ForEach(f => Show(output, f.Name, f.Report, every));
                if (files.Count > 1) ShowComparison(output, files.Count, contradictions, notCompared, every);
                if (!output.Quiet) anchored.ForEach(blocks => AuditAnchorCommands.Show(output.Console, blocks));
            }

            return Task.FromResult(holds ? ExitCode.Done : (int)ErrorKind.Evidence);
        }));
        return command;
    }

    /// <summary>Shows what a verifier says of one bundle.</summary>
    public static void Show(Output output, string name, VerificationReport report, bool all)
    {
        var console = output.Console;
        if (report.Summary is { } s && !output.Quiet)
        {
            console.MarkupLineInterpolated($"{name}");
            console.MarkupLineInterpolated($"  job {s.Job} ({s.Purpose}), asked by {s.Requester}, data of {string.Join(", ", s.Owners)}, result to {string.Join(", ", s.Receivers)}");
            console.MarkupLineInterpolated($"  run {s.Run}: {s.Outcome}; opened {s.Started:u}, witnessed until {s.NewestCheckpoint:u}");
        }

        if (report.Period is { } period && !output.Quiet)
        {
            console.MarkupLineInterpolated($"{name}");
            console.MarkupLineInterpolated($"  archive of {period.Consortium}, {period.Period}; exported by {period.Exporter} {period.Exported:u}, witnessed until {period.NewestCheckpoint:u}");
            console.MarkupLineInterpolated($"  {string.Join("; ", period.Logs.Select(l => l.First == 0 && l.End == l.Size ? $"{l.Party} {l.Size} entries" : $"{l.Party} entries {l.First} to {l.End} of {l.Size}"))}");
            console.MarkupLineInterpolated($"  {period.Jobs} jobs ({period.PlansShown} with their plans); runs: {period.Committed} committed, {period.Aborted} aborted, {period.Open} open; {period.Refusals} refusals, {period.Revocations} revocations, {period.Consents} consent registers");
        }

        if (!output.Quiet) foreach (var line in report.Checked) console.MarkupLineInterpolated($"  [green]holds[/]        {line}");
        foreach (var finding in all ? report.Findings : report.Findings.Take(1))
        {
            console.MarkupLineInterpolated($"  [red]does not hold[/] {finding.Code} in part '{finding.Part}'{(finding.Entry is null ? "" : $", {finding.Entry}")}: {finding.Message}");
            console.MarkupLineInterpolated($"  next: {Output.Next(finding.Code.Name, finding.Code.Next)}");
        }

        foreach (var line in report.Notices) console.MarkupLineInterpolated($"  [yellow]notice[/]       {line}");
        if (!output.Quiet) foreach (var line in report.NotChecked) console.MarkupLineInterpolated($"  [yellow]not checked[/]  {line}");
        console.MarkupLine(report.Holds ? "[green]verified[/]" : "[red]REFUSED[/]");
    }

    private static void ShowComparison(
        Output output, int count, IReadOnlyList<(string File, Finding Finding)> contradictions, IReadOnlyList<string> notCompared, bool all)
    {
        var console = output.Console;
        foreach (var (file, finding) in all ? contradictions : contradictions.Take(1))
        {
            console.MarkupLineInterpolated($"[red]contradiction[/] {finding.Code} in part '{finding.Part}' of {file}, {finding.Entry}: {finding.Message}");
            console.MarkupLineInterpolated($"  next: {Output.Next(finding.Code.Name, finding.Code.Next)}");
        }

        if (!output.Quiet) foreach (var line in notCompared) console.MarkupLineInterpolated($"  [yellow]not checked[/]  {line}");
        console.MarkupLineInterpolated($"{(contradictions.Count == 0 ? $"the {count} files do not contradict each other" : $"{contradictions.Count} contradictions between the {count} files")}");
    }

    /// <summary>The bytes of a bundle.</summary>
    public static ReadOnlyMemory<byte> ReadBundle(FileInfo file)
    {
        const long largest = 1L << 30;
        return file.Length <= largest ? File.ReadAllBytes(file.FullName) : throw Shared.Usage("A bundle is smaller than 1 GiB.");
    }

    private static ShownResult? Shown(FileInfo? result, FileInfo? opening)
    {
        if (result is null && opening is null) return null;
        if (result is null || opening is null) throw Shared.Usage("--result and --opening go together.");
        var reader = new CanonicalReader(File.ReadAllBytes(opening.FullName));
        var opened = CommitmentOpening.Decode(ref reader);
        reader.End();
        return new ShownResult(File.ReadAllBytes(result.FullName), opened);
    }

    private static object Document(string name, VerificationReport report, bool all) => new
    {
        bundle = name,
        holds = report.Holds,
        summary = report.Summary is { } s
            ? new
            {
                consortium = s.Consortium, job = s.Job.ToString(), run = s.Run.ToString(), purpose = s.Purpose, requester = s.Requester.Name,
                owners = s.Owners.Select(o => o.Name), receivers = s.Receivers.Select(r => r.Name), outcome = s.Outcome, started = s.Started,
                newestCheckpoint = s.NewestCheckpoint, keysFingerprint = s.KeysFingerprint.ToString(),
            }
            : null,
        period = report.Period is { } p
            ? new
            {
                consortium = p.Consortium, period = p.Period, exporter = p.Exporter.Name, exported = p.Exported, entries = p.Entries, jobs = p.Jobs, plansShown = p.PlansShown,
                committed = p.Committed, aborted = p.Aborted, open = p.Open, refusals = p.Refusals, revocations = p.Revocations, consents = p.Consents,
                notUnderstood = p.NotUnderstood, newestCheckpoint = p.NewestCheckpoint, keysFingerprint = p.KeysFingerprint.ToString(),
                logs = p.Logs.Select(l => new { party = l.Party.Name, first = l.First, end = l.End, size = l.Size }),
            }
            : null,
        notices = report.Notices,
        findings = (all ? report.Findings : report.Findings.Take(1)).Select(f => new { code = f.Code.Name, part = f.Part, entry = f.Entry, message = f.Message, next = f.Code.Next }),
        @checked = report.Checked,
        notChecked = report.NotChecked,
    };
}

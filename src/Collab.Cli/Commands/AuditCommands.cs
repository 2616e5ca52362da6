using System.CommandLine;
using Collab.Cryptography;
using Collab.Evidence;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab audit</c>: verify evidence with no node, no network and no trust in any party.</summary>
internal static class AuditCommands
{
    public static Command Create() => new("audit", "Verify evidence offline; take it from a node.") { Verify(), Export() };

    private static Command Verify()
    {
        var bundles = new Argument<FileInfo[]>("bundle") { Description = "Evidence bundles.", Arity = ArgumentArity.OneOrMore };
        var trust = new Option<FileInfo?>("--trust") { Description = "Your own copy of the consortium file, from another way than the bundle." };
        var result = new Option<FileInfo?>("--result") { Description = "A result you were shown (result.bin)." };
        var opening = new Option<FileInfo?>("--opening") { Description = "The opening of its commitment (opening.bin)." };
        var all = new Option<bool>("--all") { Description = "Every finding, not only the first." };
        var command = new Command("verify", "Checks bundles with no network, account or node. Exit 0 when everything holds, 5 when not.\nExample: collab audit verify run.evidence --trust consortium.yaml")
        {
            bundles, trust, result, opening, all, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var trusted = parsed.GetValue(trust) is { } file ? Consortium.Parse(File.ReadAllText(file.FullName)).Keys : null;
            var shown = Shown(parsed.GetValue(result), parsed.GetValue(opening));
            var reports = parsed.GetRequiredValue(bundles)
                .Select(bundle => (Name: bundle.FullName, Report: BundleVerifier.Verify(ReadBundle(bundle), trusted, shown))).ToList();
            if (output.Json) output.Document(new { holds = reports.TrueForAll(r => r.Report.Holds), bundles = reports.Select(r => Document(r.Name, r.Report, parsed.GetValue(all))) });
            else reports.ForEach(r => Show(output, r.Name, r.Report, parsed.GetValue(all)));
            return Task.FromResult(reports.TrueForAll(r => r.Report.Holds) ? ExitCode.Done : (int)ErrorKind.Evidence);
        }));
        return command;
    }

    private static Command Export()
    {
        var job = new Argument<string>("job") { Description = "The job's digest, or the first digits of it." };
        var run = new Option<string?>("--run") { Description = "A run; the newest when not given." };
        var destination = new Option<FileInfo>("--out") { Description = "The file to write.", Required = true };
        var command = new Command("export", "Takes the evidence bundle of a run from the node.\nExample: collab audit export 3f9c21 --out run.evidence --home ~/registry")
        {
            job, run, destination, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var path = parsed.GetRequiredValue(destination).FullName;
            await using (var file = File.Create(path))
                await client.CopyAsync(Verbs.ExportEvidence, new JobRequest(parsed.GetRequiredValue(job), parsed.GetValue(run)), file, cancellation);
            return output.Answer(new { evidence = path }, console => console.MarkupLineInterpolated($"evidence in {path}"));
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

        if (!output.Quiet) foreach (var line in report.Checked) console.MarkupLineInterpolated($"  [green]holds[/]        {line}");
        foreach (var finding in all ? report.Findings : report.Findings.Take(1))
        {
            console.MarkupLineInterpolated($"  [red]does not hold[/] {finding.Code} in part '{finding.Part}'{(finding.Entry is null ? "" : $", {finding.Entry}")}: {finding.Message}");
            console.MarkupLineInterpolated($"  next: {finding.Code.Next}");
        }

        if (!output.Quiet) foreach (var line in report.NotChecked) console.MarkupLineInterpolated($"  [yellow]not checked[/]  {line}");
        console.MarkupLine(report.Holds ? "[green]verified[/]" : "[red]REFUSED[/]");
    }

    private static ReadOnlyMemory<byte> ReadBundle(FileInfo file)
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
        findings = (all ? report.Findings : report.Findings.Take(1)).Select(f => new { code = f.Code.Name, part = f.Part, entry = f.Entry, message = f.Message, next = f.Code.Next }),
        @checked = report.Checked,
        notChecked = report.NotChecked,
    };
}

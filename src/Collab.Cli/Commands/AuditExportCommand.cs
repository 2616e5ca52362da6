using System.CommandLine;
using System.Text;
using Collab.Evidence.Archives;
using Collab.Evidence.Trails;
using Collab.Node.Hosting;
using Collab.Plots;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab audit export</c>: the evidence of a run or of a period as a file, sealed as it is or told in a form that others read.</summary>
internal static class AuditExportCommand
{
    private static readonly string[] Against = ["refused", "revoked", "aborted", "expired"];

    public static Command Create()
    {
        var job = new Argument<string?>("job") { Description = "The job's digest, or the first digits of it.", Arity = ArgumentArity.ZeroOrOne };
        var run = new Option<string?>("--run") { Description = "A run; the newest when not given." };
        var logs = new Option<bool>("--logs") { Description = "The logs of all members, over the period of --from and --to, instead of one run." };
        var bare = new Option<bool>("--without-plans") { Description = "Of --logs: neither plans nor receipts, which name datasets." };
        var format = new Option<string?>("--format") { Description = "json, csv, html or ro-crate; the sealed evidence itself when not given." };
        format.AcceptOnlyFromAmong("json", "csv", "html", "ro-crate");
        var destination = new Option<FileInfo>("--out") { Description = "The file to write.", Required = true };
        var command = new Command("export", "The evidence of a run, or with --logs of all members' logs, as it is or told as JSON, a table, a page for print, or an RO-Crate (zip).\nExample: collab audit export 3f9c21 --out run.evidence --home ~/registry")
        {
            job, run, logs, AuditSources.From, AuditSources.To, bare, AuditSources.Files, format, destination, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var (asked, all) = (parsed.GetValue(job), parsed.GetValue(logs));
            var offline = parsed.GetValue(AuditSources.Files) is { Length: > 0 };
            if (!offline && all == asked is not null) throw Shared.Usage("Name one job, or give --logs for all of them.");
            if (offline && parsed.GetValue(format) is null) throw Shared.Usage("Evidence that is a file already is told in a form: give --format.");
            var (from, to) = (parsed.GetValue(AuditSources.From), parsed.GetValue(AuditSources.To));
            var evidence = await AuditSources.ReadAsync(parsed, all ? new EvidenceRequest(true, from, to, parsed.GetValue(bare)) : new JobRequest(asked, parsed.GetValue(run)), cancellation);
            var path = parsed.GetRequiredValue(destination).FullName;
            if (parsed.GetValue(format) is not { } form)
            {
                await File.WriteAllBytesAsync(path, evidence[0].Content.ToArray(), cancellation);
                return output.Answer(new { evidence = path }, console => console.MarkupLineInterpolated($"evidence in {path}"));
            }

            var now = TimeProvider.System.GetUtcNow();
            var trail = AuditTrail.Of(
                [.. evidence.Select(e => VerifiedFile.Verify(e.Name, e.Content))], now, offline || all ? new TrailFilter(asked, from, to) : null);
            await File.WriteAllBytesAsync(path, Tell(form, trail, evidence, now), cancellation);
            output.Answer(new { report = path, holds = trail.Holds }, console => console.MarkupLineInterpolated($"{form} in {path}{(trail.Holds ? "" : ": the evidence does not verify")}"));
            return trail.Holds ? ExitCode.Done : (int)ErrorKind.Evidence;
        }));
        return command;
    }

    private static byte[] Tell(string form, AuditTrail trail, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> evidence, DateTimeOffset now)
    {
        var software = NodeHost.Software;
        return form switch
        {
            "json" => TrailJson.Write(trail),
            "csv" => TrailCsv.Write(trail),
            "html" => Encoding.UTF8.GetBytes(Page()),
            _ => RoCrate.Pack(trail, evidence, Page(), now, software),
        };

        string Page() => TrailHtml.Write(trail, now, software, TimelinePlot.Draw(
            "Who did what when",
            [.. trail.Jobs.SelectMany(j => j.Events, (j, e) => new TimelineMark(e.Time, e.Party.Name, j.Job.Short, Against.Contains(e.Kind), $"{e.Party} {e.Text} {e.Code}".TrimEnd()))]));
    }
}

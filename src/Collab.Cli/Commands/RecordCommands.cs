using System.CommandLine;
using System.Globalization;
using Collab.Evidence.Records;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab record</c>: attested records, for their issuer, their holder and whoever is shown one (protocols/specs/record.md).</summary>
internal static class RecordCommands
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "The record's file." };
    private static readonly Option<FileInfo> Destination = new("--out") { Description = "The file to write.", Required = true };

    public static Command Create() => new("record", "Attested records: issue, carry, present, verify, revoke.") { Issue(), List(), Revoke(), Show(), Present(), Renew(), Verify() };

    private static Command Issue()
    {
        var dataset = new Option<string>("--dataset") { Description = "A dataset of this node; each row becomes a record, at most 1000 at once.", Required = true };
        var fields = new Option<string?>("--fields") { Description = "The columns that become fields, with commas between; all when not given." };
        var subject = new Option<string?>("--subject") { Description = "The column that names whom a record is about, for 'record list'; it stays with this node." };
        var from = new Option<string?>("--from") { Description = "From this day or moment on they are valid; from now when not given." };
        var expires = new Option<string>("--expires") { Description = "The day or moment from which they are not valid.", Required = true };
        var folder = new Option<DirectoryInfo>("--out") { Description = "The folder for the files, one a record, named by its handle.", Required = true };
        var command = new Command("issue", "Attests the rows of a dataset as records and writes a file for each holder.\nExample: collab record issue --dataset degrees --expires 2031-01-01 --out ./files")
        {
            dataset, fields, subject, from, expires, folder, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var request = new IssueRecordsRequest(
                parsed.GetRequiredValue(dataset), Names(parsed.GetValue(fields)), parsed.GetValue(subject),
                parsed.GetValue(from) is { } begins ? Shared.Moment(begins) : null, Shared.Moment(parsed.GetRequiredValue(expires)));
            var issued = await client.CallAsync<IssuedFilesView>(Verbs.IssueRecords, request, cancellation);
            var into = Directory.CreateDirectory(parsed.GetRequiredValue(folder).FullName).FullName;
            var files = issued.Records.Select(record => new
            {
                handle = record.Handle, subject = record.Subject, file = Write(Path.Combine(into, record.Handle[..16] + ".record"), Convert.FromBase64String(record.File)),
            }).ToList();
            return output.Answer(
                new { attestation = issued.Attestation, records = files },
                console => console.MarkupLineInterpolated($"{files.Count} records attested; their files are in {into}: each is for its holder alone"));
        }));
        return command;
    }

    private static Command List()
    {
        var subject = new Option<string?>("--subject") { Description = "Whom the records are about; all when not given." };
        var command = new Command("list", "What this node attested, and what became of it.\nExample: collab record list --subject P-17 --json")
        {
            subject, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<IssuedRecordsView>(Verbs.ListRecords, new ListRecordsRequest(parsed.GetValue(subject)), cancellation);
            return output.Answer(view, console =>
            {
                var table = new Table().AddColumns("record", "about", "from", "expires", "state");
                foreach (var record in view.Records)
                    table.AddRow(new[] { record.Handle, record.Subject ?? "", Time(record.From), Time(record.Expires), record.State }.Select(Markup.Escape).ToArray());
                console.Write(table);
            });
        }));
        return command;
    }

    private static Command Revoke()
    {
        var record = new Argument<string>("record") { Description = "The record's handle, or its file." };
        var reason = new Option<string>("--reason") { Description = "A code that everybody of the consortium reads.", DefaultValueFactory = _ => "record.withdrawn" };
        var command = new Command("revoke", "Takes a record back, for good; for the node that attested it.\nExample: collab record revoke degree.record --reason record.mistaken")
        {
            record, reason, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var named = parsed.GetRequiredValue(record);
            var handle = named.Length == 2 * Digest.Size && named.All(char.IsAsciiHexDigit) ? named : Read(new FileInfo(named)).Header.Handle.ToString();
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<IssuedRecordView>(Verbs.RevokeRecord, new RevokeRecordRequest(handle, parsed.GetRequiredValue(reason)), cancellation);
            return output.Answer(view, console => console.MarkupLineInterpolated($"record {view.Handle} is revoked"));
        }));
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "What a record's file says; nothing is verified by that.\nExample: collab record show degree.record") { File, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var view = RecordTexts.Of(Read(parsed.GetRequiredValue(File)));
            return Task.FromResult(output.Answer(view, console => Show(console, view)));
        }));
        return command;
    }

    private static Command Present()
    {
        var fields = new Option<string>("--fields") { Description = "The fields to be shown, with commas between; the others are hidden, only how many they are is seen.", Required = true };
        var command = new Command("present", "Writes a file that shows chosen fields of a record and hides the others.\nExample: collab record present degree.record --fields degree,year --out shown.record")
        {
            File, fields, Destination, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var presented = Read(parsed.GetRequiredValue(File)).Present(Names(parsed.GetRequiredValue(fields))!);
            var (view, path) = (RecordTexts.Of(presented), Write(parsed.GetRequiredValue(Destination).FullName, presented.EncodeSecret()));
            return Task.FromResult(output.Answer(new { file = path, record = view }, console =>
            {
                Show(console, view);
                console.MarkupLineInterpolated($"written to {path}");
            }));
        }));
        return command;
    }

    private static Command Renew()
    {
        var command = new Command("renew", "Gives a record's file a newer proof from this node's copy of the ledger, for verification without a node.\nExample: collab record renew degree.record --out newer.record")
        {
            File, Destination, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<RecordFileView>(Verbs.RenewRecord, new RenewRecordRequest(Convert.ToBase64String(Bytes(parsed.GetRequiredValue(File)))), cancellation);
            var path = Write(parsed.GetRequiredValue(Destination).FullName, Convert.FromBase64String(view.File));
            return output.Answer(new { file = path, asOf = view.AsOf }, console => console.MarkupLineInterpolated($"written to {path}; it tells of revocations until {view.AsOf:u}"));
        }));
        return command;
    }

    private static Command Verify()
    {
        var trust = new Option<FileInfo?>("--trust") { Description = "Your own copy of the consortium file: verifies without a node, by the proof in the file." };
        var issuer = new Option<string?>("--issuer") { Description = "The party that must have attested it; whoever the record names when not given." };
        var age = new Option<double>("--status-age") { Description = "With --trust: how many hours old the proof in the file may be.", DefaultValueFactory = _ => 24 };
        var margin = new Option<double>("--clock-margin") { Description = "With --trust: by how many hours this machine's clock may be off.", DefaultValueFactory = _ => 24 };
        var unnoted = new Option<bool>("--unnoted") { Description = "At a node: leaves no note on the node's log that something was checked." };
        var command = new Command("verify", "Says whether a record is valid, by the node's copy of the ledger or with --trust by the file alone. Exit 0 when it is, 5 when not.\nExample: collab record verify shown.record --issuer riverside")
        {
            File, trust, issuer, age, margin, unnoted, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var file = Bytes(parsed.GetRequiredValue(File));
            RecordVerdictView view;
            if (parsed.GetValue(trust) is { } trusted)
            {
                var party = parsed.GetValue(issuer) is { } name ? PartyId.TryParse(name) ?? throw Shared.Usage("The issuer has no name of a party.") : null;
                var policy = Consortium.Parse(await System.IO.File.ReadAllTextAsync(trusted.FullName, cancellation)).Keys.Policy;
                view = RecordTexts.Of(RecordVerifier.Verify(file, policy, new RecordQuestion(DateTimeOffset.UtcNow, party)
                {
                    StatusAge = Hours(parsed.GetValue(age)), ClockMargin = Hours(parsed.GetValue(margin)),
                }));
            }
            else
            {
                using var client = Shared.Connect(parsed);
                view = await client.CallAsync<RecordVerdictView>(
                    Verbs.VerifyRecord, new VerifyRecordRequest(Convert.ToBase64String(file), parsed.GetValue(issuer), parsed.GetValue(unnoted)), cancellation);
            }

            output.Answer(view, console => Show(console, view, output.Quiet));
            return view.Verdict == "valid" ? ExitCode.Done : (int)ErrorKind.Evidence;
        }));
        return command;
    }

    private static void Show(IAnsiConsole console, RecordVerdictView view, bool quiet)
    {
        if (view.Record is { } record && !quiet) Show(console, record);
        if (!quiet) foreach (var line in view.NotChecked) console.MarkupLineInterpolated($"[yellow]not checked[/]  {line}");
        console.MarkupLineInterpolated($"{view.Message}");
        if (view.Verdict == "valid") console.MarkupLine("[green]valid[/]");
        else console.MarkupLineInterpolated($"[red]{view.Verdict.ToUpperInvariant()}[/] ({view.Code}, part '{view.Part}')");
    }

    private static void Show(IAnsiConsole console, RecordView view)
    {
        console.MarkupLineInterpolated($"record {view.Handle}");
        console.MarkupLineInterpolated($"  issuer {view.Issuer}, valid from {Time(view.From)} until {Time(view.Expires)}{(view.Proof ? "" : "; without a proof from the ledger")}");
        foreach (var field in view.Shown) console.MarkupLineInterpolated($"  {field.Name}: {field.Value ?? "missing"}");
        if (view.Fields > view.Shown.Count) console.MarkupLineInterpolated($"  {view.Fields - view.Shown.Count} of {view.Fields} fields are hidden");
    }

    private static CarriedRecord Read(FileInfo file) => CarriedRecord.Decode(Bytes(file));

    private static byte[] Bytes(FileInfo file) => file.Length <= CarriedRecord.LargestFile
        ? System.IO.File.ReadAllBytes(file.FullName)
        : throw Shared.Usage("A record's file is smaller than 32 MiB.");

    // A holder's file shows all it holds to whoever reads it.
    private static string Write(string path, byte[] content)
    {
        DurableFile.Replace(path, content); // a new file, whose rights do not come from an older one
        return path;
    }

    private static string[]? Names(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static TimeSpan Hours(double hours) => hours is >= 0 and <= 24 * 366 * 100 ? TimeSpan.FromHours(hours) : throw Shared.Usage("Hours are counted from 0.");

    private static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}

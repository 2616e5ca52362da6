using System.CommandLine;
using System.Globalization;
using Collab.Data.Csv;
using Collab.Jobs;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab consent</c>: the register of the data subjects' consents, and what became of a person's rows.</summary>
internal static class ConsentCommands
{
    private static readonly string[] Columns = ["subject", "recipient", "purpose", "fields", "from", "until"];

    private static readonly Option<string?> Subject = new("--subject") { Description = "The person's pseudonym, as in the dataset's subject column." };
    private static readonly Option<string?> Recipient = new("--recipient") { Description = "The party that may receive what is computed." };
    private static readonly Option<string?> Purpose = new("--purpose") { Description = "The purpose code." };

    public static Command Create() => new("consent", "Who consents to what; what became of a person's rows.") { Add(), Withdraw(), List(), History() };

    private static Command Add()
    {
        var fields = new Option<string[]>("--field") { Description = "A column that may be read; * for all, which is meant when none is given." };
        var from = new Option<string?>("--from") { Description = "The first day or moment, as 2026-01-31 or 2026-01-31T12:00:00Z; now when not given." };
        var until = new Option<string?>("--until") { Description = "The day or moment from which it no longer holds." };
        var csv = new Option<FileInfo?>("--csv") { Description = $"A CSV file of consents instead: {string.Join(", ", Columns)}; several fields with blanks between." };
        var command = new Command("add", "Takes consents into the node's register: one, or all of a file or none.\nExample: collab consent add --subject P-17 --recipient registry --purpose cohort-study --until 2027-01-01")
        {
            Subject, Recipient, Purpose, fields, from, until, csv, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            IReadOnlyList<ConsentGiven> given = parsed.GetValue(csv) is { } file
                ? await ReadAsync(file, cancellation)
                : [new ConsentGiven(
                    Required(parsed, Subject), Required(parsed, Recipient), Required(parsed, Purpose), parsed.GetValue(fields) is { Length: > 0 } some ? some : ["*"],
                    parsed.GetValue(from) is { } begins ? Shared.Moment(begins) : DateTimeOffset.UtcNow, Shared.Moment(Required(parsed, until)))];
            using var client = Shared.Connect(parsed);
            return Answer(output, await client.CallAsync<ConsentRegisterView>(Verbs.AddConsents, new AddConsentsRequest(given), cancellation));
        }));
        return command;
    }

    private static Command Withdraw()
    {
        var command = new Command("withdraw", "Withdraws what stands of a person's consents, from the register's next version on.\nExample: collab consent withdraw --subject P-17 --purpose cohort-study")
        {
            Subject, Recipient, Purpose, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var request = new WithdrawConsentRequest(Required(parsed, Subject), parsed.GetValue(Recipient), parsed.GetValue(Purpose));
            return Answer(output, await client.CallAsync<ConsentRegisterView>(Verbs.WithdrawConsent, request, cancellation));
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The register, or one person's part of it.\nExample: collab consent list --subject P-17 --json")
        {
            Subject, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            return Answer(output, await client.CallAsync<ConsentRegisterView>(Verbs.ListConsents, new ListConsentsRequest(parsed.GetValue(Subject)), cancellation));
        }));
        return command;
    }

    private static Command History()
    {
        var run = new Option<string?>("--run") { Description = "A run instead of a person: what this node read in it, with the proof of how many rows were left out." };
        var command = new Command("history", "Which runs took a person's rows, for what and for whom.\nExample: collab consent history --subject P-17")
        {
            Subject, run, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var request = new ConsentHistoryRequest(parsed.GetValue(Subject), parsed.GetValue(run));
            var view = await client.CallAsync<ConsentHistoryView>(Verbs.ConsentHistory, request, cancellation);
            return output.Answer(view, console =>
            {
                var table = new Table().AddColumns("read", "dataset", "purpose", "recipients", "fields", "job", "ended");
                foreach (var use in view.Uses)
                {
                    table.AddRow(new[]
                    {
                        Day(use.At), use.Dataset, use.Purpose, string.Join(", ", use.Recipients), string.Join(", ", use.Fields), use.Job[..12], use.Ended,
                    }.Select(Markup.Escape).ToArray());
                }

                console.Write(table);
                if (view.Proof is not { } proof) return;
                var proven = proof.Proven switch
                {
                    true => "; the receipt's snapshot opens to these numbers",
                    false => "; the receipt's snapshot does NOT open to these numbers",
                    null => "; there is no receipt yet",
                };
                console.MarkupLineInterpolated($"{proof.RowsRead} rows read, {proof.RowsLeftOut} left out{proven}.");
            });
        }));
        return command;
    }

    private static int Answer(Output output, ConsentRegisterView view) => output.Answer(view, console =>
    {
        if (view.Consents is { } consents)
        {
            var table = new Table().AddColumns("subject", "recipient", "purpose", "fields", "from", "until", "state");
            foreach (var (consent, state, _, _) in consents)
            {
                table.AddRow(new[]
                {
                    consent.Subject, consent.Recipient, consent.Purpose, string.Join(", ", consent.Fields), Day(consent.From), Day(consent.Until), state,
                }.Select(Markup.Escape).ToArray());
            }

            console.Write(table);
        }

        console.MarkupLineInterpolated($"Version {view.Version} of the register{(view.OnLedger ? ", on the ledger" : view.Version == 0 ? "" : ", not on the ledger yet")}.");
    });

    internal static async Task<IReadOnlyList<ConsentGiven>> ReadAsync(FileInfo file, CancellationToken cancellation)
    {
        var reader = await CsvReader.OpenAsTextAsync(CsvLocation.Create(new CsvLocationLiteral { Path = file.FullName }), cancellation);
        if (Columns.FirstOrDefault(column => reader.Schema.Find(column) is null) is { } missing) throw Shared.Usage($"The file has no column '{missing}'.");
        var given = new List<ConsentGiven>();
        await foreach (var batch in reader.ReadAsync(Columns, cancellation))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                var line = batch.Columns.Cast<TextColumn>().Select(column => column.Values[row] ?? "").ToArray();
                given.Add(new ConsentGiven(line[0], line[1], line[2], line[3].Split(' ', StringSplitOptions.RemoveEmptyEntries), Shared.Moment(line[4]), Shared.Moment(line[5])));
            }
        }

        return given;
    }

    private static string Required(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) ?? throw Shared.Usage($"{option.Name} is missing.");

    private static string Day(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

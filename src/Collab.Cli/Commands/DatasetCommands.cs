using System.CommandLine;
using Collab.Data;
using Collab.Data.Csv;
using Collab.Data.Postgres;
using Collab.Engine.Datasets;
using Collab.Jobs;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab dataset</c>: register data, check it, see what others offer.</summary>
internal static class DatasetCommands
{
    private static readonly Option<FileInfo?> Csv = new("--csv") { Description = "A CSV file." };
    private static readonly Option<string?> Encoding = new("--encoding") { Description = "utf-8, utf-16, gb18030 or gbk; found when not given." };
    private static readonly Option<string?> Delimiter = new("--delimiter") { Description = ", ; | or tab; found when not given." };
    private static readonly Option<string[]> Missing = new("--missing") { Description = "How a missing value is written besides the empty field, for example NA." };
    private static readonly Option<string?> Postgres = new("--postgres") { Description = "The environment variable, or @file, that holds the connection string." };
    private static readonly Option<string?> Table = new("--table") { Description = "A PostgreSQL table." };
    private static readonly Option<string?> Query = new("--query") { Description = "A SELECT." };
    private static readonly Option<string[]> OrderBy = new("--order-by") { Description = "Columns that identify a row and give the order." };
    private static readonly Option<string[]> Columns = new("--column") { Description = "Declares a column: NAME:text, NAME:integer or NAME:decimal:SCALE; inferred when none is given." };

    private static readonly Option<string[]> Record = new("--record") { Description = "COLUMN=VALUE: instead of a source one record, to be asked for; once for each column." };

    private static readonly Option<string?> Subject = new("--subject") { Description = "The column whose values name whose a row is; jobs may then ask for consent." };

    public static Command Create() => new("dataset", "Register data, check it, see what others offer.") { Add(), Check(), List() };

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "The name others will see." };
        var command = new Command("add", "Registers a CSV file, a PostgreSQL table or one record; a known name gets a new version.\nExample: collab dataset add demographics --csv nafld1.csv --home ~/riverside")
        {
            name, Csv, Encoding, Delimiter, Missing, Postgres, Table, Query, OrderBy, Columns, Record, Subject, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var description = Describe(parsed, parsed.GetRequiredValue(name));
            var request = new AddDatasetRequest(
                description.Name,
                description.Csv is { } csv ? new CsvSource(csv.Path, csv.Encoding, csv.Delimiter, csv.Missing) : null,
                description.Postgres is { } p ? new PostgresSource(p.ConnectionVariable, p.ConnectionFile, p.Table, p.Query, p.OrderBy) : null,
                description.Columns is null ? null : [.. description.Columns.Select(c => new ColumnView(c.Name, c.Type.ToString().ToLowerInvariant(), c.Scale))],
                description.Record,
                parsed.GetValue(Subject));
            var view = await client.CallAsync<DatasetView>(Verbs.AddDataset, request, cancellation);
            return output.Answer(view, console => Show(console, [view]));
        }));
        return command;
    }

    private static Command Check()
    {
        var key = new Option<string[]>("--key") { Description = "Key columns to be checked for blanks and repetitions." };
        var command = new Command("check", "Reads a source as a job would and lists every problem by row and column, never a value. Needs no node.\nExample: collab dataset check --csv nafld1.csv --key id")
        {
            Csv, Encoding, Delimiter, Missing, Postgres, Table, Query, OrderBy, Columns, key, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var description = Describe(parsed, "checked");
            var report = (await DatasetReading.OfAsync(description, parsed.GetValue(key) ?? [], Primitives.RandomSource.System, cancellation)).Report;
            output.Answer(report, console => Show(console, report));
            return report.IsClean ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "What all parties offer: metadata only.\nExample: collab dataset list --home ~/registry --json")
        {
            Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), cancellation);
            return output.Answer(view, console =>
            {
                Show(console, view.Datasets);
                foreach (var silent in view.Silent) console.MarkupLineInterpolated($"[yellow]{silent} did not answer.[/]");
            });
        }));
        return command;
    }

    private static DatasetDescription Describe(ParseResult parsed, string name)
    {
        var columns = parsed.GetValue(Columns) is { Length: > 0 } declared ? declared.Select(Column).ToList() : null;
        var csv = parsed.GetValue(Csv) is { } file
            ? new CsvLocationLiteral { Path = file.FullName, Encoding = parsed.GetValue(Encoding), Delimiter = parsed.GetValue(Delimiter), Missing = parsed.GetValue(Missing) }
            : null;
        var postgres = parsed.GetValue(Postgres) is { } connection
            ? new PostgresLocationLiteral
            {
                ConnectionVariable = connection.StartsWith('@') ? null : connection,
                ConnectionFile = connection.StartsWith('@') ? Path.GetFullPath(connection[1..]) : null,
                Table = parsed.GetValue(Table),
                Query = parsed.GetValue(Query),
                OrderBy = parsed.GetValue(OrderBy),
            }
            : null;
        var description = new DatasetDescription(name, csv, postgres, columns)
        {
            Record = parsed.GetResult(Record) is not null && parsed.GetValue(Record) is { Length: > 0 } values ? RecordOf(values) : null,
        };
        description.Check();
        return description;
    }

    private static Dictionary<string, string> RecordOf(string[] values)
    {
        var record = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var at = value.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !record.TryAdd(value[..at], value[(at + 1)..])) throw Shared.Usage("--record is COLUMN=VALUE, once for each column.");
        }

        return record;
    }

    private static ColumnSchema Column(string declared)
    {
        var parts = declared.Split(':');
        return parts switch
        {
            [var name, "text"] => new ColumnSchema(name, ColumnType.Text, 0),
            [var name, "integer"] => new ColumnSchema(name, ColumnType.Integer, 0),
            [var name, "decimal", var digits] when int.TryParse(digits, out var scale) && scale is >= 0 and <= ColumnSchema.MaximumScale =>
                new ColumnSchema(name, ColumnType.Decimal, scale),
            _ => throw Shared.Usage($"--column is NAME:text, NAME:integer or NAME:decimal:SCALE with a scale of 0 to {ColumnSchema.MaximumScale}."),
        };
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<DatasetView> datasets)
    {
        var table = new Table().AddColumns("owner", "dataset", "rows", "columns", "version");
        foreach (var dataset in datasets)
        {
            table.AddRow(new[]
            {
                dataset.Owner, dataset.Name, dataset.Rows,
                string.Join(", ", dataset.Columns.Select(c => c.Scale > 0 ? $"{c.Name} {c.Type}({c.Scale})" : $"{c.Name} {c.Type}")), dataset.Version[..12],
            }.Select(Markup.Escape).ToArray());
        }

        console.Write(table);
    }

    private static void Show(IAnsiConsole console, DatasetCheckReport report)
    {
        console.MarkupLineInterpolated($"{report.RowCount} {(report.RowCount == 1 ? "row" : "rows")} read{(report.Complete ? "" : ", not to the end")}.");
        if (report.IsClean)
        {
            console.MarkupLine("[green]No problem found.[/]");
            return;
        }

        foreach (var problem in report.Problems)
        {
            console.MarkupLineInterpolated($"[red]{problem.Code}[/]: {(problem.Count == 1 ? "once" : $"{problem.Count} times")}. {problem.Next}");
            foreach (var place in problem.First) console.MarkupLineInterpolated($"    {place.Message}");
        }
    }
}

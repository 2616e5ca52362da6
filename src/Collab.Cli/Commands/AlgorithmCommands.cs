using System.CommandLine;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab algorithm</c>: the algorithms that this party provides, and a look at those of others.</summary>
internal static class AlgorithmCommands
{
    private static readonly Argument<string> Name = new("name") { Description = "The provider's name of the algorithm." };

    public static Command Create() => new("algorithm", "Algorithms that a party provides and others' jobs name.") { Add(), List(), Show(), Withdraw() };

    private static Command Add()
    {
        var file = new Argument<FileInfo>("file") { Description = "A job description (YAML): what it asks for is the algorithm." };
        var ask = new Option<bool>("--ask") { Description = "A person decides on every use; otherwise every use is let." };
        var command = new Command("add", "Registers an algorithm, or its next version.\nExample: collab algorithm add \"mean age\" job.yaml --home ~/lab") { Name, file, ask, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var description = await File.ReadAllTextAsync(parsed.GetRequiredValue(file).FullName, cancellation);
            return Answer(output, await client.CallAsync<AlgorithmView>(
                Verbs.AddAlgorithm, new AddAlgorithmRequest(parsed.GetRequiredValue(Name), description, parsed.GetValue(ask)), cancellation));
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The algorithms of this party, every version.\nExample: collab algorithm list --json") { Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<AlgorithmsView>(Verbs.ListAlgorithms, new AlgorithmRequest(null), cancellation);
            return output.Answer(view, console => console.Write(Table(view.Algorithms)));
        }));
        return command;
    }

    private static Command Show()
    {
        var of = new Option<string?>("--of") { Description = "The party that provides it; this party when not given." };
        var version = new Option<int?>("--version") { Description = "A version; the newest when not given." };
        var command = new Command("show", "One algorithm with its content.\nExample: collab algorithm show \"mean age\" --of lab --json") { Name, of, version, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            return Answer(output, await client.CallAsync<AlgorithmView>(
                Verbs.ShowAlgorithm, new AlgorithmRequest(parsed.GetRequiredValue(Name), parsed.GetValue(of), parsed.GetValue(version)), cancellation));
        }));
        return command;
    }

    private static Command Withdraw()
    {
        var command = new Command("withdraw", "Withdraws an algorithm: no run of a job that names it starts again.\nExample: collab algorithm withdraw \"mean age\"") { Name, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            return Answer(output, await client.CallAsync<AlgorithmView>(Verbs.WithdrawAlgorithm, new AlgorithmRequest(parsed.GetRequiredValue(Name)), cancellation));
        }));
        return command;
    }

    private static int Answer(Output output, AlgorithmView view) => output.Answer(view, console =>
    {
        console.Write(Table([view]));
        console.MarkupLineInterpolated($"id {view.Id}");
        console.MarkupLineInterpolated($"digest {view.Digest}");
        if (view.Content is { } content) console.MarkupLineInterpolated($"content {content}");
    });

    private static Table Table(IReadOnlyList<AlgorithmView> algorithms)
    {
        var table = new Table().AddColumns("provider", "name", "version", "kind", "state", "a person decides");
        foreach (var a in algorithms)
        {
            table.AddRow(
                Markup.Escape(a.Provider), Markup.Escape(a.Name), a.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), Markup.Escape(a.Kind), Markup.Escape(a.State),
                a.Asks switch { true => "yes", false => "no", null => "" });
        }

        return table;
    }
}

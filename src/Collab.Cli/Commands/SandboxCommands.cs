using System.CommandLine;
using Collab.Cli.Browsers;
using Collab.Cli.Results;
using Collab.Cli.Sandbox;
using Collab.Console.People;
using Collab.Engine.Descriptions;
using Collab.Node.Configuration;
using Collab.Node.Storage;
using Collab.Primitives;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab sandbox</c>: real nodes of several parties on one machine.</summary>
internal static class SandboxCommands
{
    private static readonly Option<string[]> Party = new("--party")
    {
        Description = "NAME=PATH: a party, and its CSV file or the folder with its CSV files; each file is a dataset named after it. The path alone names the party, too.", Required = true, AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<DirectoryInfo?> Out = new("--out") { Description = "Where results and evidence go; a new folder for temporary files when not given." };

    private static readonly Option<bool> Consoles = new("--console")
    {
        Description = "Each node has a console for browsers, with one person of all roles; its link to enrol with is printed.",
    };

    public static Command Create() => new("sandbox", "Real nodes of several parties on one machine.") { Run(), Up() };

    private static Command Run()
    {
        var file = new Argument<FileInfo>("file") { Description = "The job description (YAML)." };
        var command = new Command("run", "Starts one node process per party, approves the job for all owners, runs it, and keeps result and evidence.\nExample: collab sandbox run job.yaml --party bank.csv --party bureau=./bureau --out ./out")
        {
            file, Party, Out, SuiteOption.Suite, ChainOptions.Ledger, ChainOptions.Chain, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var text = await File.ReadAllTextAsync(parsed.GetRequiredValue(file).FullName, cancellation);
            var job = JobDescription.Parse(text);
            var brought = Brought(parsed);
            var missing = job.Parties.Select(p => p.Owner).FirstOrDefault(owner => brought.All(b => b.Party != owner));
            if (missing is not null) throw Shared.Usage($"--party says nothing of '{missing}', whose rows the job reads.");
            var requester = job.Receivers[0];
            var destination = Destination(parsed);
            await using var local = await StartAsync(Path.Combine(destination, "nodes"), brought, job.Receivers, parsed, output, cancellation);
            var report = await SandboxRun.RunAsync(local, requester, text, destination, proposed => SandboxRun.ApproveAsync(local, proposed, cancellation), output, cancellation);
            output.Answer(report, console =>
            {
                console.MarkupLineInterpolated($"job [bold]{report.Job}[/]: [bold]{report.State}[/] in {report.Seconds} s, {JobText.Size(report.Bytes)} between the parties");
                foreach (var (party, result) in report.Parties.Where(p => p.Value.Result is not null || p.Value.File is not null))
                {
                    console.MarkupLineInterpolated($"result of {party} in {Path.Combine(destination, party)}");
                    if (!output.Quiet) ShowSmall(console, Path.Combine(destination, party));
                }

                if (report.Evidence is not null) console.MarkupLineInterpolated($"evidence in {Path.Combine(destination, report.Evidence)}; check it: collab audit verify {Path.Combine(destination, report.Evidence)} --trust {local.TrustFile}");
                if (report.Error is { } error) console.MarkupLineInterpolated($"[red]{error.Code}[/]{(error.Party is null ? "" : $" by {error.Party}")}{(error.Step is null ? "" : $" at {error.Step}")}: {Output.Message(error.Code, error.Message)}\nnext: {Output.Next(error.Code, error.Next)}");
            });
            return report.State switch
            {
                "committed" when report.Error is null => ExitCode.Done,
                "closed" => (int)ErrorKind.Refused,
                _ => ExitCode.Failed,
            };
        }));
        return command;
    }

    private static Command Up()
    {
        var withParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input closes: for whoever starts a sandbox as a child." };
        var command = new Command("up", "The same nodes, left running until Ctrl-C.\nExample: collab sandbox up --party bank=./bank --party bureau=./bureau")
        {
            Party, Out, SuiteOption.Suite, ChainOptions.Ledger, ChainOptions.Chain, Consoles, withParent, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var destination = Destination(parsed);
            await using var local = await StartAsync(Path.Combine(destination, "nodes"), Brought(parsed), [], parsed, output, cancellation);
            var parties = local.Consortium.Members.Select(m => new UpParty(m.Party.Name, m.Address, local.HomeOf(m.Party).Folder, parsed.GetValue(Consoles) ? OpenConsole(local.HomeOf(m.Party)) : null)).ToList();
            output.Answer(new { parties }, console =>
            {
                foreach (var party in parties)
                {
                    console.MarkupLineInterpolated($"[bold]{party.Party}[/] at {party.Address}; its operator: --home {party.Home}");
                    if (party.Console is { } opened) console.MarkupLineInterpolated($"  console: enrol as '{opened.Person}' at {opened.Link}");
                }

                if (parsed.GetValue(Consoles))
                    console.MarkupLine("A browser warns of the certificates, for it does not know the parties' own authorities (identity/authority.crt in each folder).");
                console.MarkupLine("Ctrl-C stops them.");
            });
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(withParent)) _ = Shared.StopWithInputAsync(stop);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Done;
        }));
        return command;
    }

    private sealed record UpParty(string Party, string Address, string Home, UpConsole? Console);

    private sealed record UpConsole(string Address, string Person, string Link);

    private static UpConsole OpenConsole(NodeHome home)
    {
        const string person = "me";
        using var file = new PeopleFile(home, passphrase: null);
        var token = new PeopleRegister(file, TimeProvider.System).Add(person, PersonRoles.All);
        NodeConsole.JournalOf(home).Note(null, "person.add", person);
        return new UpConsole(NodeConfiguration.Load(home).Console!, person, ConsoleCommands.LinkOf(home, token));
    }

    private static async Task<LocalConsortium> StartAsync(
        string folder, IReadOnlyList<PartyData> brought, IReadOnlyList<PartyId> others, ParseResult parsed, Output output, CancellationToken cancellation)
    {
        var parties = brought.Select(b => b.Party).Union(others).Order().ToList(); // a receiver may have no data, and needs a node all the same
        if (parties.Count < 2) throw Shared.Usage("A consortium has two parties or more: give --party twice or more.");
        var chain = ChainOptions.Of(parsed);
        var local = LocalConsortium.Create(folder, "sandbox", parties, suite: SuiteOption.Of(parsed), consoles: parsed.GetValue(Consoles));
        try
        {
            if (chain is not null) await LocalChain.FoundAsync(local, chain, cancellation);
            await local.StartAsync(cancellation);
            foreach (var data in brought) await SandboxRun.RegisterAsync(local, data, output, cancellation);
            return local;
        }
        catch
        {
            await local.DisposeAsync();
            throw;
        }
    }

    // The numbers, or the first lines, of a result that a screen has room for.
    private static void ShowSmall(IAnsiConsole console, string folder)
    {
        const int lines = 10, most = 1 << 16;
        var json = new FileInfo(Path.Combine(folder, ResultFolder.JsonFile));
        if (json.Length <= most)
        {
            using var file = json.OpenRead();
            var result = ReleasedResult.Read(file);
            if (ResultTable.Shows(result.Kind))
            {
                ResultTable.Show(console, result);
                return;
            }
        }

        var csv = Path.Combine(folder, ResultFolder.CsvFile);
        if (!File.Exists(csv)) return;
        var shown = File.ReadLines(csv).Take(lines + 1).ToList();
        foreach (var line in shown.Take(lines)) console.WriteLine($"  {line}");
        if (shown.Count > lines) console.WriteLine("  ...");
    }

    private static IReadOnlyList<PartyData> Brought(ParseResult parsed) => PartyData.ParseAll(parsed.GetRequiredValue(Party));

    private static string Destination(ParseResult parsed)
    {
        var destination = parsed.GetValue(Out)?.FullName ?? Directory.CreateTempSubdirectory("collab-sandbox-").FullName;
        var nodes = Path.Combine(destination, "nodes");
        if (Directory.Exists(nodes)) throw Shared.Usage($"There are nodes in {nodes} already; choose another --out.");
        return destination;
    }
}

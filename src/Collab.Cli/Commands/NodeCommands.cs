using System.CommandLine;
using System.Globalization;
using Collab.Cli.Browsers;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab node</c>: one party's node.</summary>
internal static class NodeCommands
{
    /// <summary>What a started node prints, so that whoever started it knows it listens.</summary>
    public const string ReadyLine = "listening at ";

    public static Command Create() => new("node", "One party's node.") { Init(), Run(), Status(), Prepare(), NodeOperationCommands.Backup(), NodeOperationCommands.Restore(), NodeOperationCommands.Support(), NodeOperationCommands.Unit() };

    private static Command Init()
    {
        var name = new Option<string>("--name") { Description = "The party's name: a-z, 0-9 and '-'.", Required = true };
        var consortium = new Option<string>("--consortium") { Description = "The consortium's name, which becomes part of the keys' names.", Required = true };
        var address = new Option<string?>("--address") { Description = "host:port at which the others reach the node; --listen when not given." };
        var listen = new Option<string?>("--listen") { Description = "Address and port to listen at; every address of this machine, at the port of --address, when not given." };
        var command = new Command("init", "Makes keys, certificates, a certificate request and the party's public card (party.yaml).\nExample: collab node init --name riverside --consortium liver --home ~/riverside --address node.riverside.example:7443")
        {
            name, consortium, listen, address, SuiteOption.Suite, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = new NodeHome(Path.GetFullPath(parsed.GetRequiredValue(Shared.Home)));
            var party = PartyId.TryParse(parsed.GetValue(name)) ?? throw Shared.Usage("--name is 1 to 63 of a-z, 0-9 and '-', beginning with a letter.");
            using var passphrase = Shared.ReadPassphrase(parsed);
            var (reachedAt, listensAt) = Addresses(parsed.GetValue(address), parsed.GetValue(listen));
            var card = PartyFiles.Initialize(home, party, listensAt, reachedAt, parsed.GetRequiredValue(consortium), passphrase, SuiteOption.Of(parsed));
            return Task.FromResult(output.Answer(
                new { party = card.Party.Name, home = home.Folder, card = home.CardFile, pin = card.CertificatePins[0].ToString() },
                console =>
                {
                    console.MarkupLineInterpolated($"Node of [bold]{card.Party}[/] in {home.Folder}");
                    console.MarkupLineInterpolated($"Give [bold]{home.CardFile}[/] to the others; it holds no secret. Its certificate pin: {card.CertificatePins[0].Short}");
                    console.MarkupLine("Next, with the others' cards: [bold]collab consortium join CARD...[/], then [bold]collab node run[/].");
                }));
        }));
        return command;
    }

    // An address such as 0.0.0.0 is one to listen at, and none to reach anybody at.
    private static (string ReachedAt, string ListensAt) Addresses(string? address, string? listen)
    {
        const string everywhere = "0.0.0.0";
        var reachedAt = address ?? listen ?? throw Shared.Usage("Where do the others reach this node? --address HOST:PORT, for example --address node.riverside.example:7443.");
        if (reachedAt.Split(':')[^1] is var port && (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0))
            throw Shared.Usage("--address and --listen are HOST:PORT, with a port of 1 to 65535.");
        if (reachedAt.StartsWith($"{everywhere}:", StringComparison.Ordinal) || reachedAt.StartsWith("[::]:", StringComparison.Ordinal))
            throw Shared.Usage($"Nobody reaches a node at {reachedAt}: give --address HOST:PORT.");
        return (reachedAt, listen ?? $"{everywhere}:{port}");
    }

    private static Command Run()
    {
        var withParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input closes: for whoever starts nodes as children." };
        var command = new Command("run", "Runs the node until Ctrl-C.\nExample: collab node run --home ~/riverside")
        {
            Shared.Home, Shared.Passphrase, withParent, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            CoreDump.Forbid();
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            using var passphrase = Shared.ReadPassphrase(parsed);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await using var node = await NodeHost.StartAsync(home, passphrase);
            await using var browsers = await NodeConsole.StartIfConfiguredAsync(home, node, passphrase);
            if (browsers is not null) System.Console.Out.WriteLine($"console at https://{browsers.Address}, certificate SHA-256 {browsers.Fingerprint}");
            System.Console.Out.WriteLine($"{ReadyLine}{NodeConfiguration.Load(home).Listen}");
            if (parsed.GetValue(withParent)) _ = Shared.StopWithInputAsync(stop);
            try
            {
                await node.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Asked to stop.
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "How the node is and how it last saw the others.\nExample: collab node status --home ~/riverside --json")
        {
            Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            var status = await client.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), cancellation);
            return output.Answer(status, console => Show(console, status));
        }));
        return command;
    }

    private static Command Prepare()
    {
        var with = new Option<string>("--with") { Description = "The other party; its operator gives the same command.", Required = true };
        var products = new Option<long>("--products") { Description = "Products of numbers, rounded up to whole units of 16,384 (393 KB each)." };
        var conjunctions = new Option<long>("--conjunctions") { Description = "Conjunctions of bits, rounded up to whole units of 1,048,576; a comparison takes 182." };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the other party's node.", DefaultValueFactory = _ => 300 };
        var command = new Command(
            "prepare",
            "Makes random numbers for products with another party, ahead of any job; computations of the two use them first.\nExample: collab node prepare --with lakeside --products 1000000 --conjunctions 50000000 --home ~/riverside")
        {
            with, products, conjunctions, wait, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var request = new PrepareRequest(parsed.GetRequiredValue(with), parsed.GetValue(products), parsed.GetValue(conjunctions), parsed.GetValue(wait));
            if (request is { Products: <= 0, Conjunctions: <= 0 }) throw Shared.Usage("Say how many: --products, --conjunctions or both.");
            using var client = Shared.Connect(parsed);
            var stock = await client.CallAsync<StockView>(Verbs.Prepare, request, cancellation, TimeSpan.FromDays(2));
            return output.Answer(stock, console => Show(console, stock));
        }));
        return command;
    }

    private static void Show(IAnsiConsole console, StockView stock) =>
        console.MarkupLineInterpolated($"made ahead with {stock.Peer}: {stock.Products} products, {stock.Conjunctions} conjunctions");

    private static void Show(IAnsiConsole console, StatusView status)
    {
        console.MarkupLineInterpolated($"[bold]{status.Party}[/] of {status.Consortium}, {status.Software}, at {status.Address} since {status.Started:u}");
        console.MarkupLineInterpolated($"log: {status.LogSize} entries, {status.LogFinal} final; datasets: {status.Datasets}; jobs: {status.Jobs}; certificate until {status.CertificateExpires:u}");
        var table = new Table().AddColumns("party", "address", "software", "last answer", "trouble");
        foreach (var peer in status.Peers)
        {
            table.AddRow(new[]
            {
                peer.Party, peer.Address, peer.Software ?? "-",
                peer.LastAnswer?.ToString("u", CultureInfo.InvariantCulture) ?? "never", peer.Error?.Message ?? "-",
            }.Select(Markup.Escape).ToArray());
        }

        console.Write(table);
        foreach (var stock in status.Prepared) Show(console, stock);
        foreach (var left in status.Budgets)
        {
            console.MarkupLineInterpolated(
                $"privacy of {left.Dataset} for {left.Requester ?? "all"}: left epsilon {left.Laplace} of Laplace noise{(left.Gaussian is null ? "" : $" or {left.Gaussian} of Gaussian")}");
        }

        foreach (var trouble in status.Troubles)
            console.MarkupLineInterpolated($"[red]{trouble.Error.Code}[/]{(trouble.Job is null ? "" : $" at job {trouble.Job[..12]}")}: {Output.Message(trouble.Error.Code, trouble.Error.Message)}\n  next: {Output.Next(trouble.Error.Code, trouble.Error.Next)}");
    }
}

using System.CommandLine;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Primitives;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab consortium</c>: the parties and their pinned keys.</summary>
internal static class ConsortiumCommands
{
    public static Command Create() => new("consortium", "The parties and their pinned keys.") { CreateFile(), Join(), Members(), Rotate() };

    private static Command CreateFile()
    {
        var name = new Option<string>("--name") { Description = "The consortium's name, as given to 'node init'.", Required = true };
        var cards = new Argument<FileInfo[]>("cards") { Description = "The party.yaml of every party.", Arity = ArgumentArity.OneOrMore };
        var destination = new Option<FileInfo>("--out") { Description = "The file to write.", DefaultValueFactory = _ => new FileInfo("consortium.yaml") };
        var command = new Command("create", "Makes the consortium file of all parties' cards.\nExample: collab consortium create --name liver riverside.yaml lakeview.yaml registry.yaml")
        {
            name, cards, destination, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var members = parsed.GetRequiredValue(cards).Select(f => PartyCard.Parse(File.ReadAllText(f.FullName))).OrderBy(m => m.Party).ToList();
            var consortium = Consortium.Parse(new Consortium(parsed.GetRequiredValue(name), members).ToYaml()); // checked as every reader will
            File.WriteAllText(parsed.GetRequiredValue(destination).FullName, consortium.ToYaml());
            return Task.FromResult(output.Answer(
                Document(consortium),
                console =>
                {
                    console.MarkupLineInterpolated($"Consortium [bold]{consortium.Name}[/] of {members.Count} parties in {parsed.GetRequiredValue(destination).FullName}");
                    console.MarkupLineInterpolated($"fingerprint of its keys: [bold]{consortium.Keys.Fingerprint}[/]");
                    console.MarkupLine("Let every party compare the fingerprint by another way than the file's, then: [bold]collab consortium join[/].");
                }));
        }));
        return command;
    }

    private static Command Join()
    {
        var file = new Argument<FileInfo>("file") { Description = "The consortium file." };
        var command = new Command("join", "Takes a consortium file into the node and founds its ledger.\nExample: collab consortium join consortium.yaml --home ~/riverside")
        {
            file, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var consortium = Consortium.Parse(File.ReadAllText(parsed.GetRequiredValue(file).FullName));
            using var passphrase = Shared.ReadPassphrase(parsed);
            PartyFiles.Join(NodeHome.Require(parsed.GetRequiredValue(Shared.Home)), consortium, passphrase);
            return Task.FromResult(output.Answer(Document(consortium), console => Show(console, consortium)));
        }));
        return command;
    }

    private static Command Members()
    {
        var command = new Command("members", "The parties of the node's consortium.\nExample: collab consortium members --home ~/riverside --json")
        {
            Shared.Home, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            if (!File.Exists(home.ConsortiumFile)) throw Shared.Usage("This node has joined no consortium yet: collab consortium join FILE.");
            var consortium = Consortium.Parse(File.ReadAllText(home.ConsortiumFile));
            return Task.FromResult(output.Answer(Document(consortium), console => Show(console, consortium)));
        }));
        return command;
    }

    private static Command Rotate()
    {
        var authority = new Option<string?>("--authority") { Description = "prepare: make the next authority and put its pin on the card; switch: use it." };
        authority.AcceptOnlyFromAmong("prepare", "switch");
        var command = new Command("rotate", "Fresh certificates, without a restart. With --authority, a new authority in two steps.\nExample: collab consortium rotate --home ~/riverside")
        {
            authority, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            using var passphrase = Shared.ReadPassphrase(parsed);
            var step = parsed.GetValue(authority);
            if (step is null) PartyFiles.RotateCertificates(home, passphrase);
            var card = step switch
            {
                "prepare" => PartyFiles.PrepareAuthority(home, passphrase),
                "switch" => PartyFiles.SwitchAuthority(home, passphrase),
                _ => PartyCard.Parse(File.ReadAllText(home.CardFile)),
            };
            return Task.FromResult(output.Answer(
                new { party = card.Party.Name, card = home.CardFile, pins = card.CertificatePins.Select(p => p.ToString()) },
                console =>
                {
                    console.MarkupLine(step switch
                    {
                        "prepare" => "The next authority is prepared. Let every party take the new card into its consortium file, then: [bold]--authority switch[/].",
                        "switch" => "The new authority is in use. Let every party take the new card into its consortium file.",
                        _ => "New certificates are in use from the next connection on; the pin is the same.",
                    });
                    console.MarkupLineInterpolated($"card: {home.CardFile}; pins {string.Join(", ", card.CertificatePins.Select(p => p.Short))}");
                }));
        }));
        return command;
    }

    private static object Document(Consortium consortium) => new
    {
        consortium = consortium.Name,
        fingerprint = consortium.Keys.Fingerprint.ToString(),
        cosignatures = consortium.Keys.Policy.CosignaturesRequired,
        members = consortium.Members.Select(m => new { party = m.Party.Name, address = m.Address, pins = m.CertificatePins.Select(p => p.ToString()) }),
    };

    private static void Show(IAnsiConsole console, Consortium consortium)
    {
        console.MarkupLineInterpolated($"[bold]{consortium.Name}[/]: an entry is final with {consortium.Keys.Policy.CosignaturesRequired} cosignatures of others; fingerprint {consortium.Keys.Fingerprint}");
        var table = new Table().AddColumns("party", "address", "certificate pin");
        foreach (var member in consortium.Members)
            table.AddRow(Markup.Escape(member.Party.Name), Markup.Escape(member.Address), string.Join(", ", member.CertificatePins.Select(p => p.Short)));
        console.Write(table);
    }
}

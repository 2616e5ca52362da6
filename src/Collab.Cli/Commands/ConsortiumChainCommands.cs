using System.CommandLine;
using Collab.Evm;
using Collab.Evm.Contract;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Primitives;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab consortium chain</c>: a contract for the consortium on a chain, once for all parties.</summary>
internal static class ConsortiumChainCommands
{
    private static readonly Option<FileInfo> Destination = new("--out") { Description = "The file to write.", DefaultValueFactory = _ => new FileInfo("chain.yaml") };

    public static Command Create() => new("chain", "A contract for the consortium on an EVM chain: every party makes a card, one deploys, every party joins.") { Card(), Deploy(), Join(), Status() };

    private static Command Card()
    {
        var roles = new Option<string[]>("--roles")
        {
            Description = $"What the party will be: {string.Join(", ", ChainCard.RoleWords.Keys)}.", AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["data-provider", "requester", "operator"],
        };
        roles.AcceptOnlyFromAmong([.. ChainCard.RoleWords.Keys]);
        var command = new Command("card", "Makes the party's keys for a chain and its public card (chain-card.yaml).\nExample: collab consortium chain card --home ~/riverside")
        {
            roles, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            using var passphrase = Shared.ReadPassphrase(parsed);
            var mask = parsed.GetRequiredValue(roles).Aggregate(0, (sum, word) => sum | ChainCard.RoleWords[word]);
            var card = ChainCard.Make(home, NodeConfiguration.Load(home).Party, mask, passphrase, RandomSource.System);
            return Task.FromResult(output.Answer(
                new { party = card.Party.Name, card = home.ChainCardFile, administration = card.Administration.ToString(), provider = card.Provider.ToString(), requester = card.Requester.ToString() },
                console =>
                {
                    console.MarkupLineInterpolated($"card: {home.ChainCardFile}");
                    console.MarkupLineInterpolated($"Where the chain takes fees, these accounts need money: {card.Administration} {card.Provider} {card.Requester}");
                }));
        }));
        return command;
    }

    private static Command Deploy()
    {
        var cards = new Argument<FileInfo[]>("cards") { Description = "The chain-card.yaml of every founder.", Arity = ArgumentArity.OneOrMore };
        var chain = new Option<string>("--chain") { Description = "The address of a node of the chain.", Required = true };
        var id = new Option<ulong>("--chain-id") { Description = "The id that the chain must have.", Required = true };
        var quorum = new Option<int?>("--quorum") { Description = "How many operators carry a motion; more than half of the founders when not given." };
        var delay = new Option<int>("--key-delay-hours") { Description = "How long a new key waits, so that a thief's can be cancelled; 0 to 720.", DefaultValueFactory = _ => 24 };
        var finality = new Option<string>("--finality") { Description = "When a block is final.", DefaultValueFactory = _ => "immediate" };
        finality.AcceptOnlyFromAmong([.. ChainConfiguration.FinalityWords.Keys]);
        var transactions = new Option<string>("--transactions") { Description = "The form of transactions.", DefaultValueFactory = _ => "dynamic-fee" };
        transactions.AcceptOnlyFromAmong([.. ChainConfiguration.TransactionWords.Keys]);
        var gwei = new Option<int>("--most-gwei-per-gas") { Description = "The most to pay per gas; 0 on a chain without fees.", DefaultValueFactory = _ => 500 };
        var anchor = new Option<bool>("--anchor") { Description = "The parties' logs decide, and their checkpoints go on the chain." };
        var command = new Command("deploy", "Puts the contract on the chain, paid by this home's administration key, and writes the file for all parties.\nExample: collab consortium chain deploy */chain-card.yaml --chain http://127.0.0.1:8545 --chain-id 1337 --home ~/riverside")
        {
            cards, chain, id, quorum, delay, finality, transactions, gwei, anchor, Destination, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            if (!Uri.TryCreate(parsed.GetRequiredValue(chain), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw Shared.Usage("--chain is an http or https address.");
            if (parsed.GetValue(delay) is < 0 or > 720) throw Shared.Usage("--key-delay-hours is 0 to 720.");
            if (parsed.GetValue(id) == 0) throw Shared.Usage("--chain-id is not 0: such a chain cannot be told from another.");
            var founders = parsed.GetRequiredValue(cards).Select(f => ChainCard.Parse(File.ReadAllText(f.FullName))).ToList();
            if (founders.DistinctBy(f => f.Party).Count() < founders.Count) throw Shared.Usage("Two cards are of one party.");
            using var passphrase = Shared.ReadPassphrase(parsed);
            var configuration = await ChainFiles.DeployAsync(
                NodeHome.Require(parsed.GetRequiredValue(Shared.Home)), passphrase, founders,
                new ChainConfiguration(
                    parsed.GetValue(id), EvmAddress.Zero, 0, [address], 0, parsed.GetRequiredValue(finality), parsed.GetRequiredValue(transactions), parsed.GetValue(gwei),
                    TimeSpan.FromSeconds(1), new Dictionary<PartyId, Digest>()) { Decides = !parsed.GetValue(anchor) },
                parsed.GetValue(quorum) ?? (founders.Count / 2) + 1, TimeSpan.FromHours(parsed.GetValue(delay)), cancellation);
            var file = parsed.GetRequiredValue(Destination).FullName;
            await File.WriteAllTextAsync(file, configuration.ToYaml(), cancellation);
            return output.Answer(
                new { contract = configuration.Contract.ToString(), block = configuration.FirstBlock, chain = file },
                console =>
                {
                    console.MarkupLineInterpolated($"contract [bold]{configuration.Contract}[/] in block {configuration.FirstBlock}; {file}");
                    console.MarkupLine("Let every party compare the address by another way than the file's, name its own node in it, and then: [bold]collab consortium chain join[/].");
                });
        }));
        return command;
    }

    private static Command Join()
    {
        var file = new Argument<FileInfo>("file") { Description = "The chain.yaml that 'deploy' wrote." };
        var command = new Command("join", "Takes the party's place on the contract with its keys, and the file into the node; again when a delay is over.\nExample: collab consortium chain join chain.yaml --home ~/riverside")
        {
            file, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            if (!File.Exists(home.ChainCardFile)) throw Shared.Usage("This node has no card for a chain yet: collab consortium chain card.");
            using var passphrase = Shared.ReadPassphrase(parsed);
            var ready = await ChainFiles.JoinAsync(home, passphrase, ChainConfiguration.Parse(await File.ReadAllTextAsync(parsed.GetRequiredValue(file).FullName, cancellation)), cancellation);
            return output.Answer(
                new { joined = ready is null, again = ready },
                console => console.MarkupLineInterpolated(ready is null
                    ? (FormattableString)$"joined: {home.ChainFile}; it counts from the node's next start"
                    : $"The new keys wait until {ready:u}: run the same again then."));
        }));
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "What the contract says of every party now.\nExample: collab consortium chain status --home ~/riverside --json")
        {
            Shared.Home, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            if (!File.Exists(home.ChainFile)) throw Shared.Usage("This node has joined no chain: collab consortium chain join FILE.");
            var chain = ChainConfiguration.Parse(await File.ReadAllTextAsync(home.ChainFile, cancellation));
            var (block, parties) = await ChainFiles.StatusAsync(chain, cancellation);
            return output.Answer(
                new { contract = chain.Contract.ToString(), chainId = chain.ChainId, block, decides = chain.Decides, parties = parties.Select(p => Document(p.Key, p.Value)) },
                console =>
                {
                    console.MarkupLineInterpolated($"contract {chain.Contract} on chain {chain.ChainId}, block {block}: {(chain.Decides ? "it decides" : "it takes checkpoints")}");
                    var table = new Table().AddColumns("party", "state", "roles", "log on the chain", "conflicts");
                    foreach (var (party, status) in parties)
                        table.AddRow(Markup.Escape(party.Name), StateOf(status), string.Join(", ", RolesOf(status)), $"{status.HeadSize}", $"{status.Conflicts}");
                    console.Write(table);
                });
        }));
        return command;
    }

    private static object Document(PartyId party, OrganisationStatus status) =>
        new { party = party.Name, state = StateOf(status), roles = RolesOf(status), anchored = status.HeadSize, conflicts = status.Conflicts };

    private static string StateOf(OrganisationStatus status) =>
        !status.Exists ? "unknown" : status.Administration == EvmAddress.Zero ? "not joined" : status.IsActive ? "active" : "suspended";

    private static IEnumerable<string> RolesOf(OrganisationStatus status) => ChainCard.RoleWords.Where(word => (status.Roles & word.Value) != 0).Select(word => word.Key);
}

using System.CommandLine;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Jobs.Governance;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab consortium</c>: the parties and their pinned keys.</summary>
internal static class ConsortiumCommands
{
    public static Command Create() => new("consortium", "The parties and their pinned keys.") { CreateFile(), Join(), Members(), MotionCommands.Create(), Rotate(), ConsortiumChainCommands.Create() };

    private static Command CreateFile()
    {
        var name = new Option<string>("--name") { Description = "The consortium's name, as given to 'node init'.", Required = true };
        var cards = new Argument<FileInfo[]>("cards") { Description = "The party.yaml of every party.", Arity = ArgumentArity.OneOrMore };
        var destination = new Option<FileInfo>("--out") { Description = "The file to write.", DefaultValueFactory = _ => new FileInfo("consortium.yaml") };
        var roles = new Option<string[]>("--roles")
        {
            Description = "PARTY=ROLES, for example lakeview=provider,operator; of provider, requester, algorithm, operator, auditor. All where nothing is said.",
        };
        var quorum = new Option<int?>("--quorum") { Description = "How many operators carry a motion; more than half of them when not given." };
        var ownApproval = new Option<bool>("--forbid-own-approval") { Description = "A job needs the grant of somebody else than its requester." };
        var command = new Command("create", "Makes the consortium file of all parties' cards.\nExample: collab consortium create --name liver riverside.yaml lakeview.yaml registry.yaml")
        {
            name, cards, destination, roles, quorum, ownApproval, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var members = parsed.GetRequiredValue(cards).Select(f => PartyCard.Parse(File.ReadAllText(f.FullName))).OrderBy(m => m.Party).ToList();
            var given = (parsed.GetValue(roles) ?? []).Select(text => text.Split('=', 2)).ToList();
            if (given.Exists(pair => pair.Length != 2 || members.TrueForAll(m => m.Party.Name != pair[0]))) throw Shared.Usage("--roles is PARTY=ROLES of a party whose card is given.");
            members = members.ConvertAll(m => given.Find(pair => pair[0] == m.Party.Name) is { } own ? m with { Roles = RolesOf(own[1]) } : m);
            var made = new Consortium(parsed.GetRequiredValue(name), members) { Quorum = parsed.GetValue(quorum), OwnApprovalForbidden = parsed.GetValue(ownApproval) };
            var consortium = Consortium.Parse(made.ToYaml()); // checked as every reader will
            File.WriteAllText(parsed.GetRequiredValue(destination).FullName, consortium.ToYaml());
            return Task.FromResult(output.Answer(
                Document(consortium),
                console =>
                {
                    console.MarkupLineInterpolated($"Consortium [bold]{consortium.Name}[/] of {members.Count} parties in {parsed.GetRequiredValue(destination).FullName}");
                    console.MarkupLineInterpolated($"fingerprint of its keys and roles: [bold]{consortium.Fingerprint}[/]");
                    console.MarkupLine("Let every party compare the fingerprint by another way than the file's, then: [bold]collab consortium join[/].");
                }));
        }));
        return command;
    }

    private static Command Join()
    {
        var files = new Argument<FileInfo[]>("files") { Description = "The cards (party.yaml) of all parties, or the one consortium file of 'consortium create'. The own card may be left out.", Arity = ArgumentArity.OneOrMore };
        var expected = new Option<string?>("--fingerprint") { Description = "What the others' join printed, had by another way than the cards: joins nothing else." };
        var command = new Command("join", "Takes the parties' cards, or their consortium file, into the node and founds its ledger.\nExample: collab consortium join lakeview.yaml registry.yaml --home ~/riverside")
        {
            files, expected, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            var consortium = Read(home, [.. parsed.GetRequiredValue(files).Select(f => File.ReadAllText(f.FullName))]);
            if (parsed.GetValue(expected) is { } fingerprint && fingerprint != consortium.Fingerprint.ToString())
                throw new CollabException(Consortium.OtherFingerprint, "The files have another fingerprint than --fingerprint says; nothing was joined.");
            using var passphrase = Shared.ReadPassphrase(parsed);
            PartyFiles.Join(home, consortium, passphrase);
            return Task.FromResult(output.Answer(Document(consortium), console =>
            {
                Show(console, consortium);
                console.MarkupLine("Compare the fingerprint with what the others' join prints, by another way than the cards came. If it is the same everywhere: [bold]collab node run[/].");
            }));
        }));
        return command;
    }

    private static Consortium Read(NodeHome home, IReadOnlyList<string> files) => files is [var only] && Consortium.IsOne(only)
        ? Consortium.Parse(only)
        : Consortium.Of(files.Select(PartyCard.Parse).Append(PartyCard.Parse(File.ReadAllText(home.CardFile))).DistinctBy(card => card.ToYaml()));

    private static Command Members()
    {
        var asked = new Option<bool>("--standing") { Description = "Ask the node how they stand now, after all motions; without it, as the file says." };
        var command = new Command("members", "The parties of the node's consortium with their roles.\nExample: collab consortium members --standing --home ~/riverside --json")
        {
            asked, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            var consortium = Consortium.Load(home);
            if (!parsed.GetValue(asked)) return output.Answer(Document(consortium), console => Show(console, consortium));
            using var client = Shared.Connect(parsed);
            var standing = await client.CallAsync<GovernanceView>(Verbs.Governance, new EmptyRequest(), cancellation);
            return output.Answer(standing, console => MotionCommands.ShowStanding(console, standing));
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

    private static MemberRoles RolesOf(string text) => MotionCommands.RolesOf(text).Aggregate(MemberRoles.None, (all, one) => all | (RoleText.TryParse(one)
        ?? throw Shared.Usage($"'{one}' is no role: provider, requester, algorithm, operator, auditor.")));

    private static object Document(Consortium consortium) => new
    {
        consortium = consortium.Name,
        fingerprint = consortium.Fingerprint.ToString(),
        quorum = consortium.Founding.Quorum,
        ownApproval = consortium.OwnApprovalForbidden ? "forbidden" : "allowed",
        cosignatures = consortium.Keys.Policy.CosignaturesRequired,
        members = consortium.Members.Select(m => new
        {
            party = m.Party.Name, address = m.Address, roles = RoleText.Names(m.Roles ?? MemberRoles.All), pins = m.CertificatePins.Select(p => p.ToString()),
        }),
    };

    private static void Show(IAnsiConsole console, Consortium consortium)
    {
        console.MarkupLineInterpolated($"[bold]{consortium.Name}[/]: an entry is final with {consortium.Keys.Policy.CosignaturesRequired} cosignatures of others, a motion carried with {consortium.Founding.Quorum} votes; fingerprint {consortium.Fingerprint}");
        var table = new Table().AddColumns("party", "address", "roles", "certificate pin");
        foreach (var member in consortium.Members)
            table.AddRow(Markup.Escape(member.Party.Name), Markup.Escape(member.Address), RoleText.Of(member.Roles ?? MemberRoles.All), string.Join(", ", member.CertificatePins.Select(p => p.Short)));
        console.Write(table);
    }
}

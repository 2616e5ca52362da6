using System.CommandLine;
using Collab.Cli.Browsers;
using Collab.Console.People;
using Collab.Node.Configuration;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab console</c>: who may use a node's console. The node may run or not; what changes counts from a person's next request on.</summary>
internal static class ConsoleCommands
{
    private static readonly Argument<string> Name = new("name") { Description = "The name to sign in with: a-z, 0-9, '.', '-' and '_'." };

    private static readonly Option<string[]> Roles = new("--roles")
    {
        Description = "researcher, owner, auditor, supervisor, operator; one or more.", Required = true, AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create() => new("console", "Who may use a node's console in the browser.")
    {
        new Command("person", "The people of this party.") { Add(), List(), ChangeRoles(), Reset(), Remove() },
    };

    private static Command Add() => Verb(
        "add", "Adds a person and prints the link with which the person enrols, once and within a day.\nExample: collab console person add wei --roles researcher owner --home ~/riverside", [Name, Roles],
        (parsed, home, people, output) => Invited(home, output, parsed.GetRequiredValue(Name), people.Add(parsed.GetRequiredValue(Name), RolesOf(parsed)), "person.add"));

    private static Command Reset() => Verb(
        "reset", "Takes password and second factor away and prints a new link; what the person has open ends.\nExample: collab console person reset wei --home ~/riverside", [Name],
        (parsed, home, people, output) => Invited(home, output, parsed.GetRequiredValue(Name), people.Reset(parsed.GetRequiredValue(Name)), "person.reset"));

    private static Command ChangeRoles() => Verb(
        "roles", "Gives a person these roles instead of those it has; what the person has open ends.\nExample: collab console person roles wei --roles auditor --home ~/riverside", [Name, Roles],
        (parsed, home, people, output) =>
        {
            people.SetRoles(parsed.GetRequiredValue(Name), RolesOf(parsed));
            return Done(home, output, parsed.GetRequiredValue(Name), "person.roles");
        });

    private static Command Remove() => Verb(
        "remove", "Removes a person; what the person has open ends.\nExample: collab console person remove wei --home ~/riverside", [Name],
        (parsed, home, people, output) =>
        {
            people.Remove(parsed.GetRequiredValue(Name));
            return Done(home, output, parsed.GetRequiredValue(Name), "person.remove");
        });

    private static Command List() => Verb(
        "list", "Who there is.\nExample: collab console person list --home ~/riverside", [],
        (_, _, people, output) =>
        {
            var all = people.All;
            return output.Answer(
                new { people = all.Select(p => new { name = p.Name, roles = p.Roles, enrolled = p.Credentials is not null, linkUntil = p.Invitation?.Expires }) },
                console =>
                {
                    var table = new Table().AddColumns("name", "roles", "enrolled", "link until");
                    foreach (var p in all)
                        table.AddRow(new[] { p.Name, string.Join(", ", p.Roles), p.Credentials is null ? "no" : "yes", p.Invitation?.Expires.ToString("u") ?? "-" }.Select(Markup.Escape).ToArray());
                    console.Write(table);
                });
        });

    private static Command Verb(string name, string description, IReadOnlyList<Symbol> own, Func<ParseResult, NodeHome, PeopleRegister, Output, int> act)
    {
        var command = new Command(name, description) { Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption };
        foreach (var symbol in own)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            using var passphrase = Shared.ReadPassphrase(parsed);
            using var file = new PeopleFile(home, passphrase);
            return Task.FromResult(act(parsed, home, new PeopleRegister(file, TimeProvider.System), output));
        }));
        return command;
    }

    private static string[] RolesOf(ParseResult parsed) =>
        [.. parsed.GetRequiredValue(Roles).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static int Invited(NodeHome home, Output output, string name, string token, string act)
    {
        NodeConsole.JournalOf(home).Note(null, act, name);
        var link = LinkOf(home, token);
        return output.Answer(new { person = name, link, until = DateTimeOffset.UtcNow + PeopleRegister.LinkLifetime }, console =>
        {
            console.MarkupLineInterpolated($"Link for [bold]{name}[/], good once and for {PeopleRegister.LinkLifetime.TotalHours} hours; hand it over in person:");
            console.WriteLine(link);
            if (NodeConfiguration.Load(home).Console is null) console.MarkupLine("The node has no console yet: add 'console: 127.0.0.1:8443' to node.yaml and start it again.");
        });
    }

    private static int Done(NodeHome home, Output output, string name, string act)
    {
        NodeConsole.JournalOf(home).Note(null, act, name);
        return output.Answer(new { person = name, act }, console => console.MarkupLineInterpolated($"{act}: {name}"));
    }

    /// <summary>The enrolment address; a host that listens everywhere is reached by the first name of its own.</summary>
    internal static string LinkOf(NodeHome home, string token)
    {
        var configuration = NodeConfiguration.Load(home);
        var address = configuration.Console ?? "127.0.0.1:8443";
        if (configuration.ConsoleNames is [var host, ..]) address = $"{host}:{address.Split(':')[^1]}";
        else address = address.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
        return $"https://{address}/enrol?token={token}";
    }
}

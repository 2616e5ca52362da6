using System.CommandLine;
using Collab.Cli.Commands;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>Every verb says what it does and shows an example that the program itself understands.</summary>
public sealed class HelpTests
{
    private const string Mark = "\nExample: ", Program = "collab ";

    public static TheoryData<string> Verbs => [.. Leaves(Root.Create(), "").Select(leaf => leaf.Path)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_verb_has_a_description_and_an_example_of_itself_that_parses(string path)
    {
        var root = Root.Create();
        var verb = Leaves(root, "").Single(leaf => leaf.Path == path).Verb;
        var at = verb.Description!.IndexOf(Mark, StringComparison.Ordinal);
        Assert.True(at > 0, $"'{path}' has no example.");
        Assert.EndsWith(".", verb.Description[..at]);
        var example = verb.Description[(at + Mark.Length)..];
        Assert.StartsWith(Program, example, StringComparison.Ordinal);
        var parsed = root.Parse(example[Program.Length..]);
        Assert.Empty(parsed.Errors.Select(error => error.Message));
        Assert.Equal(verb.Name, parsed.CommandResult.Command.Name);
    }

    [Fact]
    public void Every_verb_option_and_argument_is_described()
    {
        static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
        foreach (var verb in All(Root.Create()))
        {
            Assert.False(string.IsNullOrWhiteSpace(verb.Description), verb.Name);
            Assert.All(verb.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{verb.Name} {option.Name}"));
            Assert.All(verb.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{verb.Name} {argument.Name}"));
        }
    }

    private static IEnumerable<(string Path, Command Verb)> Leaves(Command command, string path)
    {
        if (command.Subcommands.Count == 0) return [(path, command)];
        return command.Subcommands.SelectMany(child => Leaves(child, $"{path} {child.Name}".TrimStart()));
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text;
using Collab.Client;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Commands;

/// <summary>What several verbs need: the node's folder, the passphrase, the way to the node.</summary>
internal static class Shared
{
    /// <summary>The words of a command do not go together.</summary>
    private static readonly ErrorCode WrongUsage = new("usage.wrong", ErrorKind.InvalidInput, "Run the same with --help.");

    public static Option<string> Home { get; } = new("--home", "-C")
    {
        Description = "The node's folder; COLLAB_HOME when not given.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("COLLAB_HOME") ?? ".",
        Recursive = false,
    };

    public static Option<FileInfo?> Passphrase { get; } = new("--passphrase-file") { Description = "A file whose first line encrypts the node's keys." };

    public static CollabException Usage(string message) => new(WrongUsage, message);

    /// <summary>Reads a day or a moment; without a zone it is UTC.</summary>
    public static DateTimeOffset Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw Usage("A moment is written as 2026-01-31 or 2026-01-31T12:00:00Z.");

    public static SecretBytes? ReadPassphrase(ParseResult parsed)
    {
        return parsed.GetValue(Passphrase) is { } file ? ReadPassphrase(file) : null;
    }

    /// <summary>The first line of a file.</summary>
    public static SecretBytes ReadPassphrase(FileInfo file)
    {
        var line = File.ReadLines(file.FullName).FirstOrDefault() ?? throw Usage("The passphrase file is empty.");
        return SecretBytes.Take(Encoding.UTF8.GetBytes(line));
    }

    /// <summary>The operator's way to the node in the folder.</summary>
    public static IOperator Connect(ParseResult parsed)
    {
        using var passphrase = ReadPassphrase(parsed);
        return Connect(NodeHome.Require(parsed.GetRequiredValue(Home)), passphrase);
    }

    public static IOperator Connect(NodeHome home, SecretBytes? passphrase) => CollabClient.OpenHome(home.Folder, passphrase);

    /// <summary>Stops when standard input closes: when whoever started this process has ended.</summary>
    public static async Task StopWithInputAsync(CancellationTokenSource stop)
    {
        var buffer = new byte[16];
        await using var input = System.Console.OpenStandardInput();
        while (await input.ReadAsync(buffer) > 0)
        {
        }

        await stop.CancelAsync();
    }
}

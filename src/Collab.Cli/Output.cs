using System.CommandLine;
using System.Text.Json;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli;

/// <summary>Where a verb writes: with <c>--json</c> one document on standard output, everything else on standard error.</summary>
/// <param name="Json">Whether a script reads.</param>
/// <param name="Quiet">Whether only results and errors are written.</param>
internal sealed record Output(bool Json, bool Quiet)
{
    /// <summary>A file that a command was given cannot be read or written.</summary>
    private static readonly ErrorCode FileUnusable = new("file.unusable", ErrorKind.InvalidInput, "Check the path and its rights.");

    private const int WidthOfFiles = 400;

    private IAnsiConsole? _console;

    public static Option<bool> JsonOption { get; } = new("--json") { Description = "One JSON document on standard output." };

    public static Option<bool> QuietOption { get; } = new("--quiet", "-q") { Description = "Results and errors only." };

    /// <summary>The language people read in: Chinese when the environment says so.</summary>
    public static bool Chinese { get; } =
        (Environment.GetEnvironmentVariable("LC_ALL") ?? Environment.GetEnvironmentVariable("LANG") ?? "").StartsWith("zh", StringComparison.OrdinalIgnoreCase);

    /// <summary>For people. Standard error when a script reads standard output.</summary>
    public IAnsiConsole Console => _console ??= CreateConsole();

    public static Output Of(ParseResult parsed) => new(parsed.GetValue(JsonOption), parsed.GetValue(QuietOption));

    /// <summary>Runs a verb: failures become one line each of what, and of what to do next, and an exit code.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, Func<Output, Task<int>> verb)
    {
        var output = Of(parsed);
        try
        {
            return await verb(output);
        }
        catch (CollabException e)
        {
            return output.Fail(e.ToFault());
        }
        catch (OperationCanceledException)
        {
            await System.Console.Error.WriteLineAsync("stopped.");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return output.Fail(new Fault(FileUnusable.Name, FileUnusable.Kind, null, null, e.Message, FileUnusable.Next));
        }
    }

    /// <summary>Reports a failure and returns its exit code.</summary>
    public int Fail(Fault fault)
    {
        if (Json) Document(new { Error = new ErrorView(fault.Code, fault.Party?.Name, fault.Step?.Name, fault.Message, fault.Next) });
        var where = string.Join(", ", new[] { fault.Party?.Name, fault.Step?.Name }.Where(w => w is not null));
        System.Console.Error.WriteLine($"error: {fault.Code}{(where.Length > 0 ? $" ({where})" : "")}: {Message(fault.Code, fault.Message)}");
        System.Console.Error.WriteLine($"next:  {Next(fault.Code, fault.Next)}");
        return (int)fault.Kind;
    }

    /// <summary>A failure's message; before it what its code means in Chinese, when that is the language people read in.</summary>
    public static string Message(string code, string english) => Chinese && ErrorWords.FindChinese(code) is { } words ? words.Means + english : english;

    /// <summary>What to do about a failure, in the language people read in where there are words for its code.</summary>
    public static string Next(string code, string english) => Chinese && ErrorWords.FindChinese(code) is { } words ? words.Next : english;

    /// <summary>The one document for a script.</summary>
    public void Document(object document) =>
        System.Console.Out.WriteLine(JsonSerializer.Serialize(document, document.GetType(), OperatorJson.Options));

    /// <summary>The document for a script, or lines for a person.</summary>
    public int Answer(object document, Action<IAnsiConsole> show)
    {
        if (Json) Document(document);
        else show(Console);
        return ExitCode.Done;
    }

    /// <summary>A line of progress for a person; nothing when quiet.</summary>
    public void Say(string markup)
    {
        if (!Quiet) Console.MarkupLine(markup);
    }

    // Colours and a terminal's width only on a terminal: in a file or a pipe a path must stay in one piece.
    private IAnsiConsole CreateConsole()
    {
        var redirected = Json ? System.Console.IsErrorRedirected : System.Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Json ? System.Console.Error : System.Console.Out),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected) console.Profile.Width = WidthOfFiles;
        return console;
    }

    public static string Text(TextView text) => Chinese ? text.Zh : text.En;
}

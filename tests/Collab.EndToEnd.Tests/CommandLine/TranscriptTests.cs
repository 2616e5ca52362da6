using System.Text.RegularExpressions;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>
/// Runs the transcripts: a line "> collab ..." and then exactly what the program prints. <c>…</c> stands for any text of a line, and a
/// line of <c>…</c> alone for any lines. <c>[exit N]</c> ends a command that does not end with 0.
/// </summary>
public sealed partial class TranscriptTests
{
    private const string Prompt = "> collab ";

    public static TheoryData<string> Transcripts =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "transcripts"), "*.txt").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Transcripts))]
    public async Task A_transcript_is_what_the_program_prints(string name)
    {
        using var folder = new TemporaryFolder();
        var source = Path.Combine(AppContext.BaseDirectory, "transcripts");
        foreach (var file in Directory.GetFiles(source, "*.yaml")) File.Copy(file, folder[Path.GetFileName(file)]);
        var commands = (await File.ReadAllTextAsync(Path.Combine(source, name), TestContext.Current.CancellationToken))
            .Split('\n').Aggregate(new List<List<string>>(), (all, line) =>
            {
                if (line.StartsWith(Prompt, StringComparison.Ordinal)) all.Add([]);
                all[^1].Add(line);
                return all;
            });
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var arguments = command[0][Prompt.Length..].Split(' ').Select(a => a.EndsWith(".yaml", StringComparison.Ordinal) ? folder[a] : a).ToArray();
            var run = await CollabProgram.RunAsync(arguments);
            var printed = (run.Output + run.Errors).Replace(folder.FullName + "/", "", StringComparison.Ordinal) + (run.ExitCode == 0 ? "" : $"[exit {run.ExitCode}]\n");
            var expected = string.Join('\n', command.Skip(1).Select(line => line.TrimEnd()));
            Assert.True(Matches(expected, printed), $"{command[0]}\nexpected:\n{expected}\nprinted:\n{printed}");
        }
    }

    private static bool Matches(string expected, string printed)
    {
        var pattern = Regex.Escape(Lines().Replace(expected, "").Trim()).Replace("…", "[^\n]*", StringComparison.Ordinal);
        return Regex.IsMatch(Lines().Replace(printed, "").Trim(), $"^{pattern}$");
    }

    // Spaces at the end of lines are nobody's matter.
    [GeneratedRegex("[ \t]+(?=\n|$)")]
    private static partial Regex Lines();
}

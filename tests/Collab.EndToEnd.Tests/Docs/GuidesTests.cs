using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Docs;

/// <summary>What README and the guides tell their readers to type is typed, and prints what they say (tests/guides/run.py).</summary>
public sealed partial class GuidesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(14);

    private static string Root { get; } = RootOf();

    public static TheoryData<string> Pages => [.. PagesWithCommands()];

    public static TheoryData<string> AllPages => [.. PagesOfGuides()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_prints_what_it_says(string page)
    {
        var (exit, said) = await RunAsync(page, "--collab", CollabProgram.Executable);
        TestContext.Current.TestOutputHelper?.WriteLine(said); // blocks that are not run, with their reasons; how long each command took
        Assert.True(exit == 0, said);
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public void A_link_within_the_repository_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var links = Link().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(m => m.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(folder, link)), link));
    }

    [Fact]
    public void Every_kind_of_job_has_a_page()
    {
        using var schema = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "protocols", "specs", "job.schema.json")));
        var kinds = schema.RootElement.GetProperty("properties").GetProperty("kind").GetProperty("enum").EnumerateArray().Select(kind => kind.GetString()!);
        Assert.All(kinds, kind => Assert.True(File.Exists(Path.Combine(Root, "protocols", "guides", "jobs", $"{kind}.md")), kind));
    }

    private static IEnumerable<string> PagesOfGuides() => Directory.EnumerateFiles(Path.Combine(Root, "protocols", "guides"), "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file)).Append("README.md").Order(StringComparer.Ordinal);

    // Tables and prose alone: the index, the measured figures, the generated list of errors, what is protected, the capacity page.
    private static IEnumerable<string> PagesWithCommands() => PagesOfGuides().Where(page =>
        Path.GetFileName(page) is not ("errors.md" or "errors.zh.md" or "measured.md" or "security.md" or "security.zh.md" or "capacity.md") && page != "protocols/guides/README.md");

    private static async Task<(int Exit, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Root, "tests", "guides", "run.py"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limited = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limited.Token);
        return (process.ExitCode, await output + await errors);
    }

    private static string RootOf([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}

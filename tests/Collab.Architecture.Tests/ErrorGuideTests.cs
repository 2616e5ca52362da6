using System.Globalization;
using System.Text;
using Collab.Primitives;

namespace Collab.Architecture.Tests;

/// <summary>
/// The reference of error codes is made from the code. After a change:
/// <c>COLLAB_WRITE_ERROR_GUIDE=1 dotnet test tests/Collab.Architecture.Tests -c Release</c> writes the page anew.
/// </summary>
public class ErrorGuideTests
{
    private const string Page = "protocols/guides/errors.md", Families = "protocols/specs/errors.md", Switch = "COLLAB_WRITE_ERROR_GUIDE";

    [Fact]
    public void The_committed_page_is_what_the_code_says()
    {
        var path = Path.Combine(Repository.Root, Page);
        var made = Make();
        if (Environment.GetEnvironmentVariable(Switch) == "1") File.WriteAllText(path, made);
        Assert.Equal(made, File.ReadAllText(path));
    }

    [Fact]
    public void A_code_has_a_docstring_that_says_what_it_means() => // of several fields with one code, one has to
        Assert.Empty(DeclaredCode.All.GroupBy(declared => declared.Code.Name).Where(group => group.All(declared => declared.Meaning.Length == 0)).Select(group => group.Key));

    private static string Make()
    {
        var about = Repository.TableRows(Families).Where(cells => cells.Length == 2 && !cells[0].Contains('.')).DistinctBy(cells => cells[0]).ToDictionary(cells => cells[0], cells => cells[1]);
        var page = new StringBuilder(
            """
            # Error codes

            Made from the code by `tests/Collab.Architecture.Tests` (`ErrorGuideTests`); not written by hand. A failure is told as

            ```text
            error: CODE (PARTY, STEP): what the rule is, never the data
            next:  what to do
            ```

            with an exit code of its kind, and with `--json` as `error` with the same fields. All parties of a run report the same. What codes are, and the kinds: [errors](../specs/errors.md).


            """);
        foreach (var family in DeclaredCode.All.GroupBy(declared => declared.Code.Name[..declared.Code.Name.IndexOf('.')]).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"## {family.Key}\n\n");
            if (about.TryGetValue(family.Key, out var text)) page.Append(CultureInfo.InvariantCulture, $"About: {text}.\n\n");
            page.Append("| code | means | exit | what to do next | from |\n| --- | --- | --- | --- | --- |\n");
            foreach (var code in family.GroupBy(declared => declared.Code.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                var told = code.MaxBy(declared => declared.Meaning.Length > 0)!;
                var from = string.Join(", ", code.Select(declared => $"{declared.Project} (`{declared.Field.DeclaringType!.Name}`)").Distinct().Order(StringComparer.Ordinal));
                page.Append(CultureInfo.InvariantCulture, $"| `{code.Key}` | {Cell(told.Meaning)} | {(int)told.Code.Kind} {KindOf(told.Code.Kind)} | {Cell(told.Code.Next)} | {from} |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd() + "\n";
    }

    private static string KindOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => "invalid input",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

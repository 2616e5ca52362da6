using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Architecture.Tests;

/// <summary>
/// The reference of error codes is made from the code. After a change:
/// <c>COLLAB_WRITE_ERROR_GUIDE=1 dotnet test tests/Collab.Architecture.Tests -c Release</c> writes the page anew.
/// </summary>
public partial class ErrorGuideTests
{
    private const string Page = "protocols/guides/errors.md", ChinesePage = "protocols/guides/errors.zh.md", Families = "protocols/specs/errors.md", Switch = "COLLAB_WRITE_ERROR_GUIDE";

    [Fact]
    public void The_committed_page_is_what_the_code_says() => Compare(Page, Make());

    [Fact]
    public void The_committed_Chinese_page_is_what_the_words_say() => Compare(ChinesePage, MakeChinese());

    [Fact]
    public void Every_code_has_Chinese_words_that_name_the_same_commands()
    {
        Assert.Equal(DeclaredCode.All.Select(declared => declared.Code.Name).Distinct().Order(StringComparer.Ordinal), ErrorWords.Codes.Order(StringComparer.Ordinal));
        foreach (var declared in DeclaredCode.All.DistinctBy(declared => declared.Code.Name))
        {
            var (means, next) = ErrorWords.FindChinese(declared.Code.Name)!.Value;
            Assert.All([means, next], text => Assert.Matches("\\p{IsCJKUnifiedIdeographs}.*。$|collab consortium join", text));
            Assert.All(Named().Matches(declared.Code.Next).Select(match => match.Groups[1].Value), named => Assert.True(next.Contains(named, StringComparison.Ordinal), $"{declared.Code.Name}: {named}"));
        }
    }

    [Fact]
    public void A_code_has_a_docstring_that_says_what_it_means() => // of several fields with one code, one has to
        Assert.Empty(DeclaredCode.All.GroupBy(declared => declared.Code.Name).Where(group => group.All(declared => declared.Meaning.Length == 0)).Select(group => group.Key));

    private static void Compare(string page, string made)
    {
        var path = Path.Combine(Repository.Root, page);
        if (Environment.GetEnvironmentVariable(Switch) == "1") File.WriteAllText(path, made);
        Assert.Equal(made, File.ReadAllText(path));
    }

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

    private static string MakeChinese()
    {
        var page = new StringBuilder(
            """
            # 错误代码

            由 `tests/Collab.Architecture.Tests`（`ErrorGuideTests`）生成，非手写；文字在 `src/Collab.Wire/Operator/errors.zh.txt`。中文环境下（`LANG=zh_CN.UTF-8` 或控制台选择中文），失败以此说明含义与下一步，
            其后附英文消息。英文页：[errors](errors.md)。

            | 代码 | 含义 | 下一步 |
            | --- | --- | --- |

            """);
        foreach (var code in ErrorWords.Codes.Order(StringComparer.Ordinal))
        {
            var (means, next) = ErrorWords.FindChinese(code)!.Value;
            page.Append(CultureInfo.InvariantCulture, $"| `{code}` | {means} | {next} |\n");
        }

        return page.ToString();
    }

    private static string KindOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => "invalid input",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    // A command, an option or a file in single quotes.
    [GeneratedRegex("'((?:collab [a-z]|[a-z-]+: [a-z]|--)[^']*|[a-z]+\\.(?:md|yaml))'")]
    private static partial Regex Named();
}

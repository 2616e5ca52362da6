using System.Text.RegularExpressions;
using Collab.Primitives;

namespace Collab.Architecture.Tests;

public partial class ErrorCodeTests
{
    private const string Page = "protocols/specs/errors.md";

    [Fact]
    public void The_page_lists_every_code_of_the_assemblies_here()
    {
        var listed = Listed();
        Assert.All(Declared(), code => Assert.True(
            listed.TryGetValue(code.Name, out var kind) && kind == code.Kind.ToString(), $"{Page} lacks: | {code.Name} | {code.Kind} |"));
    }

    [Fact]
    public void The_page_lists_no_code_that_an_assembly_here_should_have_and_has_not()
    {
        var declared = Declared().Select(code => code.Name).ToHashSet();
        var families = declared.Select(Family).ToHashSet();
        Assert.All(Listed().Keys.Where(name => families.Contains(Family(name))), name => Assert.Contains(name, declared));
    }

    [Fact]
    public void A_name_has_one_meaning() => // a family may refer to another's code, which is then the same
        Assert.Empty(Declared().Distinct().GroupBy(code => code.Name).Where(group => group.Count() > 1).Select(group => group.Key));

    [Fact]
    public void A_code_has_a_family_a_reason_and_a_next_step() => Assert.All(Declared(), code =>
    {
        Assert.Matches(Name(), code.Name);
        Assert.True(Enum.IsDefined(code.Kind));
        Assert.EndsWith(".", code.Next);
    });

    [Fact]
    public void The_page_is_sorted_and_explains_every_family()
    {
        var names = Repository.TableRows(Page).Where(cells => cells.Length == 2 && Name().IsMatch(cells[0])).Select(cells => cells[0]).ToList();
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        var families = Repository.TableRows(Page).Where(cells => cells.Length == 2 && !cells[0].Contains('.')).Select(cells => cells[0]);
        Assert.Subset(families.ToHashSet(), names.Select(Family).ToHashSet());
    }

    [Fact]
    public void The_page_names_every_kind_with_its_exit_code()
    {
        var rows = Repository.TableRows(Page).Where(cells => cells.Length == 3).ToDictionary(cells => cells[0], cells => cells[1]);
        Assert.All(Enum.GetValues<ErrorKind>(), kind => Assert.Equal(((int)kind).ToString(), rows[kind.ToString()]));
    }

    private static Dictionary<string, string> Listed() => (
        from cells in Repository.TableRows(Page)
        where cells.Length == 2 && Name().IsMatch(cells[0])
        select cells).ToDictionary(cells => cells[0], cells => cells[1]);

    private static List<ErrorCode> Declared() => [.. DeclaredCode.All.Select(declared => declared.Code)];

    private static string Family(string name) => name[..name.IndexOf('.')];

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\.[a-z0-9-]{1,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

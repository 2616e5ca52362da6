using System.Xml.Linq;

namespace Collab.Architecture.Tests;

public class ProjectReferenceTests
{
    private const string Page = "protocols/architecture.md";
    private const string Ground = "Collab.Primitives";

    [Fact]
    public void The_page_lists_exactly_the_projects_of_src() =>
        Assert.Equal(Projects().Keys.Order(), Allowed().Keys.Order());

    [Fact]
    public void Each_project_references_exactly_what_the_page_says()
    {
        var allowed = Allowed();
        Assert.All(Projects(), project => Assert.Equal(
            allowed[project.Key].Where(name => name != Ground).Order(),
            project.Value.Where(name => name != Ground).Order()));
    }

    [Fact]
    public void No_project_references_itself_through_others()
    {
        var references = Projects();
        var settled = new HashSet<string>();
        while (references.Keys.FirstOrDefault(p => !settled.Contains(p) && references[p].All(settled.Contains)) is { } next) settled.Add(next);
        Assert.Equal(references.Keys.Order(), settled.Order());
    }

    private static Dictionary<string, string[]> Allowed() => (
        from cells in Repository.TableRows(Page)
        where cells.Length == 4 && cells[1].StartsWith("Collab.", StringComparison.Ordinal)
        select cells).ToDictionary(
            cells => cells[1],
            cells => cells[3] == "–" ? [] : cells[3].Split(',', StringSplitOptions.TrimEntries).Select(name => $"Collab.{name}").ToArray());

    private static Dictionary<string, string[]> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => XDocument.Load(file).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToArray());
}

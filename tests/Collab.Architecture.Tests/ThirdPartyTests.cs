using System.Text.Json;

namespace Collab.Architecture.Tests;

/// <summary>What of others is in the program is listed with its licence, in the version that is locked.</summary>
public class ThirdPartyTests
{
    private const string Page = "protocols/third-party.md";

    [Fact]
    public void The_page_lists_what_the_program_is_built_from_and_nothing_else()
    {
        var listed = Repository.TableRows(Page).Skip(2).ToList();
        Assert.Equal(Locked().Order(StringComparer.OrdinalIgnoreCase), listed.Select(row => $"{row[0]} {row[1]}"));
        Assert.All(listed, row => Assert.True(row is [_, _, { Length: > 0 }, { Length: > 0 }], $"{row[0]} has no licence or no copyright"));
    }

    private static IEnumerable<string> Locked()
    {
        foreach (var framework in Read("src/Collab.Cli/packages.lock.json").GetProperty("dependencies").EnumerateObject())
        {
            foreach (var package in framework.Value.EnumerateObject().Where(package => package.Value.GetProperty("type").GetString() != "Project"))
                yield return $"{package.Name} {package.Value.GetProperty("resolved").GetString()}";
        }

        const string modules = "node_modules/";
        foreach (var module in Read("src/Collab.Console/package-lock.json").GetProperty("packages").EnumerateObject().Where(module => module.Name.StartsWith(modules, StringComparison.Ordinal)))
            yield return $"{module.Name[modules.Length..]} {module.Value.GetProperty("version").GetString()}";
    }

    private static JsonElement Read(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Repository.Root, file)));
}

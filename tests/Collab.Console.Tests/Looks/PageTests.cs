using Collab.Console.Tests.Support;
using Collab.Primitives;

namespace Collab.Console.Tests.Looks;

/// <summary>Each page, in both languages, light and dark, on a screen and on a tablet: photographed for people, and held against what a machine can tell.</summary>
public sealed class PageTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    public static TheoryData<string> Settings => [.. from dark in (bool[])[false, true] from language in (string[])["en", "zh"] select $"{(dark ? "dark" : "light")} {language}"];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Every_page_can_be_read_by_everybody_and_scrolls_only_downwards(string setting)
    {
        var (dark, language) = (setting.StartsWith("dark", StringComparison.Ordinal), setting[^2..]);
        var story = await Consortium.StoryAsync();
        var wrong = new List<string>();
        var visitors = new Dictionary<PartyId, Visitor>();
        foreach (var (name, party, address) in Pages.All(story))
        {
            if (!visitors.TryGetValue(party, out var visitor))
                visitors[party] = visitor = await SignedInAsync(await Pages.EverybodyAsync(Consortium, party), new Screen(Dark: dark, Language: language));
            await LookAsync(visitor, name, address, setting, wrong);
        }

        await LookAsync(visitors[ConsoleConsortium.Registry], "not-there", "/no-such-page", setting, wrong);
        var outside = await BrowserAsync(ConsoleConsortium.Registry, new Screen(Dark: dark, Language: language));
        await LookAsync(outside, "sign-in", "/sign-in", setting, wrong);
        await LookAsync(outside, "enrol", await Consortium.InviteAsync(ConsoleConsortium.Registry, $"looker-{setting.Replace(' ', '-')}", "researcher"), setting, wrong);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task LookAsync(Visitor visitor, string name, string address, string setting, List<string> wrong)
    {
        await visitor.Page.SetViewportSizeAsync(1440, 900);
        var answer = await visitor.GoAsync(address);
        if (answer.Status != (name == "not-there" ? 404 : 200)) wrong.Add($"{name} ({setting}): {answer.Status}");
        await visitor.Page.WaitForLoadStateAsync();
        await visitor.ShootAsync("pages", $"{name}-1440-{setting}");
        wrong.AddRange((await Accessibility.WrongAsync(visitor.Page)).Select(w => $"{name} ({setting}): {w}"));
        await visitor.Page.SetViewportSizeAsync(820, 1180);
        await visitor.ShootAsync("pages", $"{name}-820-{setting}");
        wrong.AddRange((await Accessibility.WrongAsync(visitor.Page)).Select(w => $"{name} at 820 ({setting}): {w}"));
    }
}

using Collab.Console.Tests.Support;

namespace Collab.Console.Tests.Looks;

/// <summary>Another party's node is stopped: every page says so, none waits for it, and all is well when it is back.</summary>
public sealed class SilentPartyTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    private const string Said = "lakeview does not answer.";

    [Fact]
    public async Task Every_page_says_which_party_does_not_answer_until_it_is_back()
    {
        var story = await Consortium.StoryAsync();
        var visitor = await SignedInAsync(await Pages.EverybodyAsync(Consortium, ConsoleConsortium.Registry));
        await Consortium.Local.ForgetAsync(ConsoleConsortium.Lakeview);
        try
        {
            await UntilAsync(visitor, said: true);
            foreach (var (name, _, address) in Pages.All(story).Where(page => page.Party == ConsoleConsortium.Registry))
            {
                await visitor.GoAsync(address); // within the limit of a page
                Assert.Equal(1, await visitor.Page.GetByRole(Microsoft.Playwright.AriaRole.Status).Filter(new() { HasText = Said }).CountAsync());
                Assert.Empty(await Accessibility.WrongAsync(visitor.Page));
                if (name is "home" or "datasets" or "members") await visitor.ShootAsync("silent", name);
            }
        }
        finally
        {
            await Consortium.Local.StartAsync(TestContext.Current.CancellationToken);
        }

        await UntilAsync(visitor, said: false);
    }

    private static async Task UntilAsync(Visitor visitor, bool said)
    {
        using var limited = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(1), limited.Token);
            await visitor.GoAsync("/");
        }
        while (await visitor.Page.GetByText(Said).CountAsync() > 0 != said);
    }
}

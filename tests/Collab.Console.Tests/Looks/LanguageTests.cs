using Collab.Console.Tests.Support;

namespace Collab.Console.Tests.Looks;

public sealed class LanguageTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task The_browsers_language_counts_until_the_person_chooses_one()
    {
        var door = await BrowserAsync(ConsoleConsortium.Registry, new Screen(Language: "zh"));
        await door.GoAsync("/sign-in");
        Assert.Equal(("zh-CN", "登录"), await LanguageAsync(door));

        var person = await Consortium.PersonAsync(ConsoleConsortium.Registry, "bilingual", "researcher");
        var browser = await SignedInAsync(person);
        await browser.GoAsync("/me");
        Assert.Equal("en", (await LanguageAsync(browser)).Lang);
        await browser.Page.Locator("[name=language]").SelectOptionAsync("zh");
        await browser.Page.Locator("form:has([name=language]) button").ClickAsync();
        await browser.Page.WaitForLoadStateAsync();
        await browser.GoAsync("/");
        Assert.Equal(("zh-CN", "待办事项"), await LanguageAsync(browser));
        Assert.Contains("数据集", await browser.Page.Locator("nav").First.InnerTextAsync(), StringComparison.Ordinal);

        await browser.GoAsync("/jobs/000000000000");
        var told = await browser.Page.Locator("[role=alert]").InnerTextAsync();
        Assert.Contains("本节点不知道该作业。", told, StringComparison.Ordinal);
        Assert.Contains("'collab job list'", told, StringComparison.Ordinal);
        Assert.Contains("registry", told, StringComparison.Ordinal); // the message itself, which names what it is about
        await browser.ShootAsync("language", "failure");

        var elsewhere = await BrowserAsync(ConsoleConsortium.Registry); // in English, until it knows who it is
        await elsewhere.GoAsync("/sign-in");
        Assert.Equal("en", (await LanguageAsync(elsewhere)).Lang);
        await elsewhere.SignInAsync(person);
        Assert.Equal(("zh-CN", "待办事项"), await LanguageAsync(elsewhere));
    }

    private static async Task<(string Lang, string Heading)> LanguageAsync(Visitor browser) =>
        ((await browser.Page.Locator("html").GetAttributeAsync("lang"))!, await browser.Page.Locator("h1").InnerTextAsync());
}

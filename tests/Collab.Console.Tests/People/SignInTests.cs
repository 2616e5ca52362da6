using Collab.Console.Tests.Support;

namespace Collab.Console.Tests.People;

public sealed class SignInTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task A_one_time_link_enrols_once_with_a_password_and_a_second_factor()
    {
        var link = await Consortium.InviteAsync(ConsoleConsortium.Riverside, "once", "owner");
        var first = await BrowserAsync(ConsoleConsortium.Riverside);
        await first.GoAsync(link);
        await Enrolling.FillAsync(first, "short", "short", "000000");
        Assert.Equal(0, await first.Page.Locator(".codes li").CountAsync());
        await first.GoAsync(link);
        await Enrolling.FillAsync(first, Enrolling.Password, Enrolling.Password, "000000"); // one in 333,333 that this is the code
        await first.Page.Locator("[role=alert]").WaitForAsync();
        var person = await Enrolling.EnrolAsync(first, ConsoleConsortium.Riverside, "once", link);
        Assert.True(person.RecoveryCodes.Count >= 8 && person.RecoveryCodes.Distinct().Count() == person.RecoveryCodes.Count);

        var second = await BrowserAsync(ConsoleConsortium.Riverside);
        await second.GoAsync(link);
        await second.Page.Locator("[role=alert]").WaitForAsync();
        Assert.Equal(0, await second.Page.Locator("input[type=password]").CountAsync());

        await second.SignInAsync(person);
        Assert.Equal("/", second.Path);
        Assert.Contains("once", await second.Page.Locator("header").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_counts_once_and_a_recovery_code_counts_once()
    {
        var person = await Consortium.PersonAsync(ConsoleConsortium.Riverside, "codes", "owner");
        var first = await BrowserAsync(ConsoleConsortium.Riverside);
        await first.SignInAsync(person);
        Assert.Equal("/", first.Path);

        var second = await BrowserAsync(ConsoleConsortium.Riverside);
        await second.SignInAsync(person, code: person.UsedCode);
        await second.Page.Locator("[role=alert]").WaitForAsync();
        await second.SignInAsync(person, code: person.RecoveryCodes[0]);
        Assert.Equal("/", second.Path);

        var third = await BrowserAsync(ConsoleConsortium.Riverside);
        await third.SignInAsync(person, code: person.RecoveryCodes[0]);
        await third.Page.Locator("[role=alert]").WaitForAsync();
        Assert.Equal("/sign-in", third.Path);
    }

    [Fact]
    public async Task Signing_out_in_one_tab_ends_the_other_and_signing_in_again_leads_back()
    {
        var person = await Consortium.PersonAsync(ConsoleConsortium.Riverside, "tabs", "owner", "operator");
        var browser = await BrowserAsync(ConsoleConsortium.Riverside);
        await browser.SignInAsync(person);
        var other = await browser.Context.NewPageAsync();
        await other.GotoAsync("/members");
        Assert.Equal("/members", new Uri(other.Url).AbsolutePath);
        var cookie = (await browser.Context.CookiesAsync()).Single(c => c.Name.Contains("session", StringComparison.Ordinal));
        Assert.True(cookie is { HttpOnly: true, Secure: true } && cookie.SameSite == Microsoft.Playwright.SameSiteAttribute.Strict);

        await browser.PressAsync("Sign out");
        await browser.Page.WaitForURLAsync("**/sign-in");
        await other.ReloadAsync();
        Assert.Equal("/sign-in", new Uri(other.Url).AbsolutePath);
        Assert.Contains("return=", other.Url, StringComparison.Ordinal);

        // The cookie that somebody kept is of no use either.
        await browser.Context.AddCookiesAsync([new() { Name = cookie.Name, Value = cookie.Value, Url = Consortium.ConsoleOf(person.Party).ToString(), Secure = true, HttpOnly = true }]);
        await other.ReloadAsync();
        Assert.Equal("/sign-in", new Uri(other.Url).AbsolutePath);

        await other.Locator("#name").FillAsync(person.Name);
        await other.Locator("#password").FillAsync(person.Password);
        await other.Locator("#code").FillAsync(await person.CodeAsync());
        await other.Locator("main form button").ClickAsync();
        await other.WaitForURLAsync("**/members");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task The_way_back_leads_to_no_other_host(string elsewhere)
    {
        var person = await Consortium.PersonAsync(ConsoleConsortium.Riverside, "back", "owner");
        var browser = await BrowserAsync(ConsoleConsortium.Riverside);
        await browser.GoAsync($"/sign-in?return={Uri.EscapeDataString(elsewhere)}");
        await browser.SignInAsync(person);
        Assert.Equal($"{Consortium.ConsoleOf(person.Party)}", browser.Page.Url);
    }
}

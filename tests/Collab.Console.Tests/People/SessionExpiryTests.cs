using Collab.Console.SignIn;
using Collab.Console.Tests.Support;

namespace Collab.Console.Tests.People;

/// <summary>What depends on time: the console's clock is moved, the browser and the node are real.</summary>
public sealed class SessionExpiryTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_the_page_comes_back_after_signing_in()
    {
        await using var console = await ClockedConsole.StartAsync(Consortium);
        var (browser, person, secret) = await EnterAsync(console);
        for (var i = 0; i < 3; i++)
        {
            console.Clock.Advance(SessionLimits.Standard.Idle - TimeSpan.FromSeconds(1)); // each look begins the time anew
            await browser.GoAsync("/members");
            Assert.Equal("/members", browser.Path);
        }

        console.Clock.Advance(SessionLimits.Standard.Idle);
        await browser.GoAsync("/members");
        Assert.Equal("/sign-in", browser.Path);
        await browser.SignInAsync(person, code: console.NextCode(secret));
        Assert.Equal("/members", browser.Path);
    }

    [Fact]
    public async Task A_session_ends_after_its_time_however_busy_it_is()
    {
        var step = TimeSpan.FromMinutes(20);
        await using var console = await ClockedConsole.StartAsync(Consortium);
        var (browser, _, _) = await EnterAsync(console);
        for (var passed = TimeSpan.Zero; passed < SessionLimits.Standard.Absolute; passed += step)
        {
            await browser.GoAsync("/me");
            Assert.Equal("/me", browser.Path);
            console.Clock.Advance(step);
        }

        await browser.GoAsync("/me");
        Assert.Equal("/sign-in", browser.Path);
    }

    [Fact]
    public async Task A_link_that_nobody_followed_for_a_day_is_dead()
    {
        await using var console = await ClockedConsole.StartAsync(Consortium);
        var browser = Keep(await Visitor.OpenAsync(Consortium.Chromium.Browser, console.Address, new Screen()));
        var link = console.Invite("late", "researcher");
        await browser.GoAsync(link);
        Assert.Equal(2, await browser.Page.Locator("input[type=password]").CountAsync());
        console.Clock.Advance(TimeSpan.FromHours(24));
        await browser.GoAsync(link);
        await browser.Page.Locator("[role=alert]").WaitForAsync();
        Assert.Equal(0, await browser.Page.Locator("input[type=password]").CountAsync());
    }

    private async Task<(Visitor Browser, Person Person, string Secret)> EnterAsync(ClockedConsole console)
    {
        var browser = Keep(await Visitor.OpenAsync(Consortium.Chromium.Browser, console.Address, new Screen()));
        var (person, secret) = await console.EnrolAsync(browser, "early-bird", "researcher");
        await browser.SignInAsync(person, code: console.NextCode(secret));
        Assert.Equal("/", browser.Path);
        return (browser, person, secret);
    }
}

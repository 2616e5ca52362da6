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
    public async Task What_was_wrong_at_the_door_is_not_told_and_too_many_tries_must_wait()
    {
        await using var console = await ClockedConsole.StartAsync(Consortium);
        var door = Keep(await Visitor.OpenAsync(Consortium.Chromium.Browser, console.Address, new Screen()));
        var (person, secret) = await console.EnrolAsync(door, "locked", "researcher");
        var nobody = new Person(ClockedConsole.Party, "nobody-of-this-name", Enrolling.Password, secret);
        List<string> answers =
        [
            await RefusedAsync(door, person, "not the password at all", console.NextCode(secret)),
            await RefusedAsync(door, person, person.Password, "00000x"),
            await RefusedAsync(door, nobody, nobody.Password, console.NextCode(secret)),
        ];
        Assert.Single(answers.Distinct());

        var free = 0;
        while (!(await RefusedAsync(door, person, "a guess among many", console.NextCode(secret))).Contains("sign-in.wait", StringComparison.Ordinal))
        {
            free++;
            Assert.True(free <= 20, "Nobody stops the guessing.");
        }

        // The right password and code, from a browser that never tried before.
        var elsewhere = Keep(await Visitor.OpenAsync(Consortium.Chromium.Browser, console.Address, new Screen()));
        Assert.Contains("sign-in.wait", await RefusedAsync(elsewhere, person, person.Password, Totp.Code(secret, Totp.Step(console.Clock.GetUtcNow()))), StringComparison.Ordinal);
        console.Clock.Advance(TimeSpan.FromMinutes(16)); // the longest wait is 15
        await elsewhere.SignInAsync(person, code: console.NextCode(secret));
        Assert.Equal("/", elsewhere.Path);
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

    private static async Task<string> RefusedAsync(Visitor door, Person person, string password, string code)
    {
        await door.SignInAsync(person, password, code);
        Assert.Equal("/sign-in", door.Path);
        return await door.Page.Locator("[role=alert]").InnerTextAsync();
    }
}

using Collab.Console.Tests.Support;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console.Tests.Looks;

/// <summary>The console without a mouse and without scripts.</summary>
public sealed class WithoutTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task An_owner_approves_with_the_keyboard_alone_and_always_sees_the_focus()
    {
        var job = await ProposedAsync("by-keyboard");
        var owner = await Consortium.PersonAsync(ConsoleConsortium.Riverside, "keys", "owner");
        var browser = await BrowserAsync(ConsoleConsortium.Riverside);
        await browser.GoAsync("/sign-in");
        await TypeAsync("Name", owner.Name);
        await TypeAsync("Password", owner.Password);
        await TypeAsync("Code", await owner.CodeAsync());
        await Keyboard.EnterAsync(browser); // in a field: the form's own button
        await browser.Page.WaitForURLAsync(address => new Uri(address).AbsolutePath == "/");

        await browser.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await browser.Page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await browser.Page.Keyboard.PressAsync("Enter");
        await Keyboard.TabToAsync(browser, job[..8]);
        await Keyboard.EnterAsync(browser);
        await browser.Page.WaitForURLAsync(address => new Uri(address).AbsolutePath == $"/approvals/{job}");
        await Keyboard.TabToAsync(browser, "Approve");
        await Keyboard.EnterAsync(browser);
        await AssertApprovedAsync(job, ConsoleConsortium.Riverside);

        async Task TypeAsync(string label, string text)
        {
            await Keyboard.TabToAsync(browser, label);
            await browser.Page.Keyboard.TypeAsync(text);
        }
    }

    [Fact]
    public async Task Signing_in_approving_and_reading_a_result_work_without_scripts()
    {
        var story = await Consortium.StoryAsync();
        var job = await ProposedAsync("without-scripts");
        var owner = await Consortium.PersonAsync(ConsoleConsortium.Lakeview, "plain-owner", "owner");
        var browser = await BrowserAsync(ConsoleConsortium.Lakeview, new Screen(Scripts: false));
        await browser.SignInAsync(owner);
        Assert.Equal("/", browser.Path);
        await browser.Page.Locator($"main a[href='/approvals/{job}']").ClickAsync();
        await browser.PressAsync("Approve");
        await browser.Page.WaitForLoadStateAsync();
        await AssertApprovedAsync(job, ConsoleConsortium.Lakeview);

        var reader = await Consortium.PersonAsync(ConsoleConsortium.Registry, "plain-reader", "researcher");
        var result = await BrowserAsync(ConsoleConsortium.Registry, new Screen(Scripts: false));
        await result.SignInAsync(reader);
        await result.GoAsync($"/jobs/{story.Committed}/result");
        Assert.Contains("log-rank", (await result.Page.Locator("main").InnerTextAsync()).ToLowerInvariant(), StringComparison.Ordinal);
        Assert.True(await result.Page.Locator("main table tbody tr").CountAsync() >= 10);
    }

    private async Task<string> ProposedAsync(string purpose)
    {
        await Consortium.StoryAsync();
        var job = await Story.SubmitAsync(Consortium, Story.Study(purpose));
        foreach (var owner in (PartyId[])[ConsoleConsortium.Riverside, ConsoleConsortium.Lakeview]) await Story.OnceKnownAsync(Consortium, owner, Verbs.ShowJob, job);
        return job;
    }

    private async Task AssertApprovedAsync(string job, PartyId by)
    {
        var view = await Consortium.OperatorOf(by).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(job), CancellationToken.None);
        Assert.Equal("proposed", view.State); // the other hospital has not
        Assert.DoesNotContain(by.Name, view.Missing!);
    }
}

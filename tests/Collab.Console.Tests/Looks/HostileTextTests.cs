using System.Text;
using Collab.Console.Tests.Support;
using Microsoft.Playwright;

namespace Collab.Console.Tests.Looks;

/// <summary>Names and texts that a careless page would run: those that a node accepts, and those that somebody types, posts or puts into an address.</summary>
public sealed class HostileTextTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    private const string Hostile = Story.HostileText;

    [Fact]
    public async Task Names_of_columns_and_datasets_are_shown_as_they_are()
    {
        await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Pages.EverybodyAsync(Consortium, ConsoleConsortium.Registry));
        await browser.GoAsync("/datasets");
        Assert.Contains(Story.HostileColumn, await TextAsync(browser), StringComparison.Ordinal);
        await AssertHarmlessAsync(browser);
        var other = await SignedInAsync(await Pages.EverybodyAsync(Consortium, ConsoleConsortium.Riverside)); // it came over the wire
        await other.GoAsync("/datasets");
        Assert.Contains(Story.HostileColumn, await TextAsync(other), StringComparison.Ordinal);
        await AssertHarmlessAsync(other);
    }

    [Fact]
    public async Task What_an_address_says_is_never_markup()
    {
        var story = await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Pages.EverybodyAsync(Consortium, ConsoleConsortium.Registry));
        var text = Uri.EscapeDataString(Hostile);
        foreach (var address in (string[])
        [
            $"/jobs?page={text}&state={text}&kind={text}&q={text}&text={text}", $"/audit?q={text}&text={text}&party={text}&from={text}&page={text}", $"/datasets?q={text}&party={text}",
            $"/jobs/{text}", $"/jobs/{text}/result", $"/jobs/new/{text}", $"/audit/{text}", $"/{text}", $"/problem/{text}", $"/jobs/{story.Committed}?run={text}", $"/enrol?token={text}",
            $"/supervision?q={text}&page={text}", $"/journal?page={text}&q={text}", $"/jobs/new/analysis?from={text}&party={text}&add={text}", $"/datasets/new?name={text}&path={text}",
        ])
        {
            var answer = await browser.GoAsync(address);
            Assert.True(answer.Status is 200 or 400 or 404, $"{address}: {answer.Status}");
            await AssertHarmlessAsync(browser);
        }
    }

    [Fact]
    public async Task What_is_typed_into_any_field_comes_back_as_text()
    {
        await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Pages.EverybodyAsync(Consortium, ConsoleConsortium.Registry));
        foreach (var address in (string[])["/datasets/new", "/jobs/new/analysis", "/people"])
        {
            await browser.GoAsync(address);
            Assert.True(await FillEverythingAsync(browser) > 0, $"{address} has no field");
            await AssertHarmlessAsync(browser);
        }

        var door = await BrowserAsync(ConsoleConsortium.Registry);
        await door.GoAsync("/sign-in");
        await door.Page.Locator("#name").FillAsync(Hostile);
        await door.Page.Locator("#password").FillAsync(Hostile);
        await door.Page.Locator("#code").FillAsync(Hostile);
        await door.Page.Locator("main form button").ClickAsync();
        await door.Page.Locator("[role=alert]").WaitForAsync();
        Assert.Equal(Hostile, await door.Page.Locator("#name").InputValueAsync());
        await AssertHarmlessAsync(door);
    }

    [Fact]
    public async Task A_file_with_a_hostile_name_is_refused_by_its_name_as_text()
    {
        await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Pages.EverybodyAsync(Consortium, ConsoleConsortium.Registry));
        await browser.GoAsync("/audit/verify");
        var file = new FilePayload { Name = "<img src=x onerror=alert(3)>.evidence", MimeType = "application/octet-stream", Buffer = Encoding.UTF8.GetBytes(Hostile) };
        await browser.Page.Locator("main input[type=file]").First.SetInputFilesAsync(file);
        await browser.Page.Locator("main form button").First.ClickAsync();
        await browser.Page.WaitForLoadStateAsync();
        await AssertHarmlessAsync(browser);
        Assert.DoesNotContain("verified", (await TextAsync(browser)).Split('\n'), StringComparer.OrdinalIgnoreCase);
    }

    // Every field of the page's own form that takes text, past what the browser itself would refuse; then sent. How many there were.
    private static async Task<int> FillEverythingAsync(Visitor browser)
    {
        var filled = await browser.Page.EvaluateAsync<int>(
            """
            text => {
                const forms = [...document.querySelectorAll('main form')];
                forms.forEach(form => form.noValidate = true);
                const fields = forms.flatMap(form => [...form.querySelectorAll('input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=file]), textarea')]);
                fields.forEach(field => { field.type = field.tagName === 'INPUT' ? 'text' : field.type; field.value = text; });
                return fields.length;
            }
            """, Hostile);
        if (filled > 0)
        {
            await browser.Page.Locator("main form button:not([formnovalidate])").Last.ClickAsync();
            await browser.Page.WaitForLoadStateAsync();
        }

        return filled;
    }

    private static Task<string> TextAsync(Visitor browser) => browser.Page.EvaluateAsync<string>("() => document.querySelector('main').textContent");

    private static async Task AssertHarmlessAsync(Visitor browser)
    {
        Assert.Equal(0, await browser.Page.Locator("#injected, img[src=x], [onerror], script:not([src])").CountAsync());
        Assert.Empty(browser.Wrong);
    }
}

using Collab.Console.Tests.Support;
using Microsoft.Playwright;

namespace Collab.Console.Tests.Looks;

/// <summary>A person without a mouse.</summary>
internal static class Keyboard
{
    private const int Most = 200;

    private const string Focused = """
        () => {
            const e = document.activeElement;
            if (!e || e === document.body || e === document.documentElement) return ['', 'nowhere'];
            const style = getComputedStyle(e), box = e.getBoundingClientRect();
            const words = (e.labels?.[0]?.textContent ?? e.getAttribute('aria-label') ?? e.textContent ?? '').trim().replace(/\s+/g, ' ');
            if (box.width === 0 || box.height === 0) return [words, 'focus on what is not visible'];
            if (box.bottom < 0 || box.top > innerHeight) return [words, 'focus outside of the window'];
            const shown = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
            return [words, shown ? '' : `focus is not to be seen on ${e.outerHTML.slice(0, 100)}`];
        }
        """;

    /// <summary>Presses Tab until what has these words has the focus; on the way every focus must be visible and none may be lost.</summary>
    public static async Task TabToAsync(Visitor browser, string words)
    {
        var way = new List<string>();
        for (var i = 0; i < Most; i++)
        {
            await browser.Page.Keyboard.PressAsync("Tab");
            var focused = await browser.Page.EvaluateAsync<string[]>(Focused);
            way.Add(focused[0]);
            Assert.True(focused[1] == "", $"After {string.Join(" > ", way)}: {focused[1]}");
            if (focused[0].StartsWith(words, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"No way to '{words}' by Tab: {string.Join(" > ", way.Distinct())}");
    }

    /// <summary>Presses Enter and waits for the page that it leads to.</summary>
    public static async Task EnterAsync(Visitor browser)
    {
        await browser.Page.RunAndWaitForResponseAsync(
            () => browser.Page.Keyboard.PressAsync("Enter"), answer => answer.Request.IsNavigationRequest && answer.Request.Frame.ParentFrame is null);
        await browser.Page.WaitForLoadStateAsync(LoadState.Load);
    }
}

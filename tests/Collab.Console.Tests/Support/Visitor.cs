using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Collab.Console.Tests.Support;

/// <summary>How a person's browser is set.</summary>
internal sealed record Screen(int Width = 1440, int Height = 900, bool Dark = false, string Language = "en", bool Scripts = true);

/// <summary>One browser with its own cookies at one console. All that must not happen on any page is noted and asserted at the end of the test.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly Uri _origin;

    private Visitor(IBrowserContext context, Uri origin) => (Context, _origin) = (context, origin);

    public IBrowserContext Context { get; }

    /// <summary>The first tab.</summary>
    public IPage Page { get; private set; } = null!;

    /// <summary>What must not happen and did: a request that left the console's origin, a dialog, a violated policy, an error of a script.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Opens a browser.</summary>
    /// <param name="browser">The browser that runs.</param>
    /// <param name="origin">The console.</param>
    /// <param name="screen">How it is set.</param>
    /// <param name="kept">Cookies of an open session, or null.</param>
    public static async Task<Visitor> OpenAsync(IBrowser browser, Uri origin, Screen screen, string? kept = null)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = origin.ToString(),
            ViewportSize = new ViewportSize { Width = screen.Width, Height = screen.Height },
            ColorScheme = screen.Dark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = screen.Language == "zh" ? "zh-CN" : "en-US",
            JavaScriptEnabled = screen.Scripts,
            StorageState = kept,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        var visitor = new Visitor(context, origin);
        context.Request += (_, request) => visitor.Note(!visitor.IsOwn(request.Url), $"left the console: {request.Url}");
        context.Dialog += (_, dialog) =>
        {
            visitor.Note(true, $"a dialog opened: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        context.WebError += (_, error) => visitor.Note(true, $"an error of a script: {error.Error}");
        context.Console += (_, message) => visitor.Note(
            message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal), $"the browser's console: {message.Text}");
        visitor.Page = await context.NewPageAsync();
        return visitor;
    }

    /// <summary>Goes to an address of the console.</summary>
    public async Task<IResponse> GoAsync(string address) => (await Page.GotoAsync(address))!;

    /// <summary>Fills a field by the label that is on the page.</summary>
    public Task FillAsync(string label, string value) => Page.GetByLabel(label, new PageGetByLabelOptions { Exact = true }).FillAsync(value);

    /// <summary>Presses a button by its words.</summary>
    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).ClickAsync();

    /// <summary>Follows a link by its words.</summary>
    public Task FollowAsync(string link) => Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = link, Exact = true }).First.ClickAsync();

    /// <summary>The path that the tab is at.</summary>
    public string Path => new Uri(Page.Url).AbsolutePath;

    /// <summary>Signs in, as a person does, on the page that is shown or else at the door.</summary>
    public async Task SignInAsync(Person person, string? password = null, string? code = null)
    {
        if (Path != "/sign-in") await GoAsync("/sign-in");
        await Page.Locator("#name").FillAsync(person.Name);
        await Page.Locator("#password").FillAsync(password ?? person.Password);
        await Page.Locator("#code").FillAsync(code ?? await person.CodeAsync());
        await LoadAsync(() => Page.Locator("main form button").ClickAsync());
    }

    /// <summary>Does what leads to a page and returns when that page is there; without this a slow answer is mistaken for the page before.</summary>
    public async Task LoadAsync(Func<Task> act)
    {
        var loaded = new TaskCompletionSource();
        void Loaded(object? sender, IPage page) => loaded.TrySetResult();
        Page.Load += Loaded;
        try
        {
            await act();
            await loaded.Task.WaitAsync(PageLimit);
        }
        finally
        {
            Page.Load -= Loaded;
        }
    }

    /// <summary>All of the page, for people to look at.</summary>
    public Task ShootAsync(params string[] name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Artefacts.File([.. name[..^1], $"{name[^1]}.png"]), FullPage = true, Animations = ScreenshotAnimations.Disabled });

    /// <summary>Pictures and text of every tab, when a test has failed.</summary>
    public async Task KeepAsync(string test)
    {
        foreach (var (page, i) in Context.Pages.Select((page, i) => (page, i)))
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Artefacts.File("failed", $"{test}-{i}.png"), FullPage = true });
            await File.WriteAllTextAsync(Artefacts.File("failed", $"{test}-{i}.html"), $"<!-- {page.Url} -->\n{await page.ContentAsync()}");
        }
    }

    public ValueTask DisposeAsync() => Context.DisposeAsync();

    private bool IsOwn(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.GetLeftPart(UriPartial.Authority) == _origin.GetLeftPart(UriPartial.Authority) || address.Scheme is "data" or "blob" or "about");

    private void Note(bool happened, string what)
    {
        if (happened) _wrong.Enqueue(what);
    }
}

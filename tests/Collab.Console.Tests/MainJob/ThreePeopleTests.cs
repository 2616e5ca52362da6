using Collab.Console.Tests.Support;
using Collab.Primitives;
using Microsoft.Playwright;

namespace Collab.Console.Tests.MainJob;

/// <summary>The main job from question to proof, clicked by a researcher at the registry, the owners at two hospitals, and an auditor at one of them.</summary>
public sealed class ThreePeopleTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task A_study_is_asked_granted_run_read_and_proven()
    {
        await Consortium.StoryAsync(); // the datasets are there, and a study was granted before
        var researcher = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Registry, "main-researcher", "researcher"));
        var job = await AskAsync(researcher);
        Assert.Contains("It waits for", await TextAsync(researcher), StringComparison.Ordinal);

        foreach (var party in (PartyId[])[ConsoleConsortium.Riverside, ConsoleConsortium.Lakeview])
            await GrantAsync(await SignedInAsync(await Consortium.PersonAsync(party, "main-owner", "owner")), job);

        var over = await Story.SettledAsync(Consortium, job);
        Assert.True(over.State == "committed", $"{over.State}: {over.Error?.Code}");
        await ReadAsync(researcher, job);

        await Story.SettledAsync(Consortium, job, ConsoleConsortium.Riverside);
        await ProveAsync(await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Riverside, "main-auditor", "auditor")), job);
    }

    // From the question on the first page to a job that waits; the form and the text say the same, and beside them stands what it does.
    private static async Task<string> AskAsync(Visitor researcher)
    {
        await researcher.GoAsync("/jobs/new");
        await researcher.LoadAsync(() => researcher.Page.Locator("main a.start[href='/jobs/new/analysis']").First.ClickAsync());
        await researcher.Page.Locator("#yaml").FillAsync(Story.Study("main-study"));
        await researcher.LoadAsync(() => researcher.PressAsync("Fill the form from it"));
        Assert.Equal("riverside", await researcher.Page.Locator("[name='parties[0].name']").InputValueAsync());
        Assert.Equal("main-study", await researcher.Page.Locator("[name='purpose']").InputValueAsync());
        await researcher.LoadAsync(() => researcher.Page.Locator("#explain button[value=explain]").ClickAsync());
        Assert.Contains("random shares of its totals, never a row", await researcher.Page.Locator("#explain").InnerTextAsync(), StringComparison.Ordinal);
        await researcher.ShootAsync("main-job", "1-asked");
        await researcher.LoadAsync(() => researcher.PressAsync("Submit"));
        Assert.StartsWith("/jobs/", researcher.Path, StringComparison.Ordinal);
        return researcher.Path["/jobs/".Length..];
    }

    // The owner's home leads to the approval, which says what differs from the grant before it: the purpose and nothing else.
    private async Task GrantAsync(Visitor owner, string job)
    {
        await Story.OnceKnownAsync(Consortium, ConsoleConsortium.Riverside, Wire.Operator.Verbs.ShowJob, job);
        await Story.OnceKnownAsync(Consortium, ConsoleConsortium.Lakeview, Wire.Operator.Verbs.ShowJob, job);
        await owner.GoAsync("/");
        await owner.LoadAsync(() => owner.Page.Locator($"main a[href='/approvals/{job}']").First.ClickAsync());
        var text = await TextAsync(owner);
        Assert.Contains("One field differs from what was granted", text, StringComparison.Ordinal);
        Assert.Equal("main-study", await owner.Page.Locator("main ins").InnerTextAsync());
        await owner.ShootAsync("main-job", $"2-approval-{new Uri(owner.Page.Url).Port}");
        await owner.LoadAsync(() => owner.PressAsync("Approve"));
        Assert.Contains("Your party granted the job.", await TextAsync(owner), StringComparison.Ordinal);
    }

    private static async Task ReadAsync(Visitor researcher, string job)
    {
        await researcher.GoAsync($"/jobs/{job}");
        Assert.Contains("committed", await TextAsync(researcher), StringComparison.Ordinal);
        Assert.True(await researcher.Page.Locator("table.steps tbody tr").CountAsync() >= 10, "ten steps, with what passed with each party");
        await researcher.ShootAsync("main-job", "3-run");
        await researcher.LoadAsync(() => researcher.Page.Locator($"main a[href='/jobs/{job}/result']").First.ClickAsync());
        await researcher.Page.Locator("figure .canvas svg").First.WaitForAsync(); // the histogram
        Assert.Equal(2, await researcher.Page.Locator("figure .canvas svg").CountAsync()); // and the survival curves
        var download = await researcher.Page.RunAndWaitForDownloadAsync(() => researcher.Page.Locator("main a", new PageLocatorOptions { HasText = "CSV" }).First.ClickAsync());
        Assert.StartsWith("analysis,", await File.ReadAllTextAsync(await download.PathAsync()), StringComparison.Ordinal);
        await researcher.ShootAsync("main-job", "4-result");
    }

    // One click verifies; what is downloaded is accepted by the command line, which knows no node, and refused with one byte changed.
    private async Task ProveAsync(Visitor auditor, string job)
    {
        await auditor.GoAsync("/audit");
        await auditor.LoadAsync(() => auditor.Page.Locator($"main a[href='/audit/{job}']").First.ClickAsync());
        await auditor.LoadAsync(() => auditor.PressAsync("Verify this run"));
        var text = await TextAsync(auditor);
        Assert.Contains("2 owners granted exactly this plan before the run was opened", text, StringComparison.Ordinal);
        Assert.DoesNotContain("does not hold", text, StringComparison.Ordinal);
        await auditor.ShootAsync("main-job", "5-verified");
        var download = await auditor.Page.RunAndWaitForDownloadAsync(() => auditor.FollowAsync("Download its evidence"));
        var bundle = await File.ReadAllBytesAsync(await download.PathAsync());
        Assert.Equal(0, await VerifyAsync(bundle));
        bundle[bundle.Length / 2] ^= 1;
        Assert.Equal(5, await VerifyAsync(bundle));
    }

    private async Task<int> VerifyAsync(byte[] bundle)
    {
        var file = Consortium.Write("downloaded.evidence", "");
        await File.WriteAllBytesAsync(file, bundle);
        return (await ConsoleConsortium.RunAsync(["audit", "verify", file, "--trust", Consortium.Local.TrustFile])).ExitCode;
    }

    private static Task<string> TextAsync(Visitor browser) => browser.Page.Locator("main").InnerTextAsync();
}

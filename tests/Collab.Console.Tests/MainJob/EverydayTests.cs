using System.Globalization;
using Collab.Console.People;
using Collab.Console.Tests.Support;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.Playwright;

namespace Collab.Console.Tests.MainJob;

/// <summary>What people of a consortium click beside the main job: a file of theirs, a vote, an endorsement, a question that is still being typed.</summary>
public sealed class EverydayTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task A_file_of_several_pieces_is_copied_checked_and_registered()
    {
        const int rows = 200_000; // some three pieces
        var owner = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Lakeview, "everyday-owner", PersonRoles.Owner));
        var file = Consortium.Write("mine/visits.csv", "id,cost\n" + string.Concat(Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"P{i:D7},{i % 977}\n"))));
        await owner.GoAsync("/datasets/new");
        await owner.Page.Locator("#file").SetInputFilesAsync(file);
        await owner.FillAsync("Key columns to look at", "id");
        await owner.LoadAsync(() => owner.PressAsync("Check"));
        var report = await owner.Page.Locator("#report").InnerTextAsync();
        Assert.Contains("200,000", report, StringComparison.Ordinal);
        Assert.Contains("No problem was found.", report, StringComparison.Ordinal);
        await owner.ShootAsync("everyday", "checked");
        await owner.FillAsync("Name", "visits");
        await owner.LoadAsync(() => owner.PressAsync("Register"));
        Assert.Contains("'visits' is registered", await TextAsync(owner), StringComparison.Ordinal);
        Assert.Contains((await OffersAsync()).Datasets, dataset => dataset is { Owner: "lakeview", Name: "visits" });

        async Task<DatasetsView> OffersAsync() => await Consortium.OperatorOf(ConsoleConsortium.Registry).CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), CancellationToken.None);
    }

    [Fact]
    public async Task Two_operators_pause_the_consortium_and_end_the_pause()
    {
        var opener = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Registry, "everyday-operator", PersonRoles.Operator));
        var voter = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Riverside, "everyday-operator", PersonRoles.Operator));
        const string paused = "The consortium is paused";
        foreach (var (change, isPaused) in ((string, bool)[])[("pause", true), ("resume", false)])
        {
            await opener.GoAsync("/members");
            await opener.Page.Locator("[name=change]").SelectOptionAsync(change);
            await opener.LoadAsync(() => opener.PressAsync("Open"));
            var vote = voter.Page.GetByRole(AriaRole.Button, new() { Name = "Vote for it" });
            await UntilAsync(voter, "/members", async () => await vote.CountAsync() == 1);
            await voter.LoadAsync(() => vote.ClickAsync());
            foreach (var visitor in (Visitor[])[voter, opener])
                await UntilAsync(visitor, "/members", async () => (await TextAsync(visitor)).Contains(paused, StringComparison.Ordinal) == isPaused);
            if (isPaused) await opener.ShootAsync("everyday", "paused");
        }
    }

    [Theory]
    [InlineData("endorse")]
    [InlineData("refuse")]
    public async Task A_supervisor_answers_a_job_that_needs_its_party_and_everybody_reads_what(string answer)
    {
        await Consortium.StoryAsync(); // the datasets are there
        var job = await Story.SubmitAsync(Consortium, $$"""
            kind: intersection
            purpose: {{answer}}-this
            parties:
              - { name: riverside, dataset: patients, key: [id] }
              - { name: registry, dataset: events, key: [id] }
            receivers: [registry]
            endorsers: { of: [lakeview], at-least: 1 }
            expires: 2h
            """);
        await Story.OnceKnownAsync(Consortium, ConsoleConsortium.Lakeview, Verbs.ShowJob, job);
        var supervisor = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Lakeview, "everyday-supervisor", PersonRoles.Supervisor));
        await supervisor.GoAsync("/supervision");
        var asked = supervisor.Page.Locator("article", new() { HasText = job[..12] });
        await supervisor.ShootAsync("everyday", $"asked-to-{answer}");
        if (answer == "refuse") await asked.GetByLabel("Reason of a refusal (a code)").FillAsync("not-ethical");
        await supervisor.LoadAsync(() => asked.GetByRole(AriaRole.Button, new() { Name = answer == "endorse" ? "Endorse" : "Refuse" }).ClickAsync());
        Assert.Equal(0, await asked.CountAsync());

        var researcher = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Registry, "main-researcher", PersonRoles.Researcher));
        var said = researcher.Page.Locator("tr", new() { HasText = "lakeview" }).Filter(new() { HasText = answer == "endorse" ? "agreed" : "not-ethical" });
        await UntilAsync(researcher, $"/jobs/{job}", async () => await said.CountAsync() > 0);
    }

    [Fact]
    public async Task A_researcher_takes_a_job_back_and_no_owner_need_look_at_it()
    {
        await Consortium.StoryAsync(); // the datasets are there
        var job = await Story.SubmitAsync(Consortium, """
            kind: intersection
            purpose: asked-by-mistake
            parties:
              - { name: riverside, dataset: patients, key: [id] }
              - { name: registry, dataset: events, key: [id] }
            receivers: [registry]
            expires: 2h
            """);
        await Story.OnceKnownAsync(Consortium, ConsoleConsortium.Riverside, Verbs.ShowJob, job);
        var owner = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Riverside, "main-owner", PersonRoles.Owner));
        ILocator Asked(string state) => owner.Page.Locator("tr", new() { HasText = "asked-by-mistake" }).Filter(new() { HasText = state });
        await UntilAsync(owner, "/approvals", async () => await Asked("proposed").CountAsync() > 0);

        var researcher = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Registry, "main-researcher", PersonRoles.Researcher));
        await researcher.GoAsync($"/jobs/{job}");
        await researcher.ShootAsync("everyday", "may-be-taken-back");
        await researcher.LoadAsync(() => researcher.PressAsync("Take the job back"));
        Assert.Contains("job.withdrawn", await TextAsync(researcher), StringComparison.Ordinal);
        Assert.Equal(0, await researcher.Page.GetByRole(AriaRole.Button, new() { Name = "Take the job back" }).CountAsync());
        await researcher.ShootAsync("everyday", "taken-back");
        await UntilAsync(owner, "/approvals", async () => await Asked("closed").CountAsync() > 0);
    }

    [Fact]
    public async Task What_is_typed_while_an_explanation_is_on_its_way_stays_and_is_explained()
    {
        await Consortium.StoryAsync();
        var researcher = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Registry, "main-researcher", PersonRoles.Researcher));
        await researcher.GoAsync("/jobs/new/analysis");
        await researcher.Page.Locator("#yaml").FillAsync(Story.Study("typed-study"));
        await Assertions.Expect(researcher.Page.Locator("[name='parties[0].name']")).ToHaveValueAsync("riverside"); // by itself, as all that follows
        await Assertions.Expect(researcher.Page.Locator("#explain")).ToContainTextAsync("a histogram of bmi");

        await researcher.Page.RouteAsync("**/jobs/new/analysis", async route =>
        {
            await Task.Delay(1500);
            await route.ContinueAsync();
        });
        await researcher.Page.Locator("[name='parameters.analyses[1].test']").SelectOptionAsync("correlation"); // asks at once for other fields
        await researcher.Page.Locator("[name=purpose]").PressAsync("End");
        await researcher.Page.Locator("[name=purpose]").PressSequentiallyAsync("-of-mine", new() { Delay = 100 });
        await researcher.Page.Locator("[name='parameters.analyses[1].x']").WaitForAsync();
        await Assertions.Expect(researcher.Page.Locator("[name=purpose]")).ToHaveValueAsync("typed-study-of-mine");
        await Assertions.Expect(researcher.Page.Locator("#yaml")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("purpose: typed-study-of-mine"));
        await Assertions.Expect(researcher.Page.Locator("#fields .wrong:has([name='parameters.analyses[1].x'])")).ToContainTextAsync("is missing"); // a fault is said at its field, too
        await researcher.Page.UnrouteAllAsync(new() { Behavior = UnrouteBehavior.Wait });

        var unheard = researcher.Page.Locator("#unheard");
        await Assertions.Expect(unheard).ToBeHiddenAsync();
        await researcher.Page.RouteAsync("**/jobs/new/analysis", route => route.AbortAsync("connectionrefused")); // as when its node has stopped
        await researcher.Page.Locator("[name=purpose]").PressAsync("End");
        await researcher.Page.Locator("[name=purpose]").PressSequentiallyAsync("-again");
        await Assertions.Expect(unheard).ToBeVisibleAsync();
        await researcher.ShootAsync("everyday", "node-stopped-while-typing");
        await researcher.Page.UnrouteAllAsync(new() { Behavior = UnrouteBehavior.Wait });
        await researcher.Page.Locator("[name=purpose]").PressSequentiallyAsync("st");
        await Assertions.Expect(unheard).ToBeHiddenAsync();
        await Assertions.Expect(researcher.Page.Locator("[name=purpose]")).ToHaveValueAsync("typed-study-of-mine-against");
    }

    // Other parties' nodes are told within a moment; the page is asked for anew until it shows it.
    private static async Task UntilAsync(Visitor visitor, string address, Func<Task<bool>> holds)
    {
        using var limited = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        do
        {
            await visitor.GoAsync(address);
            if (await holds()) return;
            await Task.Delay(500, limited.Token);
        }
        while (true);
    }

    private static Task<string> TextAsync(Visitor visitor) => visitor.Page.Locator("main").InnerTextAsync();
}

using Collab.Console.People;
using Collab.Console.Tests.Support;
using Collab.Wire.Operator;

namespace Collab.Console.Tests.People;

/// <summary>Each role tries what it may not: it gets a page that says why, and at the node nothing has happened.</summary>
public sealed class RoleTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    private const string All = "researcher owner auditor supervisor operator";

    // Address and who may see it; {job} is a job that waits for this party's approval, {done} one that is over.
    private static readonly (string Address, string Roles)[] Rights =
    [
        ("/", All), ("/me", All), ("/datasets", All), ("/jobs", All), ("/jobs/{job}", All), ("/members", All),
        ("/datasets/new", "owner"), ("/jobs/new", "researcher"), ("/jobs/new/analysis", "researcher"), ("/jobs/{done}/result", "researcher"),
        ("/approvals", "owner"), ("/approvals/{job}", "owner"),
        ("/audit", "auditor"), ("/audit/verify", "auditor"), ("/audit/{done}", "auditor"),
        ("/supervision", "supervisor"), ("/people", "operator"), ("/journal", "operator auditor"),
    ];

    public static TheoryData<string> Roles => [.. PersonRoles.All];

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_sees_its_pages_and_is_told_why_it_does_not_see_the_others(string role)
    {
        var story = await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Riverside, $"only-{role}", role));
        var wrong = new List<string>();
        foreach (var (address, roles) in Rights)
        {
            var may = roles.Split(' ').Contains(role);
            var answer = await browser.GoAsync(address.Replace("{job}", story.Waiting, StringComparison.Ordinal).Replace("{done}", story.Committed, StringComparison.Ordinal));
            if (answer.Status != (may ? 200 : 403)) wrong.Add($"{address}: {answer.Status}");
            if (!may && !(await browser.Page.Locator("main").InnerTextAsync()).Contains("It is for:", StringComparison.Ordinal)) wrong.Add($"{address}: does not say for whom it is");
            if (!may && (await browser.Page.Locator("main").InnerTextAsync()).Length < 40) wrong.Add($"{address}: does not say why");
            if (!may && await browser.Page.Locator("main form").CountAsync() > 0) wrong.Add($"{address}: a form is there");
        }

        await browser.GoAsync("/");
        var links = await browser.Page.Locator("nav a").EvaluateAllAsync<string[]>("links => links.map(l => new URL(l.href).pathname)");
        wrong.AddRange(links.Where(link => !Rights.Single(r => r.Address == link).Roles.Split(' ').Contains(role)).Select(link => $"leads to {link}, which it may not see"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_form_that_is_posted_by_hand_changes_nothing_without_the_role(string role)
    {
        var story = await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Riverside, $"only-{role}", role));
        if (role != PersonRoles.Owner)
        {
            foreach (var act in (string[])["approve", "reject", "revoke"])
                Assert.Equal(403, await PostAsync(browser, $"/approvals/{story.Waiting}", new() { ["_handler"] = act, ["reason"] = "posted-by-hand" }));
            Assert.Equal(403, await PostAsync(browser, "/datasets/new", new() { ["_handler"] = "add", ["name"] = "by-hand", ["path"] = "/etc/passwd" }));
        }

        if (role != PersonRoles.Researcher) Assert.Equal(403, await PostAsync(browser, "/jobs/new/analysis", new() { ["_handler"] = "submit", ["purpose"] = "posted-by-hand" }));
        if (role != PersonRoles.Operator) Assert.Equal(403, await PostAsync(browser, "/people", new() { ["_handler"] = "add", ["name"] = "by-hand", ["roles"] = "operator" }));

        var job = await Consortium.OperatorOf(ConsoleConsortium.Riverside).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(story.Waiting), CancellationToken.None);
        Assert.Equal("proposed", job.State);
        Assert.Equal(["lakeview", "riverside"], job.Missing!.Order());
        var jobs = await Consortium.OperatorOf(ConsoleConsortium.Riverside).CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), CancellationToken.None);
        Assert.DoesNotContain(jobs.Jobs, j => j.Purpose == "posted-by-hand");
        var people = await ConsoleConsortium.RunAsync(["console", "person", "list", "--home", Consortium.Local.HomeOf(ConsoleConsortium.Riverside).Folder, "--json"]);
        Assert.DoesNotContain("by-hand", people.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_and_does_nothing()
    {
        var story = await Consortium.StoryAsync();
        var browser = await SignedInAsync(await Consortium.PersonAsync(ConsoleConsortium.Riverside, "only-owner", "owner"));
        Assert.Equal(400, await PostAsync(browser, $"/approvals/{story.Waiting}", new() { ["_handler"] = "approve" }, token: false));
        Assert.Equal("The form is too old", await browser.Page.Locator("h1").InnerTextAsync());
        Assert.Equal(400, await PostAsync(browser, "/sign-out", [], token: false));
        await browser.GoAsync("/");
        Assert.Equal("/", browser.Path);
        var job = await Consortium.OperatorOf(ConsoleConsortium.Riverside).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(story.Waiting), CancellationToken.None);
        Assert.Equal("proposed", job.State);
    }

    [Fact]
    public async Task Who_is_not_signed_in_sees_the_door_alone()
    {
        var story = await Consortium.StoryAsync();
        var browser = await BrowserAsync(ConsoleConsortium.Riverside);
        foreach (var (address, _) in Rights)
        {
            var path = address.Replace("{job}", story.Waiting, StringComparison.Ordinal).Replace("{done}", story.Committed, StringComparison.Ordinal);
            await browser.GoAsync(path);
            Assert.Equal("/sign-in", browser.Path);
            if (path != "/") Assert.Contains(Uri.EscapeDataString(path), browser.Page.Url, StringComparison.OrdinalIgnoreCase);
        }
    }

    // As somebody would who knows the addresses: from a page of the console, with the token that the sign-out form has.
    private static async Task<int> PostAsync(Visitor browser, string address, Dictionary<string, string> fields, bool token = true)
    {
        await browser.GoAsync("/");
        if (token) fields["form-token"] = await browser.Page.Locator("input[name=form-token]").First.InputValueAsync();
        var answer = await browser.Page.RunAndWaitForResponseAsync(
            () => browser.Page.EvaluateAsync(
                """
                ([address, fields]) => {
                    const form = document.createElement('form');
                    form.method = 'post';
                    form.action = address;
                    for (const [name, value] of Object.entries(fields)) {
                        const field = document.createElement('input');
                        field.name = name;
                        field.value = value;
                        form.append(field);
                    }
                    document.body.append(form);
                    form.submit();
                }
                """, new object[] { address, fields }),
            answer => answer.Request.Method == "POST");
        await browser.Page.WaitForURLAsync($"**{address}"); // the answer is the page now
        return answer.Status;
    }
}

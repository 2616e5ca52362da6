using System.Net;
using Collab.Console.People;
using Collab.Console.SignIn;

namespace Collab.Console.Tests.Hosting;

/// <summary>Sign-in and sessions at the console of a real node, under a clock that is moved.</summary>
public sealed class SessionTests(OneConsole console) : IClassFixture<OneConsole>
{
    [Fact]
    public async Task Name_password_and_code_let_in_once_and_back_to_the_page_that_was_asked_for()
    {
        console.AddPerson("anna", PersonRoles.Owner);
        var code = console.CodeOf("anna");
        var asked = await console.SendAsync(HttpMethod.Get, "/approvals?page=2", null);
        Assert.Equal("/sign-in?return=%2Fapprovals%3Fpage%3D2", asked.Headers.Location!.ToString());

        var let = await console.SignInAsync("anna", code, query: "?return=%2Fapprovals%3Fpage%3D2");
        Assert.Equal("/approvals?page=2", new Uri(new Uri(console.Base), let.Headers.Location!).PathAndQuery);
        var cookie = let.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("__Host-collab-session=", StringComparison.Ordinal));
        Assert.All((string[])["secure", "httponly", "samesite=strict", "path=/"], part => Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(HttpStatusCode.OK, (await console.SendAsync(HttpMethod.Get, "/approvals", OneConsole.CookiesOf(let))).StatusCode);

        var again = await console.SignInAsync("anna", code);
        Assert.Contains(SignInDesk.Wrong.Name, await TextOf(again), StringComparison.Ordinal);
        Assert.Contains(console.Journal.Newest(), entry => entry is { Person: "anna", Act: "sign-in", Outcome: "done" });
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task Nobody_is_led_to_another_host(string address)
    {
        var name = $"led-{Math.Abs(address.GetHashCode(StringComparison.Ordinal))}";
        console.AddPerson(name, PersonRoles.Owner);
        var let = await console.SignInAsync(name, console.CodeOf(name), query: $"?return={Uri.EscapeDataString(address)}");
        Assert.Equal(new Uri(new Uri(console.Base), "/"), new Uri(new Uri(console.Base), let.Headers.Location!));
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer()
    {
        console.AddPerson("bela", PersonRoles.Owner);
        var wrong = await TextOf(await console.SignInAsync("bela", console.CodeOf("bela"), password: "something else altogether"));
        var unknown = await TextOf(await console.SignInAsync("nobody-at-all", "123456"));
        Assert.Contains("Name, password or code is wrong.", wrong, StringComparison.Ordinal);
        Assert.Contains("Name, password or code is wrong.", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_when_it_is_old()
    {
        console.AddPerson("carl", PersonRoles.Owner);
        var idle = console.Open("carl");
        console.Clock.Move(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, await Home(idle));
        console.Clock.Move(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, await Home(idle));
        console.Clock.Move(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Redirect, await Home(idle));

        var busy = console.Open("carl");
        for (var minutes = 0; minutes < 12 * 60; minutes += 20)
        {
            Assert.Equal(HttpStatusCode.OK, await Home(busy));
            console.Clock.Move(TimeSpan.FromMinutes(20));
        }

        Assert.Equal(HttpStatusCode.Redirect, await Home(busy));
    }

    [Fact]
    public async Task Who_is_removed_reset_or_given_other_roles_is_out_at_the_next_request()
    {
        console.AddPerson("dora", PersonRoles.Owner);
        foreach (var change in (Action[])[() => console.People.SetRoles("dora", [PersonRoles.Auditor]), () => console.People.Remove("dora")])
        {
            var session = console.Open("dora");
            Assert.Equal(HttpStatusCode.OK, await Home(session));
            change();
            Assert.Equal(HttpStatusCode.Redirect, await Home(session));
        }
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_a_form_of_another_session_does_nothing()
    {
        console.AddPerson("emil", PersonRoles.Operator);
        console.AddPerson("fine", PersonRoles.Operator);
        var (mine, other) = (console.Open("emil"), console.Open("fine"));
        var page = await console.SendAsync(HttpMethod.Get, "/me", other);
        var foreign = await console.PostAsync("/me", await TextOf(page), $"{mine}; {OneConsole.CookiesOf(page)}", "reading", new() { ["theme"] = "dark" });
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        Assert.Null(console.People.Find("emil")!.Theme);

        var own = await console.SendAsync(HttpMethod.Get, "/me", mine);
        var saved = await console.PostAsync("/me", await TextOf(own), $"{mine}; {OneConsole.CookiesOf(own)}", "reading", new() { ["theme"] = "dark" });
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        Assert.Equal("dark", console.People.Find("emil")!.Theme);
    }

    [Fact]
    public async Task Changing_people_wants_a_fresh_code_and_the_code_may_come_with_the_form()
    {
        console.AddPerson("gita", PersonRoles.Operator);
        var session = console.Open("gita");
        console.Clock.Move(TimeSpan.FromMinutes(16));
        var page = await console.SendAsync(HttpMethod.Get, "/people", session);
        var (text, cookies) = (await TextOf(page), $"{session}; {OneConsole.CookiesOf(page)}");
        Assert.Contains("name=\"fresh-code\"", text, StringComparison.Ordinal);

        var stale = await console.PostAsync("/people", text, cookies, "add", new() { ["name"] = "hugo", ["roles"] = "owner" });
        Assert.Contains(SignInDesk.Confirm.Name, await TextOf(stale), StringComparison.Ordinal);
        Assert.Null(console.People.Find("hugo"));
        var wrong = await console.PostAsync("/people", text, cookies, "add", new() { ["name"] = "hugo", ["roles"] = "owner", ["fresh-code"] = "000000x" });
        Assert.Null(console.People.Find("hugo"));
        Assert.Contains(SignInDesk.Confirm.Name, await TextOf(wrong), StringComparison.Ordinal);

        var fresh = await console.PostAsync("/people", text, cookies, "add", new() { ["name"] = "hugo", ["roles"] = "owner", ["fresh-code"] = console.CodeOf("gita") });
        Assert.Contains("/enrol?token=", await TextOf(fresh), StringComparison.Ordinal);
        Assert.Equal([PersonRoles.Owner], console.People.Find("hugo")!.Roles);
    }

    [Theory]
    [InlineData("not the old one at all", "four loud rivers run", "four loud rivers run", "sign-in.old-password-wrong")]
    [InlineData(OneConsole.Password, "four loud rivers run", "four loud rivers ran", "person.password-weak")]
    [InlineData(OneConsole.Password, "password1234", "password1234", "person.password-weak")]
    [InlineData(OneConsole.Password, OneConsole.Password, OneConsole.Password, "person.password-weak")]
    [InlineData(OneConsole.Password, "four loud rivers run", "four loud rivers run", null)]
    public async Task A_password_is_changed_by_who_knows_it_and_other_sessions_end(string old, string password, string again, string? refused)
    {
        var name = $"jana-{Guid.NewGuid():n}";
        console.AddPerson(name, PersonRoles.Owner);
        var (here, elsewhere) = (console.Open(name), console.Open(name));
        var page = await console.SendAsync(HttpMethod.Get, "/me", here);
        var answer = await TextOf(await console.PostAsync(
            "/me", await TextOf(page), $"{here}; {OneConsole.CookiesOf(page)}", "password", new() { ["old"] = old, ["password"] = password, ["again"] = again }));

        Assert.Equal(HttpStatusCode.OK, await Home(here));
        Assert.Equal(refused is null ? HttpStatusCode.Redirect : HttpStatusCode.OK, await Home(elsewhere));
        if (refused is not null) Assert.Contains(refused, answer, StringComparison.Ordinal);
        var acts = console.Journal.Newest().Where(entry => entry.Person == name).Select(entry => entry.Act);
        Assert.Equal(refused is null, acts.Contains("password.change"));
        Assert.Equal(refused == "sign-in.old-password-wrong", acts.Contains("password.refused"));
        var counts = refused is null ? password : OneConsole.Password;
        Assert.Equal(HttpStatusCode.OK, (await console.SignInAsync(name, console.CodeOf(name), password: "neither of the two")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await console.SignInAsync(name, console.CodeOf(name), password: counts)).StatusCode);
    }

    [Fact]
    public async Task A_password_is_not_changed_without_a_fresh_code_nor_guessed_from_a_session_that_was_left_open()
    {
        console.AddPerson("kira", PersonRoles.Owner);
        var session = console.Open("kira");
        async Task<string> ChangeAsync(string old)
        {
            var page = await console.SendAsync(HttpMethod.Get, "/me", session);
            return await TextOf(await console.PostAsync(
                "/me", await TextOf(page), $"{session}; {OneConsole.CookiesOf(page)}", "password", new() { ["old"] = old, ["password"] = "four loud rivers run", ["again"] = "four loud rivers run" }));
        }

        for (var i = 0; i < 5; i++) Assert.Contains(SignInDesk.OldWrong.Name, await ChangeAsync($"a guess, the {i}th"), StringComparison.Ordinal);
        Assert.Contains(SignInDesk.Wait.Name, await ChangeAsync(OneConsole.Password), StringComparison.Ordinal);
        console.Clock.Move(TimeSpan.FromMinutes(16));
        Assert.Contains(SignInDesk.Confirm.Name, await ChangeAsync(OneConsole.Password), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_browser_says_of_itself_and_what_is_searched_for_is_text()
    {
        const string markup = "<script>alert(1)</script>\"'>";
        console.AddPerson("ines", PersonRoles.Operator);
        var session = console.Open("ines", browser: markup);
        foreach (var path in (string[])["/me", $"/journal?find={Uri.EscapeDataString(markup)}"])
        {
            var page = await TextOf(await console.SendAsync(HttpMethod.Get, path, session));
            Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        }
    }

    private async Task<HttpStatusCode> Home(string session) => (await console.SendAsync(HttpMethod.Get, "/", session)).StatusCode;

    private static Task<string> TextOf(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}

using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Tests.Hosting;

/// <summary>The tables of protocols/specs/console.md against the console of a real node: every cell, and the headers of every answer.</summary>
public sealed class RoutesTests(OneConsole console) : IClassFixture<OneConsole>
{
    private const string Page = "protocols/specs/console.md";

    [Fact]
    public void The_table_lists_the_addresses_that_are_mapped_and_no_others() =>
        Assert.Equal(Mapped().Order(StringComparer.Ordinal), Table().Select(row => row.Route).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Every_role_gets_what_the_table_says_and_nothing_else()
    {
        foreach (var role in PersonRoles.All) console.AddPerson($"only-{role}", role);
        var sessions = PersonRoles.All.ToDictionary(role => role, role => console.Open($"only-{role}"));
        var wrong = new List<string>();
        foreach (var (route, cells) in Table())
        {
            for (var i = 0; i <= PersonRoles.All.Count; i++)
            {
                var role = i < PersonRoles.All.Count ? PersonRoles.All[i] : null;
                var answer = await GetAsync(route, role is null ? null : sessions[role]);
                var outcome = answer.StatusCode switch
                {
                    HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => "–",
                    HttpStatusCode.Redirect when answer.Headers.Location!.ToString().Contains("/sign-in", StringComparison.Ordinal) => "–",
                    >= HttpStatusCode.InternalServerError => "broken",
                    _ => "yes",
                };
                if (outcome != cells[i]) wrong.Add($"{route} for {role ?? "nobody"}: {(int)answer.StatusCode}, the table says {cells[i]}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Every_answer_has_the_headers()
    {
        console.AddPerson("headers", [.. PersonRoles.All]);
        var session = console.Open("headers");
        foreach (var route in Table().Select(row => row.Route).Append("/no-such-page"))
        {
            foreach (var cookies in (string?[])[null, session])
            {
                var answer = await GetAsync(route, cookies);
                Assert.All(SecurityHeaders.All.Where(header => header.Name != "Cache-Control"), header =>
                    Assert.Equal(header.Value, Assert.Single(answer.Headers.GetValues(header.Name))));
                Assert.Equal(route.StartsWith("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-store", Assert.Single(answer.Headers.GetValues("Cache-Control")));
                Assert.False(answer.Headers.Contains("Server"));
            }

            session = console.Open("headers"); // the row of sign-out may have ended it
        }
    }

    [Fact]
    public async Task No_page_has_a_script_or_a_style_of_its_own()
    {
        console.AddPerson("inline", [.. PersonRoles.All]);
        foreach (var (route, _) in Table().Where(row => !IsFile(row.Route)))
        {
            var page = await (await GetAsync(route, console.Open("inline"))).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotMatch("<script(?![^>]* src=\"/assets/)", page);
            Assert.DoesNotMatch("<style|<[^>]* style=|<[^>]* on[a-z]+=|javascript:|https?://(?!www\\.w3\\.org/)", page);
        }
    }

    [Theory]
    [InlineData("/no-such-page", 404, "There is no such page")]
    [InlineData("/jobs?page=%3Cscript%3Ealert(1)%3C/script%3E", 200, "Jobs")]
    [InlineData("/approvals?page=99999999999999999999", 200, "Approvals")]
    [InlineData("/audit?from=yesterday", 200, "Audit")]
    public async Task An_address_that_nobody_gave_has_a_page_that_says_so(string address, int status, string says)
    {
        var person = $"lost-{address.Length}";
        console.AddPerson(person, [.. PersonRoles.All]);
        var answer = await GetAsync(address, console.Open(person));
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((status, true), ((int)answer.StatusCode, page.Contains(says, StringComparison.Ordinal)));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_call_of_the_node_is_allowed_to_the_roles_of_the_table()
    {
        var table = (
            from cells in Rows()
            where cells.Length == 2 && cells[1].StartsWith('`') && cells[1].Contains('.')
            from call in cells[1].Split(',', StringSplitOptions.TrimEntries)
            select (Verb: call.Trim('`', '*', ' '), Roles: cells[0], Binds: call.EndsWith('*'))).ToDictionary(call => call.Verb);
        var verbs = typeof(Verbs).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).Append(Acts.Watch).ToList();
        Assert.Equal(verbs.Order(StringComparer.Ordinal), table.Keys.Order(StringComparer.Ordinal));
        Assert.All(verbs, verb => Assert.Equal(table[verb].Roles, string.Join(", ", Acts.RolesOf(verb))));
        Assert.All(verbs, verb => Assert.Equal(table[verb].Binds, Acts.Binds(verb)));
    }

    // Assets, and reports that are downloaded to stand alone.
    private static bool IsFile(string route) => route.StartsWith("/assets", StringComparison.Ordinal) || route.StartsWith("/audit/export/", StringComparison.Ordinal);

    // What the framework maps for itself has no page of ours behind it.
    private IEnumerable<string> Mapped() => console.Host.Routes.Select(route => $"/{route.RoutePattern.RawText!.TrimStart('/')}")
        .Where(route => !route.StartsWith("/_", StringComparison.Ordinal)).Distinct();

    private Task<HttpResponseMessage> GetAsync(string route, string? cookies)
    {
        var path = route.Replace("/assets/{edition}/{**name}", AssetFiles.AddressOf("base.css"), StringComparison.Ordinal)
            .Replace("{Number:int}", "404", StringComparison.Ordinal).Replace("{Kind}", "intersection", StringComparison.Ordinal);
        path = System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", new string('0', 64));
        var post = console.Host.Routes.Any(mapped => $"/{mapped.RoutePattern.RawText!.TrimStart('/')}" == route
            && mapped.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: ["POST"] });
        return console.SendAsync(post ? HttpMethod.Post : HttpMethod.Get, path, cookies);
    }

    private static List<(string Route, string[] Cells)> Table() =>
        [.. Rows().Where(cells => cells.Length == 7 && cells[0].StartsWith("`/", StringComparison.Ordinal)).Select(cells => (cells[0].Trim('`'), cells[1..]))];

    private static IEnumerable<string[]> Rows() => File.ReadLines(Path.Combine(Root(), Page)).Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries));

    private static string Root([CallerFilePath] string file = "")
    {
        var folder = Path.GetDirectoryName(file)!;
        while (!File.Exists(Path.Combine(folder, "Collab.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

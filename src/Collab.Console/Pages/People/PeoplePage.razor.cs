using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.People;

/// <summary>The people of the party: add, give roles, reset and remove; each act wants a fresh code and is noted.</summary>
public sealed partial class PeoplePage
{
    /// <summary>The request.</summary>
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    private string? Link { get; set; }

    private string? Invited { get; set; }

    private Task ChangeAsync() => Value("reset") is { Length: > 0 } reset
        ? ActAsync("person.reset", reset, () => Invite(reset, Register.Reset(reset)))
        : ActAsync("person.remove", Value("remove"), () => Register.Remove(Value("remove")));

    private Task AddAsync() => ActAsync("person.add", Value("name"), () => Invite(Value("name"), Register.Add(Value("name"), Roles())));

    private Task SetRolesAsync() => ActAsync("person.roles", Value("person"), () => Register.SetRoles(Value("person"), Roles()));

    private Task ActAsync(string act, string subject, Action change) => TryAsync(() =>
    {
        Sessions.RequireConfirmed(Visit.Session!);
        change();
        Journal.Note(Visit.Person!.Name, act, subject);
        return Task.CompletedTask;
    });

    private void Invite(string name, string token) => (Invited, Link) = (name, $"{Navigation.BaseUri}enrol?token={token}");

    private string Value(string field) => Context.Request.Form[field].ToString();

    private string[] Roles() => [.. Context.Request.Form["roles"].OfType<string>()];
}

using Collab.Console.SignIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.Me;

/// <summary>A person's own settings: reading, password, second factor, sessions.</summary>
public sealed partial class MePage
{
    /// <summary>The request.</summary>
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    private SecondFactorOffer? Offer { get; set; }

    private IReadOnlyList<string>? Codes { get; set; }

    private bool Changed { get; set; }

    private string Name => Visit.Person!.Name;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        var brought = HttpMethods.IsPost(Context.Request.Method) ? Context.Request.Form["offer"].ToString() : null;
        Offer = Enrolment.Reopen(brought, Visit.Person!) ?? Enrolment.Offer(Visit.Person!);
    }

    private void SaveReading()
    {
        var (language, theme) = (Value("language"), Value("theme"));
        Register.Update(Name, person => person with
        {
            Language = language is "en" or "zh" ? language : null,
            Theme = theme is "light" or "dark" ? theme : null,
        });
        Navigation.NavigateTo("/me");
    }

    private async Task ChangeAsync() =>
        Changed = await TryAsync(() => Desk.ChangePasswordAsync(Visit.Session!, Value("old"), Value("password"), Value("again"), Context.RequestAborted));

    private Task RenewAsync() => TryAsync(() =>
    {
        Sessions.RequireConfirmed(Visit.Session!);
        Codes = Enrolment.Renew(Name, Offer!, Value("code"));
        Offer = Enrolment.Offer(Visit.Person!);
        return Task.CompletedTask;
    });

    private void EndSession()
    {
        Sessions.End(Name, Value("session"));
        Journal.Note(Name, "session.end", Value("session"));
        Navigation.NavigateTo("/me");
    }

    private string Value(string field) => Context.Request.Form[field].ToString();
}

using Collab.Console.People;
using Collab.Console.SignIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.SignIn;

/// <summary>Where a one-time link leads: the person chooses a password and takes a second factor.</summary>
public sealed partial class EnrolPage
{
    /// <summary>The request.</summary>
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    /// <summary>The link's token.</summary>
    [SupplyParameterFromQuery]
    public string? Token { get; set; }

    /// <summary>The password.</summary>
    [SupplyParameterFromForm]
    public string? Password { get; set; }

    /// <summary>The password again.</summary>
    [SupplyParameterFromForm]
    public string? Again { get; set; }

    /// <summary>The offered second factor, as the form brings it back.</summary>
    [SupplyParameterFromForm(Name = "offer")]
    public string? Sealed { get; set; }

    /// <summary>A code of it.</summary>
    [SupplyParameterFromForm]
    public string? Code { get; set; }

    private Person? Person { get; set; }

    private SecondFactorOffer? Offer { get; set; }

    private IReadOnlyList<string>? Codes { get; set; }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(() =>
    {
        Person = Enrolment.Invited(Token ?? "");
        Offer = Enrolment.Reopen(Sealed, Person) ?? Enrolment.Offer(Person);
        return Task.CompletedTask;
    });

    private Task EnrolAsync() => TryAsync(async () =>
    {
        Failure = null;
        Codes = await Enrolment.EnrolAsync(Token ?? "", Password ?? "", Again ?? "", Offer!, Code ?? "", Context.RequestAborted);
    });
}

using Collab.Console.Hosting;
using Collab.Console.SignIn;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using HttpResults = Microsoft.AspNetCore.Http.Results;

namespace Collab.Console.Pages.SignIn;

/// <summary>Ends the session of this browser.</summary>
internal sealed class SignOut : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sign-out", async (HttpContext context, Visit visit, Sessions sessions, Journal journal, IAntiforgery forms) =>
    {
        if (!await forms.IsRequestValidAsync(context)) return HttpResults.BadRequest();
        sessions.End(visit.Person!.Name, visit.Session!.Id);
        journal.Note(visit.Person.Name, "sign-out", null);
        SessionCookie.Clear(context);
        return HttpResults.Redirect("/sign-in");
    });
}

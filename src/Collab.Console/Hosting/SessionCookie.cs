using System.Security.Claims;
using System.Text.Encodings.Web;
using Collab.Console.SignIn;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Console.Hosting;

/// <summary>Knows a person by the session's cookie. Everything of the session is at the node; the cookie is a random key.</summary>
internal sealed class SessionCookie(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Sessions sessions, Visit visit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "session";

    // The prefix makes browsers refuse it unless it is secure, of this host and for all of it.
    private const string Name = "__Host-collab-session";

    private static readonly CookieOptions Cookie = new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true };

    public static void Set(HttpContext context, string key) => context.Response.Cookies.Append(Name, key, Cookie);

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Cookie);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var found = Request.Cookies.TryGetValue(Name, out var key) && key.Length > 0 ? sessions.Find(key) : null;
        visit.Begin(Context, found);
        if (found is not var (session, person)) return Task.FromResult(AuthenticateResult.NoResult());
        var identity = new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, $"{person.Name}/{session.Id}"), // a form's token is good for one session alone
                new(ClaimTypes.Name, person.Name),
                .. person.Roles.Select(role => new Claim(ClaimTypes.Role, role)),
            ],
            SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // A page leads to the sign-in and back; what a script fetches gets the number.
        if (HttpMethods.IsGet(Request.Method) && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            Response.Redirect($"/sign-in?return={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
        else
            Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}

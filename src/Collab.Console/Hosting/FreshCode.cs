using Collab.Console.SignIn;
using Collab.Primitives;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Console.Hosting;

/// <summary>Refuses a form without this session's token, and takes the code that a form brings along (<c>FreshCodeField</c>) before its page runs, so that no page handles codes itself.</summary>
internal static class FreshCode
{
    public const string Field = "fresh-code";

    public static async Task TakeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false })
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest; // made for another session, by another site, or before the node was started
            return;
        }

        var visit = context.RequestServices.GetRequiredService<Visit>();
        if (visit.Session is { } session && HttpMethods.IsPost(context.Request.Method) && context.Request.HasFormContentType
            && context.Features.Get<IAntiforgeryValidationFeature>()?.IsValid == true)
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            if (form.TryGetValue(Field, out var code) && !string.IsNullOrWhiteSpace(code))
            {
                try
                {
                    context.RequestServices.GetRequiredService<SignInDesk>().ConfirmAgain(session, code.ToString());
                }
                catch (CollabException e)
                {
                    visit.ConfirmationFailure = e;
                }
            }
        }

        await next(context);
    }
}

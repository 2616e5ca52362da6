using Microsoft.AspNetCore.Http;

namespace Collab.Console.Hosting;

/// <summary>What every answer says to the browser (protocols/specs/console.md): nothing from elsewhere, no inline script, no frame, nothing kept.</summary>
internal static class SecurityHeaders
{
    public static IReadOnlyList<(string Name, string Value)> All { get; } =
    [
        ("Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("Cache-Control", "no-store"),
    ];

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            foreach (var (name, value) in All)
            {
                if (name != "Cache-Control" || !headers.CacheControl.ToString().Contains("immutable", StringComparison.Ordinal)) headers[name] = value;
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}

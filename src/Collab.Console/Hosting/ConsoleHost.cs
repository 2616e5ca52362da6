using System.Net;
using Collab.Console.Pages;
using Collab.Console.SignIn;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Collab.Console.Hosting;

/// <summary>The console of one party, for browsers, in the node's process and on an address of its own.</summary>
public sealed class ConsoleHost : IAsyncDisposable
{
    /// <summary>Another program uses the address, or this machine does not have it.</summary>
    public static readonly ErrorCode AddressUnusable = new(
        "console.address-unusable", ErrorKind.InvalidInput, "Choose another 'console' address in node.yaml, or stop the program that uses it.");

    private const long LargestRequest = 4 << 20;

    private readonly WebApplication _web;

    private ConsoleHost(WebApplication web, string address) => (_web, Address) = (web, address);

    /// <summary>Where it listens, <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>The addresses that are mapped, for whoever tests all of them.</summary>
    internal IReadOnlyList<RouteEndpoint> Routes => [.. _web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    /// <summary>Who is signed in, for tests.</summary>
    internal Sessions Sessions => _web.Services.GetRequiredService<Sessions>();

    /// <summary>Starts a console.</summary>
    /// <exception cref="CollabException"><see cref="AddressUnusable"/>.</exception>
    public static async Task<ConsoleHost> StartAsync(ConsoleSettings settings)
    {
        var endpoint = IPEndPoint.TryParse(settings.Listen, out var parsed)
            ? parsed
            : throw new CollabException(AddressUnusable, "The 'console' address is not of the form 127.0.0.1:8443.", settings.Party);
        var web = Build(settings, endpoint);
        try
        {
            await web.StartAsync();
        }
        catch (IOException e)
        {
            await web.DisposeAsync();
            throw new CollabException(AddressUnusable, $"The console cannot listen at {settings.Listen}.", settings.Party, inner: e);
        }

        var bound = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return new ConsoleHost(web, $"{bound.Host}:{bound.Port}");
    }

    /// <summary>Stops listening; all sessions end.</summary>
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static WebApplication Build(ConsoleSettings settings, IPEndPoint endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(ConsoleHost).Assembly.GetName().Name });
        builder.Logging.ClearProviders(); // who did what is in the journal; nothing of a request is logged
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(settings.Tls()) });
            });
        });
        AddServices(builder.Services, settings);

        var web = builder.Build();
        web.Use(SecurityHeaders.AddAsync);
        web.UseExceptionHandler("/problem/500");
        web.UseStatusCodePages(ShowProblemAsync);
        web.UseRouting();
        web.UseAuthentication();
        web.UseAuthorization();
        web.UseAntiforgery();
        web.Use(FreshCode.TakeAsync);
        web.MapRazorComponents<App>();
        foreach (var type in typeof(ConsoleHost).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEndpoints))))
            ((IEndpoints)Activator.CreateInstance(type)!).Map(web);
        return web;
    }

    // The page of a refusal is looked at, whatever was refused: a form that failed must not be sent to it.
    private static Task ShowProblemAsync(StatusCodeContext refused)
    {
        var context = refused.HttpContext;
        context.Request.Method = HttpMethods.Get;
        context.Request.ContentType = null;
        context.Features.Set<IAntiforgeryValidationFeature>(null);

        // Without it, components are not rendered where nothing was found: they leave that to whoever runs the request again.
        context.Features.Set<IStatusCodeReExecuteFeature>(new StatusCodeReExecuteFeature { OriginalPath = context.Request.Path, OriginalPathBase = context.Request.PathBase });
        context.Items[Problem.RolesOfPage] = context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().SelectMany(data => data.Roles?.Split(',') ?? []).ToList();
        context.Request.Path = $"/problem/{context.Response.StatusCode}";
        context.Request.QueryString = QueryString.Empty;
        context.Request.RouteValues.Clear();
        context.SetEndpoint(null);
        return refused.Next(context);
    }

    private static void AddServices(IServiceCollection services, ConsoleSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(settings.Clock);
        services.AddSingleton(settings.People);
        services.AddSingleton(settings.Journal);
        services.AddSingleton(settings.Limits);
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignInDesk>();
        services.AddSingleton<Enrolment>();
        services.AddScoped<Visit>();
        services.AddScoped<IOperator, PersonOperator>();

        services.AddAuthentication(SessionCookie.SchemeName).AddScheme<AuthenticationSchemeOptions, SessionCookie>(SessionCookie.SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();

        // Keys of forms live as long as sessions do: in memory, never in a folder of the account.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "__Host-collab-form";
            options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.FormFieldName = "form-token";
        });
        services.AddRazorComponents();
    }
}

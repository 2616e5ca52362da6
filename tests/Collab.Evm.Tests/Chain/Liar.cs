using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Evm.Tests.Chain;

/// <summary>Stands before a node, or before none, and answers as the test says.</summary>
internal sealed class Liar : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _http = new();

    private Liar(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = null!;

    /// <summary>Changes the answer of a method; null leaves it.</summary>
    public Func<string, JsonObject, JsonNode?>? Change { get; set; }

    /// <summary>Answers a method with raw bytes and a status instead; null does not. Called before the node is asked.</summary>
    public Func<string, (int Status, byte[] Body)?>? Instead { get; set; }

    /// <summary>As <see cref="Instead"/>, after the node was asked: the request arrived, the answer is lost.</summary>
    public Func<string, bool>? LoseAnswer { get; set; }

    /// <summary>Called with each request before the node is asked; true cuts the connection there, so the node never hears of it.</summary>
    public Func<JsonObject, Task<bool>>? Meet { get; set; }

    /// <summary>Whether the connection is cut in the middle of the answer to a method.</summary>
    public Func<string, bool>? CutAnswer { get; set; }

    public static async Task<Liar> BeforeAsync(Uri? node)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var liar = new Liar(builder.Build());
        liar._application.MapPost("/", context => liar.AnswerAsync(context, node));
        await liar._application.StartAsync();
        liar.Address = new Uri(liar._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return liar;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Uri? node)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var request = JsonNode.Parse(text)!.AsObject();
        var method = request["method"]!.GetValue<string>();
        if (Meet is { } meet && await meet(request))
        {
            context.Abort();
            return;
        }

        if (Instead?.Invoke(method) is { } instead)
        {
            context.Response.StatusCode = instead.Status;
            if (instead.Status is 301 or 307) context.Response.Headers.Location = "http://127.0.0.1:1/";
            await context.Response.Body.WriteAsync(instead.Body, context.RequestAborted);
            return;
        }

        using var forwarded = await _http.PostAsync(node, new StringContent(text, null, "application/json"), context.RequestAborted);
        var answer = await forwarded.Content.ReadAsStringAsync(context.RequestAborted);
        if (LoseAnswer?.Invoke(method) == true)
        {
            context.Response.StatusCode = 502;
            return;
        }

        if (CutAnswer?.Invoke(method) == true)
        {
            context.Response.ContentLength = answer.Length;
            await context.Response.WriteAsync(answer[..(answer.Length / 2)], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }

        if (Change?.Invoke(method, JsonNode.Parse(answer)!.AsObject()) is { } changed) answer = changed.ToJsonString();
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }
}

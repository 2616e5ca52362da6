using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>A collector's endpoint: OTLP 1 over HTTP with protobuf, read by the field numbers of opentelemetry-proto.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Lock _gate = new();
    private readonly List<byte[]> _traces = [];
    private readonly List<byte[]> _metrics = [];

    private OtlpCollector(WebApplication web)
    {
        _web = web;
        web.MapPost("/v1/traces", request => TakeAsync(request, _traces));
        web.MapPost("/v1/metrics", request => TakeAsync(request, _metrics));
    }

    public string Address => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>All that came.</summary>
    public byte[] Received
    {
        get
        {
            lock (_gate) return [.. _traces.Concat(_metrics).SelectMany(body => body)];
        }
    }

    public IReadOnlyList<OtlpSpan> Spans => [.. Bodies(_traces).SelectMany(body => Under(body, 1, 2, 2)).Select(OtlpSpan.Read)];

    public IReadOnlyList<string> Metrics => [.. Bodies(_metrics).SelectMany(body => Under(body, 1, 2, 2, 1)).Select(Encoding.UTF8.GetString).Distinct()];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new OtlpCollector(builder.Build());
        await collector._web.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    /// <summary>The contents of a message's fields of that number, then of that number in those, and so on.</summary>
    internal static IEnumerable<byte[]> Under(byte[] message, params int[] path)
    {
        if (path.Length == 0) return [message];
        return Fields(message).Where(field => field.Number == path[0]).SelectMany(field => Under(field.Content, path[1..]));
    }

    private static IEnumerable<(int Number, byte[] Content)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var size = (int)Varint(message, ref at);
                    yield return ((int)(key >> 3), message[at..(at + size)]);
                    at += size;
                    break;
                default:
                    throw new InvalidDataException("This is not protobuf.");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }

    private async Task TakeAsync(HttpContext context, List<byte[]> into)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_gate) into.Add(body.ToArray());
        context.Response.ContentType = "application/x-protobuf";
    }

    private List<byte[]> Bodies(List<byte[]> from)
    {
        lock (_gate) return [.. from];
    }
}

/// <summary>A span of opentelemetry.proto.trace.v1.</summary>
internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes)
{
    public static OtlpSpan Read(byte[] span) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(OtlpCollector.Under(span, 5).Single()),
        OtlpCollector.Under(span, 9).ToDictionary(
            attribute => Encoding.UTF8.GetString(OtlpCollector.Under(attribute, 1).Single()), attribute => Encoding.UTF8.GetString(OtlpCollector.Under(attribute, 2, 1).FirstOrDefault() ?? [])));

    private static string Hex(byte[] span, int field) => Convert.ToHexString(OtlpCollector.Under(span, field).FirstOrDefault() ?? []);
}

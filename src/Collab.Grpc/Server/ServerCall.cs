using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>One call on the server: what its method sees. How it opens, writes and ends is in the other part.</summary>
internal sealed partial class ServerCall(HttpContext http, MethodSettings settings, bool streams) : ServerCallContext
{
    private readonly Metadata _requestHeaders = [];
    private Metadata? _responseTrailers;
    private AuthContext? _authContext;

    public HttpContext Http => http;

    protected override string MethodCore => http.Request.Path.Value ?? "";

    protected override string HostCore => http.Request.Host.Value ?? "";

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders;

    protected override CancellationToken CancellationTokenCore => _cancellation?.Token ?? http.RequestAborted;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _authContext ??= Identity(http.Connection.ClientCertificate);

    protected override string PeerCore
    {
        get
        {
            var (address, port) = (http.Connection.RemoteIpAddress, http.Connection.RemotePort);
            if (address is null) return "unknown";
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            return address.AddressFamily == AddressFamily.InterNetwork ? $"ipv4:{address}:{port}" : $"ipv6:[{address}]:{port}";
        }
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        new Propagation(
            (options ?? ContextPropagationOptions.Default).IsPropagateDeadline && _deadline != DateTime.MaxValue ? _deadline : null,
            (options ?? ContextPropagationOptions.Default).IsPropagateCancellation ? CancellationTokenCore : default);

    private static AuthContext Identity(X509Certificate2? certificate)
    {
        if (certificate is null) return new AuthContext(null, []);

        const string Names = "x509_subject_alternative_name";
        const string CommonName = "x509_common_name";
        var properties = new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal);
        foreach (var name in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()))
        {
            Add(Names, name);
        }

        if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } subject) Add(CommonName, subject);
        var identity = properties.ContainsKey(Names) ? Names : properties.ContainsKey(CommonName) ? CommonName : null;
        return new AuthContext(identity, properties);

        void Add(string property, string value)
        {
            if (!properties.TryGetValue(property, out var values)) properties[property] = values = [];
            values.Add(AuthProperty.Create(property, System.Text.Encoding.UTF8.GetBytes(value)));
        }
    }

    private sealed class Propagation(DateTime? deadline, CancellationToken cancellation) : ContextPropagationToken
    {
        internal override DateTime? Deadline => deadline;

        internal override CancellationToken Cancellation => cancellation;
    }
}

using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>TLS between parties: version 1.3 alone, both certificates required, the peer judged by <see cref="PeerCertificateValidator"/>.</summary>
/// <remarks>Options are made per connection, so a rotated certificate or changed pins count from the next connection on.</remarks>
public sealed class TlsSettings
{
    private readonly PeerCertificateValidator _validator;
    private readonly Action<PeerCertificateException>? _refused;
    private readonly ConcurrentDictionary<PartyId, DateTimeOffset> _expiries = new();
    private volatile SslStreamCertificateContext _own;

    /// <summary>Settings with one's own identity and a judge of the peers'.</summary>
    /// <param name="own">Whose certificate is presented; must outlive its use here.</param>
    /// <param name="validator">Judges the peer.</param>
    /// <param name="refused">Told of every refusal, for the log.</param>
    public TlsSettings(PartyIdentity own, PeerCertificateValidator validator, Action<PeerCertificateException>? refused = null)
    {
        (_validator, _refused) = (validator, refused);
        _own = Context(own);
    }

    /// <summary>Presents another identity from the next connection on; those that stand go on.</summary>
    public void Use(PartyIdentity own) => _own = Context(own);

    /// <summary>Options for one incoming connection; for Kestrel, in <c>TlsHandshakeCallbackOptions.OnConnection</c>.</summary>
    /// <param name="roles">The roles that may call.</param>
    public SslServerAuthenticationOptions ForServer(params IReadOnlyCollection<PartyRole> roles) => new()
    {
        ServerCertificateContext = _own,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowRenegotiation = false,
        AllowTlsResume = false, // each connection shows its certificate again, so that a revocation counts
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NothingFetched(),
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => Accepts(certificate, chain, peerIsServer: false, null, roles, _refused),
    };

    /// <summary>Options for one outgoing connection to a party's node.</summary>
    /// <param name="peer">The party that must answer.</param>
    /// <param name="refused">Told when the answer is refused, beside the log.</param>
    public SslClientAuthenticationOptions ForClient(PartyId peer, Action<PeerCertificateException>? refused = null) => new()
    {
        TargetHost = peer.Name, // the name in the hello; who answers is judged by pin and identity, not by host name
        ClientCertificateContext = _own,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NothingFetched(),
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            Accepts(certificate, chain, peerIsServer: true, peer, [PartyRole.Node], _refused + refused),
    };

    /// <summary>An HTTP handler whose connections all go to one party, each with the certificate of its moment.</summary>
    /// <exception cref="PeerCertificateException">Raised inside the <see cref="HttpRequestException"/> of a request whose answerer was refused.</exception>
    public SocketsHttpHandler CreateHandler(PartyId peer) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = 8 << 20,
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests, // others take frequent pings for an attack
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = (context, cancellation) => ConnectAsync(peer, context.DnsEndPoint, cancellation),
    };

    /// <summary>When the certificate that a party's node last showed expires; null before the first connection to it.</summary>
    public DateTimeOffset? ExpiryOf(PartyId peer) => _expiries.TryGetValue(peer, out var expiry) ? expiry : null;

    /// <summary>Who the other end of an established connection is; its certificate was judged in the handshake.</summary>
    /// <exception cref="PeerCertificateException">The certificate names no identity.</exception>
    public static PeerIdentity PeerOf(X509Certificate2? certificate) =>
        certificate is not null && PeerCertificateValidator.IdentityOf(certificate) is { } identity
            ? identity
            : throw new PeerCertificateException(TlsErrors.None, "The connection has no peer certificate that names a party.");

    private async ValueTask<Stream> ConnectAsync(PartyId peer, System.Net.DnsEndPoint address, CancellationToken cancellation)
    {
        PeerCertificateException? refusal = null;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(address, cancellation).ConfigureAwait(false);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(ForClient(peer, refused => refusal = refused), cancellation).ConfigureAwait(false);
            if (tls.RemoteCertificate is X509Certificate2 shown) _expiries[peer] = new(shown.NotAfter.ToUniversalTime(), TimeSpan.Zero);
            return tls;
        }
        catch (Exception failure)
        {
            if (tls is not null) await tls.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            if (refusal is not null) throw new PeerCertificateException(refusal.Code, refusal.Message, refusal.Party, failure);
            throw;
        }
    }

    private bool Accepts(
        X509Certificate? presented,
        X509Chain? chain,
        bool peerIsServer,
        PartyId? expected,
        IReadOnlyCollection<PartyRole> roles,
        Action<PeerCertificateException>? refused)
    {
        var leaf = presented as X509Certificate2;
        var others = chain?.ChainPolicy.ExtraStore.Where(other => !other.Equals(leaf) || !other.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)).ToArray() ?? [];
        try
        {
            _validator.Validate(leaf, others, peerIsServer, expected, roles);
            return true;
        }
        catch (PeerCertificateException refusal)
        {
            refused?.Invoke(refusal);
            return false;
        }
    }

    private static SslStreamCertificateContext Context(PartyIdentity own) =>
        SslStreamCertificateContext.Create(own.Leaf, [own.Authority], offline: true);

    /// <summary>The platform builds a chain before it asks us; it must not follow addresses that a stranger's certificate names.</summary>
    private static X509ChainPolicy NothingFetched() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>What a party's console shows to browsers: a certificate of the party's own authority that names hosts and no party, so no node takes it for one.</summary>
/// <remarks>Issued when it is missing, has other names, is under another authority or has little time left; looked at on each connection.</remarks>
public sealed class BrowserCertificate : IDisposable
{
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    private readonly IdentityFolder _files;
    private readonly PartyId _party;
    private readonly IReadOnlyList<string> _names;
    private readonly SecretBytes? _passphrase;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly List<X509Certificate2> _used = []; // a certificate must outlive the connections that were made with it
    private SslStreamCertificateContext? _context;

    /// <summary>Loads the certificate, or issues it.</summary>
    /// <param name="folder">The identity's folder.</param>
    /// <param name="party">The party.</param>
    /// <param name="names">Host names and addresses that browsers use.</param>
    /// <param name="passphrase">What the keys are encrypted with, or null; borrowed.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="CollabException">The authority's key is not here, exposed or damaged.</exception>
    public BrowserCertificate(string folder, PartyId party, IReadOnlyList<string> names, SecretBytes? passphrase, TimeProvider clock)
    {
        (_files, _party, _names, _passphrase, _clock) = (new IdentityFolder(folder), party, names, passphrase, clock);
        Take();
    }

    /// <summary>Until when it is valid.</summary>
    public DateTimeOffset ValidUntil => new(Leaf.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>SHA-256 of the certificate, as browsers show it.</summary>
    public string Fingerprint => string.Join(':', Leaf.GetCertHash(HashAlgorithmName.SHA256).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));

    private X509Certificate2 Leaf => _used[^1];

    /// <summary>The options of one connection: TLS 1.2 or 1.3, no certificate asked of the browser.</summary>
    public SslServerAuthenticationOptions ForBrowsers()
    {
        lock (_gate)
        {
            if (_clock.GetUtcNow() > ValidUntil - RenewedBefore) Take();
            return new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _context,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                AllowRenegotiation = false,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            };
        }
    }

    /// <summary>Lets go of the keys.</summary>
    public void Dispose() => _used.ForEach(certificate => certificate.Dispose());

    private void Take()
    {
        var leaf = Kept() ?? Issue();
        _used.Add(leaf);
        _context = SslStreamCertificateContext.Create(leaf, additionalCertificates: null, offline: true);
    }

    private X509Certificate2? Kept()
    {
        if (!_files.Has(IdentityFolder.Console)) return null;
        var (key, certificates) = Passphrase.Use(_passphrase, characters => _files.ReadKey(IdentityFolder.Console, characters));
        using (key)
        {
            var (leaf, issuer) = (certificates[0], certificates.Count > 1 ? certificates[1] : null);
            var good = issuer is not null && issuer.RawDataMemory.Span.SequenceEqual(AuthorityNow().RawDataMemory.Span)
                && leaf.NotAfter.ToUniversalTime() - RenewedBefore > _clock.GetUtcNow() && NamesOf(leaf).SetEquals(_names);
            return good ? leaf.CopyWithPrivateKey(key) : null;
        }
    }

    private X509Certificate2 Issue() => Passphrase.Use(_passphrase, characters =>
    {
        var (authorityKey, certificates) = _files.ReadKey(IdentityFolder.Authority, characters);
        using (authorityKey)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var leaf = CertificateIssuing.ForBrowsers(certificates[0], authorityKey, key, _party, _names, _clock.GetUtcNow());
            _files.WriteKey(IdentityFolder.Console, key, characters, leaf, certificates[0]);
            return leaf.CopyWithPrivateKey(key);
        }
    });

    private X509Certificate2 AuthorityNow() => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_files.Path, IdentityFolder.AuthorityCertificate));

    private static HashSet<string> NamesOf(X509Certificate2 leaf)
    {
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
    }
}

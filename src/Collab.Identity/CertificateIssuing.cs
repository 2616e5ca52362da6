using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>Makes the certificates of a party, as protocols/specs/identity.md lays them out.</summary>
internal static class CertificateIssuing
{
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(90);
    private const int AuthorityYears = 10;

    /// <summary>Clocks of two machines differ; a fresh certificate is valid a little before it was made.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    public static X509Certificate2 Authority(ECDsa key, PartyId party, DateTimeOffset now)
    {
        var request = AuthorityRequest(key, party);
        return request.CreateSelfSigned(now - Backdating, now.AddYears(AuthorityYears));
    }

    /// <summary>
    /// The authority's certificate in the form that is sent: same name and key, but an issuer's name of its own. TLS stacks
    /// leave a certificate that names itself as issuer out of what they send, and a peer knows only the pin of the key.
    /// </summary>
    public static X509Certificate2 Presented(X509Certificate2 authority, ECDsa key, PartyId party)
    {
        var anchor = new X500DistinguishedName($"CN={party.Name} pinned key, O={party.Name}");
        return AuthorityRequest(key, party).Create(
            anchor, X509SignatureGenerator.CreateForECDsa(key), authority.NotBefore, authority.NotAfter, Serial());
    }

    public static X509Certificate2 Leaf(X509Certificate2 authority, ECDsa authorityKey, ECDsa key, PeerIdentity identity, DateTimeOffset now)
    {
        var until = now + LeafLifetime;
        var request = LeafRequest(key, identity);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        return request.Create(
            authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(authorityKey),
            now - Backdating,
            until < authority.NotAfter ? until : authority.NotAfter,
            Serial());
    }

    /// <summary>For the console: a server's certificate with host names and no party's name.</summary>
    public static X509Certificate2 ForBrowsers(
        X509Certificate2 authority, ECDsa authorityKey, ECDsa key, PartyId party, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        var request = new CertificateRequest($"CN={party.Name} console, O={party.Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (System.Net.IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse)], true));
        request.CertificateExtensions.Add(names.Build(false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var until = now + LeafLifetime;
        return request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authorityKey), now - Backdating, until < authority.NotAfter ? until : authority.NotAfter, Serial());
    }

    /// <summary>What an organisation's own authority is asked to sign (PKCS#10).</summary>
    public static CertificateRequest LeafRequest(ECDsa key, PeerIdentity identity)
    {
        var role = identity.Role == PartyRole.Node ? "node" : "operator";
        var request = new CertificateRequest($"CN={identity.Party.Name} {role}, O={identity.Party.Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(identity.ToString()));
        var uses = new OidCollection { new Oid(ClientUse) };
        if (identity.Role == PartyRole.Node) uses.Add(new Oid(ServerUse));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, true));
        request.CertificateExtensions.Add(names.Build(false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static CertificateRequest AuthorityRequest(ECDsa key, PartyId party)
    {
        var request = new CertificateRequest($"CN={party.Name} authority, O={party.Name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static byte[] Serial()
    {
        var serial = RandomSource.System.Bytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40); // positive, and of full length
        return serial;
    }
}

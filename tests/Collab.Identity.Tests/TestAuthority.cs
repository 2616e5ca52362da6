using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity.Tests;

/// <summary>What somebody presents: a leaf with its key, and the certificates sent with it.</summary>
internal sealed record Presented(X509Certificate2 Leaf, params X509Certificate2[] Others);

/// <summary>An authority that issues whatever a test asks for, also what the product never would.</summary>
internal sealed class TestAuthority
{
    private static readonly string[] BothUses = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];
    private readonly X509SignatureGenerator _signer;
    private readonly X500DistinguishedName _name;
    private readonly DateTimeOffset _now;

    public TestAuthority(string name, DateTimeOffset now, AsymmetricAlgorithm? key = null, bool mayIssue = true, TestAuthority? issuer = null)
    {
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (_name, _now) = (new X500DistinguishedName($"CN={name} authority, O={name}"), now);
        _signer = Signer(key);
        var request = Request(_name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(mayIssue, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = request.Create(
            issuer?._name ?? new X500DistinguishedName($"CN={name} pinned key"), issuer?._signer ?? _signer, now.AddYears(-1), now.AddYears(10), [1]);
    }

    public X509Certificate2 Certificate { get; }

    public Digest Pin => PeerPins.PinOf(Certificate);

    public Presented Issue(
        string? uri,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        string[]? uses = null,
        AsymmetricAlgorithm? key = null,
        X509SignatureGenerator? signer = null,
        X509Extension? extension = null,
        params X509Certificate2[] others)
    {
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(new X500DistinguishedName("CN=leaf"), key);
        var oids = new OidCollection();
        foreach (var use in uses ?? BothUses) oids.Add(new Oid(use));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, true));
        if (extension is not null) request.CertificateExtensions.Add(extension);
        if (uri is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var one in uri.Split(' ')) names.AddUri(new Uri(one));
            request.CertificateExtensions.Add(names.Build());
        }

        using var leaf = request.Create(_name, signer ?? _signer, from ?? _now.AddDays(-1), until ?? _now.AddDays(30), RandomNumberGenerator.GetBytes(8));
        var own = key is RSA rsa ? leaf.CopyWithPrivateKey(rsa) : leaf.CopyWithPrivateKey((ECDsa)key);
        return new Presented(own, others.Length == 0 ? [Certificate] : others);
    }

    /// <summary>A leaf under nine authorities, each issued by the one after it.</summary>
    public static Presented ChainOfTen(string uri, DateTimeOffset now)
    {
        var authorities = new List<TestAuthority> { new("beta-9", now) };
        for (var i = 8; i >= 1; i--) authorities.Insert(0, new TestAuthority($"beta-{i}", now, issuer: authorities[0]));
        return authorities[0].Issue(uri, others: [.. authorities.Select(authority => authority.Certificate)]);
    }

    private static CertificateRequest Request(X500DistinguishedName name, AsymmetricAlgorithm key) => key is RSA rsa
        ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);

    private static X509SignatureGenerator Signer(AsymmetricAlgorithm key) => key is RSA rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa((ECDsa)key);
}

/// <summary>Signs with ecdsa-with-SHA1, which .NET itself refuses to.</summary>
internal sealed class Sha1Signer(ECDsa key) : X509SignatureGenerator
{
    protected override PublicKey BuildPublicKey() => new(key);

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
        [0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
        key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);
}

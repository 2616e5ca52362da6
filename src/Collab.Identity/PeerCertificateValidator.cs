using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>Decides from a presented leaf and authority who the peer is, or why it is refused.</summary>
/// <remarks>
/// The system's trust store plays no part: trust is the pin of the authority's key. No name is looked up and nothing is fetched.
/// Source: protocols/specs/identity.md, "Checks"; the numbers in the code are those there.
/// </remarks>
/// <param name="pins">Gives the pins in force at this moment.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class PeerCertificateValidator(Func<PeerPins> pins, TimeProvider? time = null)
{
    private static readonly HashSet<string> KnownExtensions = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"];

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Validates what a peer presented.</summary>
    /// <param name="leaf">The peer's certificate, or null.</param>
    /// <param name="others">The other certificates it presented.</param>
    /// <param name="peerIsServer">Whether the peer answers; else it calls.</param>
    /// <param name="expected">The party that must be there; null for any of the consortium.</param>
    /// <param name="roles">The roles that are allowed here.</param>
    /// <exception cref="PeerCertificateException">Refused; the code says why.</exception>
    public PeerIdentity Validate(
        X509Certificate2? leaf,
        IReadOnlyCollection<X509Certificate2> others,
        bool peerIsServer,
        PartyId? expected = null,
        params IReadOnlyCollection<PartyRole> roles)
    {
        Refuse(leaf is null, TlsErrors.None, "a certificate", expected);
        try
        {
            return Check(leaf!, others, peerIsServer, expected, roles);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or AsnContentException)
        {
            throw new PeerCertificateException(TlsErrors.Malformed, "The certificate cannot be read.", expected, unreadable);
        }
    }

    /// <summary>The one identity that a certificate names, or null; says nothing about whether it is true.</summary>
    /// <exception cref="CryptographicException">The alternative name cannot be read.</exception>
    public static PeerIdentity? IdentityOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.Where(extension => extension.Oid?.Value == "2.5.29.17").SelectMany(Uris).ToList();
        return names.Count == 1 ? PeerIdentity.TryParse(names[0]) : null;
    }

    private PeerIdentity Check(
        X509Certificate2 leaf, IReadOnlyCollection<X509Certificate2> others, bool peerIsServer, PartyId? expected, IReadOnlyCollection<PartyRole> roles)
    {
        Refuse(others.Count != 1, TlsErrors.ChainLength, "a leaf and its authority, nothing more", expected);             // 1
        var authority = others.Single();
        var known = pins();
        var owner = known.PartyOf(PeerPins.PinOf(authority));
        Refuse(owner is null, TlsErrors.UnknownAuthority, "an authority pinned by the consortium", expected);             // 2
        foreach (var certificate in new[] { authority, leaf })
        {
            Refuse(known.IsRevoked(PeerPins.PinOf(certificate)), TlsErrors.Revoked, "a key that was not revoked", owner);  // 3
            CertificateSignature.RefuseWeakAlgorithm(certificate, owner!);                                                // 4
            RefuseWeakKey(certificate, owner!);                                                                           // 5
            RefuseUnknownExtensions(certificate, owner!);                                                                 // 6
        }

        Refuse(!IsAuthority(authority), TlsErrors.NotAnAuthority, "an authority that may issue", owner);                   // 7
        var issued = leaf.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)
            && CertificateSignature.IsValid(leaf, authority);
        Refuse(!issued, TlsErrors.NotIssued, "a leaf issued by the authority presented", owner);                           // 8
        RefuseOutsideValidity(authority, owner!);                                                                         // 9
        RefuseOutsideValidity(leaf, owner!);
        Refuse(!MayBeUsed(leaf, peerIsServer), TlsErrors.WrongUse, "a leaf for this end of TLS", owner);                   // 10
        var identity = IdentityOf(leaf);
        Refuse(identity is null, TlsErrors.NoIdentity, "one name collab://PARTY/ROLE", owner);                             // 11
        Refuse(identity!.Party != owner, TlsErrors.OtherParty, "the name of the authority's own party", owner);            // 12
        Refuse(expected is not null && identity.Party != expected, TlsErrors.UnexpectedParty, $"party {expected}", owner); // 13
        Refuse(!roles.Contains(identity.Role), TlsErrors.WrongRole, "a role that is allowed here", owner);                 // 14
        return identity;
    }

    private void RefuseOutsideValidity(X509Certificate2 certificate, PartyId owner)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        Refuse(now < certificate.NotBefore.ToUniversalTime(), TlsErrors.NotYetValid, "a certificate that is valid already", owner);
        Refuse(now > certificate.NotAfter.ToUniversalTime(), TlsErrors.Expired, "a certificate that has not expired", owner);
    }

    private static void RefuseWeakKey(X509Certificate2 certificate, PartyId owner)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var curve = certificate.GetECDsaPublicKey();
        var strong = rsa?.KeySize >= 3072
            || curve?.ExportParameters(false).Curve.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34"; // P-256, P-384
        Refuse(!strong, TlsErrors.WeakKey, "P-256, P-384 or RSA of 3072 bits", owner);
    }

    private static void RefuseUnknownExtensions(X509Certificate2 certificate, PartyId owner)
    {
        var ids = certificate.Extensions.Select(extension => extension.Oid?.Value).ToList();
        var unknown = certificate.Extensions.Any(extension => extension.Critical && !KnownExtensions.Contains(extension.Oid?.Value ?? ""));
        Refuse(unknown || ids.Distinct().Count() != ids.Count, TlsErrors.Malformed, "known extensions, each once", owner);
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
        && certificate.Extensions.OfType<X509KeyUsageExtension>().Any(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign));

    private static bool MayBeUsed(X509Certificate2 leaf, bool asServer)
    {
        var use = asServer ? CertificateIssuing.ServerUse : CertificateIssuing.ClientUse;
        return !leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
            && leaf.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
            && leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(uses => uses.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == use));
    }

    /// <summary>The URIs of an alternative name: GeneralName choice [6], IA5String.</summary>
    private static List<string> Uris(X509Extension extension)
    {
        var uris = new List<string>();
        var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(uri)) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, uri));
            else names.ReadEncodedValue();
        }

        return uris;
    }

    private static void Refuse(bool refused, ErrorCode code, string expected, PartyId? party)
    {
        if (refused) throw new PeerCertificateException(code, $"The certificate of {party?.Name ?? "a peer"} was refused: expected {expected}.", party);
    }
}

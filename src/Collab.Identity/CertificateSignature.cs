using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>Checks the one signature that matters, of the authority over the leaf (RFC 5280, section 4.1.1.3).</summary>
/// <remarks>Done here, for the platform's chain engine has its own ideas of trust, names and the network.</remarks>
internal static class CertificateSignature
{
    /// <summary>Signature algorithms that are accepted, with their hash; SHA-1, MD5 and RSA-PSS with open parameters are not.</summary>
    private static readonly Dictionary<string, HashAlgorithmName> Accepted = new()
    {
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256, // ecdsa-with-SHA256 (RFC 5758)
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256, // sha256WithRSAEncryption (RFC 8017)
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
    };

    public static void RefuseWeakAlgorithm(X509Certificate2 certificate, PartyId owner)
    {
        if (!Accepted.ContainsKey(certificate.SignatureAlgorithm.Value ?? ""))
            throw new PeerCertificateException(TlsErrors.WeakSignature, $"The certificate of {owner} was refused: expected a signature with SHA-256 or stronger.", owner);
    }

    public static bool IsValid(X509Certificate2 leaf, X509Certificate2 authority)
    {
        var certificate = new AsnReader(leaf.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        var signed = certificate.ReadEncodedValue();
        var identifier = certificate.ReadEncodedValue();
        var signature = certificate.ReadBitString(out var unusedBits);
        certificate.ThrowIfNotEmpty();
        var algorithm = new AsnReader(identifier, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();
        var sound = unusedBits == 0 && identifier.Span.SequenceEqual(InnerIdentifier(signed).Span);
        if (!sound || !Accepted.TryGetValue(algorithm, out var hash)) return false;
        using var curve = authority.GetECDsaPublicKey();
        if (curve is not null)
        {
            return algorithm.StartsWith("1.2.840.10045.", StringComparison.Ordinal)
                && curve.VerifyData(signed.Span, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }

        using var rsa = authority.GetRSAPublicKey();
        return rsa is not null && algorithm.StartsWith("1.2.840.113549.", StringComparison.Ordinal)
            && rsa.VerifyData(signed.Span, signature, hash, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The algorithm inside what is signed, which must be the one outside, byte for byte.</summary>
    private static ReadOnlyMemory<byte> InnerIdentifier(ReadOnlyMemory<byte> signed)
    {
        var fields = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
        if (fields.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) fields.ReadEncodedValue(); // version
        fields.ReadEncodedValue(); // serial number
        return fields.ReadEncodedValue();
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>A party's own keys and certificates in a folder: its authority, its node and its operator.</summary>
/// <remarks>
/// The consortium pins the authority's key, so leaves are renewed without asking anyone. Private keys stay in the folder, readable
/// to their owner alone, and no member returns or prints one. Layout: protocols/specs/identity.md.
/// </remarks>
public sealed class PartyIdentity : IDisposable
{
    private PartyIdentity(PeerIdentity identity, X509Certificate2 leaf, X509Certificate2 authority)
    {
        (Identity, Leaf, Authority) = (identity, leaf, authority);
        Pin = PeerPins.PinOf(authority);
    }

    /// <summary>Whose certificate this is.</summary>
    public PeerIdentity Identity { get; }

    /// <summary>The leaf with its private key.</summary>
    internal X509Certificate2 Leaf { get; }

    /// <summary>The issuing authority in the form that is sent along.</summary>
    internal X509Certificate2 Authority { get; }

    /// <summary>What the consortium pins for this party: SHA-256 of the authority's SubjectPublicKeyInfo.</summary>
    public Digest Pin { get; }

    /// <summary>Until when the leaf is valid.</summary>
    public DateTimeOffset ValidUntil => new(Leaf.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>Makes an identity in an empty folder: an authority for 10 years, a node's and an operator's leaf for 90 days, a certificate request.</summary>
    /// <param name="folder">Where the files go; made with access for its owner alone.</param>
    /// <param name="party">The party.</param>
    /// <param name="passphrase">Encrypts the keys (PKCS#8, AES-256); empty for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <returns>The pin that the consortium is asked to accept.</returns>
    /// <exception cref="CollabException"><c>identity.exists</c>.</exception>
    public static Digest Create(string folder, PartyId party, ReadOnlySpan<char> passphrase = default, TimeProvider? time = null)
    {
        var files = new IdentityFolder(folder);
        files.Create();
        using var key = NewKey();
        using var authority = WriteAuthority(files, IdentityFolder.Authority, key, party, passphrase, time);
        files.WritePublic(IdentityFolder.AuthorityCertificate, authority.ExportCertificatePem());
        WriteLeaves(files, authority, key, party, passphrase, time);
        return PeerPins.PinOf(authority);
    }

    /// <summary>Reads the node's or the operator's part of an identity.</summary>
    /// <exception cref="CollabException"><c>identity.missing</c>, <c>.exposed</c>, <c>.passphrase</c> or <c>.damaged</c>.</exception>
    public static PartyIdentity Load(string folder, PartyRole role, ReadOnlySpan<char> passphrase = default)
    {
        var name = FileOf(role);
        var (key, certificates) = new IdentityFolder(folder).ReadKey(name, passphrase);
        using (key)
        {
            if (certificates.Count != 2) throw new CollabException(IdentityErrors.Damaged, $"The file {name} holds a leaf and its authority, and nothing else.");
            using var leaf = certificates[0];
            var identity = PeerCertificateValidator.IdentityOf(leaf);
            if (identity?.Role != role) throw new CollabException(IdentityErrors.Damaged, $"The certificate in {name} names no party, or another role.");
            return new PartyIdentity(identity, leaf.CopyWithPrivateKey(key), certificates[1]);
        }
    }

    /// <summary>Reads the node's or the operator's part of an identity.</summary>
    /// <param name="folder">The identity's folder.</param>
    /// <param name="role">Whose certificate.</param>
    /// <param name="passphrase">In UTF-8; null where the key is not encrypted.</param>
    /// <exception cref="CollabException">As the other overload.</exception>
    public static PartyIdentity Load(string folder, PartyRole role, SecretBytes? passphrase) =>
        Passphrase.Use(passphrase, characters => Load(folder, role, characters));

    /// <summary>How long before its certificate's end a node says so.</summary>
    public static TimeSpan WarnBefore { get; } = TimeSpan.FromDays(21);

    /// <summary>Until when the node's certificate in a folder is valid; needs no passphrase.</summary>
    /// <exception cref="CollabException"><c>identity.missing</c> or <c>.damaged</c>.</exception>
    public static DateTimeOffset ExpiryOf(string folder) => new IdentityFolder(folder).ExpiryOf(IdentityFolder.Node);

    /// <summary>Issues fresh leaves with fresh keys; running nodes take them up (<see cref="TlsSettings.Use"/>).</summary>
    public static void RotateLeaf(string folder, ReadOnlySpan<char> passphrase = default, TimeProvider? time = null)
    {
        var files = new IdentityFolder(folder);
        var party = PartyOf(folder, passphrase);
        var (key, certificates) = files.ReadKey(IdentityFolder.Authority, passphrase);
        using (key) WriteLeaves(files, certificates[0], key, party, passphrase, time);
    }

    /// <summary>First half of changing the authority: makes the next one, whose pin the consortium accepts beside the present one.</summary>
    /// <returns>The pin of the next authority; the same one when it was prepared before.</returns>
    public static Digest PrepareAuthority(string folder, ReadOnlySpan<char> passphrase = default, TimeProvider? time = null)
    {
        var files = new IdentityFolder(folder);
        if (files.Has(IdentityFolder.NextAuthority))
        {
            var (prepared, certificates) = files.ReadKey(IdentityFolder.NextAuthority, passphrase);
            prepared.Dispose();
            return PeerPins.PinOf(certificates[0]);
        }

        using var key = NewKey();
        using var authority = WriteAuthority(files, IdentityFolder.NextAuthority, key, PartyOf(folder, passphrase), passphrase, time);
        return PeerPins.PinOf(authority);
    }

    /// <summary>
    /// Second half: issues leaves from the prepared authority and makes it the present one; the old one's key is gone then.
    /// </summary>
    /// <remarks>Interrupted at any line, the leaves in the folder are under one of the two pins, and calling it again completes it.</remarks>
    /// <exception cref="CollabException"><c>identity.not-prepared</c>.</exception>
    public static Digest RotateAuthority(string folder, ReadOnlySpan<char> passphrase = default, TimeProvider? time = null)
    {
        var files = new IdentityFolder(folder);
        if (!files.Has(IdentityFolder.NextAuthority))
            throw new CollabException(IdentityErrors.NotPrepared, "No next authority was prepared.");
        var party = PartyOf(folder, passphrase);
        var (key, certificates) = files.ReadKey(IdentityFolder.NextAuthority, passphrase);
        using (key)
        {
            WriteLeaves(files, certificates[0], key, party, passphrase, time);
            files.WritePublic(IdentityFolder.AuthorityCertificate, certificates[0].ExportCertificatePem());
            files.Move(IdentityFolder.NextAuthority, IdentityFolder.Authority);
            return PeerPins.PinOf(certificates[0]);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Identity}, pin {Pin.Short}";

    /// <summary>Lets go of the private key.</summary>
    public void Dispose()
    {
        Leaf.Dispose();
        Authority.Dispose();
    }

    private static string FileOf(PartyRole role) => role == PartyRole.Node ? IdentityFolder.Node : IdentityFolder.Operator;

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static PartyId PartyOf(string folder, ReadOnlySpan<char> passphrase)
    {
        using var identity = Load(folder, PartyRole.Node, passphrase);
        return identity.Identity.Party;
    }

    private static X509Certificate2 WriteAuthority(
        IdentityFolder files, string name, ECDsa key, PartyId party, ReadOnlySpan<char> passphrase, TimeProvider? time)
    {
        var authority = CertificateIssuing.Authority(key, party, (time ?? TimeProvider.System).GetUtcNow());
        files.WriteKey(name, key, passphrase, authority);
        return authority;
    }

    private static void WriteLeaves(
        IdentityFolder files, X509Certificate2 authority, ECDsa authorityKey, PartyId party, ReadOnlySpan<char> passphrase, TimeProvider? time)
    {
        var now = (time ?? TimeProvider.System).GetUtcNow();
        using var presented = CertificateIssuing.Presented(authority, authorityKey, party);
        foreach (var role in new[] { PartyRole.Node, PartyRole.Operator })
        {
            using var key = NewKey();
            var identity = new PeerIdentity(party, role);
            using var leaf = CertificateIssuing.Leaf(authority, authorityKey, key, identity, now);
            if (role == PartyRole.Node)
                files.WritePublic(IdentityFolder.NodeRequest, CertificateIssuing.LeafRequest(key, identity).CreateSigningRequestPem());
            files.WriteKey(FileOf(role), key, passphrase, leaf, presented);
        }
    }
}

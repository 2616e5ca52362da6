using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>The files of an identity: a key and its certificates stand in one file, which is replaced as a whole.</summary>
internal sealed class IdentityFolder(string path)
{
    public const string Authority = "authority.pem";
    public const string NextAuthority = "authority-next.pem";
    public const string AuthorityCertificate = "authority.crt";
    public const string Node = "node.pem";
    public const string Operator = "operator.pem";
    public const string NodeRequest = "node.csr";
    public const string Console = "console.pem";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>OWASP's figure for PBKDF2 with SHA-256 (Password Storage Cheat Sheet).</summary>
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 600_000);

    public string Path { get; } = path;

    public bool Has(string name) => File.Exists(At(name));

    public void Create()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
        else Directory.CreateDirectory(Path, Owner | UnixFileMode.UserExecute);
        if (Has(Authority) || Has(Node)) throw new CollabException(IdentityErrors.Exists, $"There is an identity in {Path} already.");
        Protect();
    }

    public void WriteKey(string name, ECDsa key, ReadOnlySpan<char> passphrase, params IEnumerable<X509Certificate2> certificates)
    {
        var pem = passphrase.IsEmpty ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, Encryption);
        Write(name, string.Join('\n', [pem, .. certificates.Select(certificate => certificate.ExportCertificatePem()), ""]));
    }

    public void WritePublic(string name, string pem) => Write(name, pem + "\n");

    /// <summary>Reads a key with its certificates, first the one of the key.</summary>
    public (ECDsa Key, X509Certificate2Collection Certificates) ReadKey(string name, ReadOnlySpan<char> passphrase)
    {
        if (!Has(name)) throw new CollabException(IdentityErrors.Missing, $"There is no {name} in {Path}.");
        RefuseExposed(name);
        var pem = File.ReadAllText(At(name));
        var key = ECDsa.Create();
        try
        {
            Import(key, pem, passphrase);
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            using var own = certificates.Count > 0 ? certificates[0].GetECDsaPublicKey() : null;
            if (own is null || !own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                throw new CollabException(IdentityErrors.Damaged, $"The certificate in {name} does not belong to the key there.");
            return (key, certificates);
        }
        catch (CryptographicException unreadable)
        {
            key.Dispose();
            throw new CollabException(IdentityErrors.Damaged, $"The file {name} holds no readable certificate.", inner: unreadable);
        }
        catch (CollabException)
        {
            key.Dispose();
            throw;
        }
    }

    public DateTimeOffset ExpiryOf(string name)
    {
        if (!Has(name)) throw new CollabException(IdentityErrors.Missing, $"There is no {name} in {Path}.");
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(File.ReadAllText(At(name)));
            using var leaf = certificates[0];
            return new DateTimeOffset(leaf.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or ArgumentOutOfRangeException)
        {
            throw new CollabException(IdentityErrors.Damaged, $"The file {name} holds no readable certificate.", inner: unreadable);
        }
    }

    public void Move(string from, string to) => File.Move(At(from), At(to), overwrite: true);

    private static void Import(ECDsa key, string pem, ReadOnlySpan<char> passphrase)
    {
        var encrypted = pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (encrypted && passphrase.IsEmpty) throw new CollabException(IdentityErrors.Passphrase, "The key is encrypted and no passphrase was given.");
        try
        {
            if (encrypted) key.ImportFromEncryptedPem(KeyPart(pem), passphrase);
            else key.ImportFromPem(KeyPart(pem));
        }
        catch (CryptographicException wrong) when (encrypted)
        {
            throw new CollabException(IdentityErrors.Passphrase, "The passphrase does not open the key.", inner: wrong);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or ArgumentException)
        {
            throw new CollabException(IdentityErrors.Damaged, "The key file holds no readable key.", inner: unreadable);
        }
    }

    private static ReadOnlySpan<char> KeyPart(string pem)
    {
        var certificates = pem.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal);
        return certificates < 0 ? pem : pem.AsSpan(0, certificates);
    }

    private void Write(string name, string content)
    {
        DurableFile.Replace(At(name), System.Text.Encoding.ASCII.GetBytes(content), Owner); // owner-only from the first byte on
    }

    private void Protect()
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>On Windows the folder's access list is the administrator's; elsewhere the mode bits say it all.</summary>
    private void RefuseExposed(string name)
    {
        if (OperatingSystem.IsWindows()) return;
        if (((File.GetUnixFileMode(At(name)) | File.GetUnixFileMode(Path)) & Others) != 0)
            throw new CollabException(IdentityErrors.Exposed, $"Others than its owner have access to {name} or its folder.");
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}

using System.Security.Cryptography;
using System.Text;
using Collab.Primitives;

namespace Collab.Evm.Keys;

/// <summary>An account's key as PEM: PKCS#8, encrypted when there is a passphrase; its owner alone may read it.</summary>
public static class EvmKeyFile
{
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 600_000);

    /// <summary>Writes a key to a new file.</summary>
    /// <param name="key">The key.</param>
    /// <param name="path">The file; none must be there.</param>
    /// <param name="passphrase">Encrypts it; null leaves it to the rights of the file.</param>
    public static void Save(EvmKey key, string path, SecretBytes? passphrase)
    {
        using var curve = key.ToECDsa();
        var pem = passphrase is null
            ? curve.ExportPkcs8PrivateKeyPem()
            : passphrase.Use(curve, static (bytes, curve) => curve.ExportEncryptedPkcs8PrivateKeyPem(Encoding.UTF8.GetString(bytes), Encryption));
        if (File.Exists(path)) throw new CollabException(EvmErrors.KeyUnreadable, "There is a key in the file already; keys are never overwritten.");
        DurableFile.Replace(path, Encoding.ASCII.GetBytes(pem));
    }

    /// <summary>Reads a key.</summary>
    /// <exception cref="CollabException"><see cref="EvmErrors.KeyUnreadable"/>: missing, open to others, no key of secp256k1, or another passphrase.</exception>
    public static EvmKey Load(string path, SecretBytes? passphrase)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
                throw new CollabException(EvmErrors.KeyUnreadable, "The key file of the chain's account is open to others than its owner.");
            var pem = File.ReadAllText(path);
            using var curve = ECDsa.Create();
            if (passphrase is null) curve.ImportFromPem(pem);
            else passphrase.Use((curve, pem), static (bytes, state) => { state.curve.ImportFromEncryptedPem(state.pem, Encoding.UTF8.GetString(bytes)); return true; });
            return EvmKey.FromECDsa(curve);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CollabException(EvmErrors.KeyUnreadable, "The key file of the chain's account cannot be read.", inner: fault);
        }
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Collab.Primitives;

namespace Collab.Cryptography.Signatures;

/// <summary>
/// The key file: one PEM block, PKCS#8 (RFC 5958, RFC 8410) or encrypted PKCS#8 with PBES2 (RFC 8018) of PBKDF2-HMAC-SHA-256 and
/// AES-256-CBC. <c>openssl pkey</c> reads both.
/// </summary>
/// <remarks>PBES2 does not authenticate: a changed file is found by its padding and structure, or else yields another key, never a crash.</remarks>
public static class SigningKeyFile
{
    /// <summary>PBKDF2 rounds of a file written here (OWASP Password Storage Cheat Sheet 2023, PBKDF2-HMAC-SHA256).</summary>
    public const int Iterations = 600_000;

    /// <summary>Someone else than the owner may read or change the file.</summary>
    public static readonly ErrorCode Exposed = new(
        "key.exposed", ErrorKind.Refused, "Run 'chmod 600' on the key file; replace the key if others may have read it.");

    /// <summary>There is no such file, or it cannot be read or written.</summary>
    public static readonly ErrorCode Unreadable = new(
        "key.unreadable", ErrorKind.InvalidInput, "Check the path and rights of the key file.");

    /// <summary>A file of that name exists already.</summary>
    public static readonly ErrorCode Exists = new(
        "key.exists", ErrorKind.Refused, "Choose another name; a key is never overwritten.");

    /// <summary>Not a PKCS#8 file of an Ed25519 or SM2 key, or an encryption that is not read here.</summary>
    public static readonly ErrorCode MalformedFile = new(
        "key.malformed", ErrorKind.InvalidInput,
        "Give an Ed25519 or SM2 key as PKCS#8 PEM, plain or PBES2 with PBKDF2-SHA-256 and AES-256-CBC (openssl pkcs8 -topk8 -v2 aes-256-cbc).");

    /// <summary>The file is encrypted and the passphrase is missing or wrong, or the file is plain and one was given.</summary>
    public static readonly ErrorCode WrongPassphrase = new(
        "key.passphrase", ErrorKind.InvalidInput, "Give the passphrase the key was saved with, and none for a plain key file.");

    private const int LargestFile = 16 * 1024;
    private const int FewestIterations = 1_000; // RFC 8018, section 4.2
    private const int MostIterations = 10_000_000; // a file must not keep a node busy for minutes
    private const string PlainLabel = "PRIVATE KEY";
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";
    private const string Ed25519 = "1.3.101.112";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Sm2 = "1.2.156.10197.1.301";
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";
    private const string HmacSha256 = "1.2.840.113549.2.9";
    private const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal static void Write(string path, SignatureAlgorithm algorithm, SecretBytes seed, SecretBytes? passphrase)
    {
        var plain = seed.Use(algorithm, static (secret, algorithm) => algorithm == SignatureAlgorithm.Sm2 ? EncodeSm2(secret) : Encode(secret));
        byte[] der = plain;
        char[] pem = [];
        byte[] bytes = [];
        try
        {
            if (passphrase is not null) der = passphrase.Use(plain, static (phrase, content) => Encrypt(phrase, content));
            pem = PemEncoding.Write(passphrase is null ? PlainLabel : EncryptedLabel, der);
            bytes = new byte[pem.Length + 1];
            Encoding.ASCII.GetBytes(pem, bytes);
            bytes[^1] = (byte)'\n';
            if (File.Exists(path)) throw new CollabException(Exists, "A file of that name exists already.");
            using var file = DurableFile.Create(path, OwnerOnly); // fails too if the file appears meanwhile
            RandomAccess.Write(file, bytes, 0);
            DurableFile.Sync(file);
            DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollabException(Unreadable, "The key file cannot be written.", inner: fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }

    internal static (SignatureAlgorithm Algorithm, SecretBytes Secret) Read(string path, SecretBytes? passphrase)
    {
        var text = ReadGuarded(path);
        byte[] der = [];
        byte[] plain = [];
        try
        {
            var encrypted = DecodePem(text, out der);
            if (encrypted != (passphrase is not null))
                throw new CollabException(WrongPassphrase, encrypted ? "The key file is encrypted." : "The key file is not encrypted.");
            plain = passphrase is null ? der : passphrase.Use(der, static (phrase, content) => Decrypt(phrase, content));
            return Decode(plain, encrypted);
        }
        catch (AsnContentException fault)
        {
            throw new CollabException(MalformedFile, "The key file is not PKCS#8.", inner: fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            CryptographicOperations.ZeroMemory(plain);
            Array.Clear(text);
        }
    }

    private static char[] ReadGuarded(string path)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Collab runs on Linux.");
        byte[] bytes = [];
        try
        {
            using var file = File.OpenHandle(path); // the rights are asked of the open file: its name may change meanwhile
            if ((File.GetUnixFileMode(file) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
                throw new CollabException(Exposed, "The key file is open to others than its owner.");
            var length = RandomAccess.GetLength(file);
            if (length > LargestFile) throw new CollabException(MalformedFile, "The key file is too long for one key.");
            bytes = new byte[length];
            var read = RandomAccess.Read(file, bytes, 0);
            return Encoding.ASCII.GetChars(bytes, 0, read);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollabException(Unreadable, "The key file cannot be read.", inner: fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static bool DecodePem(char[] text, out byte[] der)
    {
        if (!PemEncoding.TryFind(text, out var fields)) throw new CollabException(MalformedFile, "The key file is not PEM.");
        var label = text.AsSpan(fields.Label).ToString();
        if (label is not (PlainLabel or EncryptedLabel)) throw new CollabException(MalformedFile, "The key file is not PKCS#8.");
        der = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(text.AsSpan(fields.Base64Data), der, out var written) || written != der.Length)
            throw new CollabException(MalformedFile, "The key file is not PEM.");
        return label == EncryptedLabel;
    }

    // RFC 8410, section 7: SEQUENCE { 0, { id-Ed25519 }, OCTET STRING { OCTET STRING seed } }
    private static byte[] Encode(ReadOnlySpan<byte> seed)
    {
        byte[] der =
        [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, .. new byte[SigningKey.SeedSize],
        ];
        seed.CopyTo(der.AsSpan()[^SigningKey.SeedSize..]);
        return der;
    }

    // RFC 5208 and RFC 5915: SEQUENCE { 0, { id-ecPublicKey, sm2 }, OCTET STRING { SEQUENCE { 1, OCTET STRING scalar } } }
    private static byte[] EncodeSm2(ReadOnlySpan<byte> scalar)
    {
        byte[] der =
        [
            0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d,
            0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20, .. new byte[SigningKey.SeedSize],
        ];
        scalar.CopyTo(der.AsSpan()[^SigningKey.SeedSize..]);
        return der;
    }

    private static (SignatureAlgorithm Algorithm, SecretBytes Secret) Decode(byte[] der, bool wasEncrypted)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var info = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (!info.TryReadInt32(out var version) || version is not (0 or 1)) throw new AsnContentException();
            var algorithm = info.ReadSequence();
            var kind = algorithm.ReadObjectIdentifier();
            var isSm2 = kind == EllipticCurve && algorithm.HasData && algorithm.PeekTag() == Asn1Tag.ObjectIdentifier && algorithm.ReadObjectIdentifier() == Sm2;
            if (kind != Ed25519 && !isSm2) throw new CollabException(MalformedFile, "The key is neither an Ed25519 nor an SM2 key.");
            algorithm.ThrowIfNotEmpty();
            if (!info.TryReadPrimitiveOctetString(out var wrapped)) throw new AsnContentException();
            if (version == 0) info.ThrowIfNotEmpty(); // version 1 may append attributes and the public key, which is derived anyway
            var inner = new AsnReader(wrapped, AsnEncodingRules.DER);
            if (isSm2) return (SignatureAlgorithm.Sm2, ScalarOf(inner));
            if (!inner.TryReadPrimitiveOctetString(out var seed) || seed.Length != SigningKey.SeedSize) throw new AsnContentException();
            inner.ThrowIfNotEmpty();
            return (SignatureAlgorithm.Ed25519, SecretBytes.Take(seed.ToArray()));
        }
        catch (AsnContentException) when (wasEncrypted)
        {
            throw new CollabException(WrongPassphrase, "The passphrase does not open the key file.");
        }
    }

    // The curve and the public key may follow; the one is known, the other derived.
    private static SecretBytes ScalarOf(AsnReader reader)
    {
        var key = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        if (!key.TryReadInt32(out var version) || version != 1 || !key.TryReadPrimitiveOctetString(out var scalar) || !Sm.Sm2Curve.IsPrivate(scalar.Span))
            throw new AsnContentException();
        return SecretBytes.Take(scalar.ToArray());
    }

    private static byte[] Encrypt(ReadOnlySpan<byte> passphrase, byte[] plain)
    {
        var salt = RandomSource.System.Bytes(16);
        var iv = RandomSource.System.Bytes(16);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Pbes2);
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Pbkdf2);
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(salt);
                            writer.WriteInteger(Iterations);
                            using (writer.PushSequence())
                            {
                                writer.WriteObjectIdentifier(HmacSha256);
                                writer.WriteNull();
                            }
                        }
                    }

                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(Aes256Cbc);
                        writer.WriteOctetString(iv);
                    }
                }
            }

            writer.WriteOctetString(UseCipher(passphrase, salt, Iterations, aes => aes.EncryptCbc(plain, iv)));
        }

        return writer.Encode();
    }

    private static byte[] Decrypt(ReadOnlySpan<byte> passphrase, byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var (salt, iterations, iv) = ReadParameters(info.ReadSequence());
        if (!info.TryReadPrimitiveOctetString(out var sealedKey)) throw new AsnContentException();
        info.ThrowIfNotEmpty();
        try
        {
            return UseCipher(passphrase, salt, iterations, aes => aes.DecryptCbc(sealedKey.Span, iv));
        }
        catch (CryptographicException)
        {
            throw new CollabException(WrongPassphrase, "The passphrase does not open the key file.");
        }
    }

    private static (byte[] Salt, int Iterations, byte[] Iv) ReadParameters(AsnReader algorithm)
    {
        Expect(algorithm.ReadObjectIdentifier() == Pbes2);
        var parameters = algorithm.ReadSequence();
        algorithm.ThrowIfNotEmpty();

        var derivation = parameters.ReadSequence();
        Expect(derivation.ReadObjectIdentifier() == Pbkdf2);
        var derivationParameters = derivation.ReadSequence();
        derivation.ThrowIfNotEmpty();
        var salt = derivationParameters.ReadOctetString();
        Expect(derivationParameters.TryReadInt32(out var iterations) && iterations is >= FewestIterations and <= MostIterations);
        if (derivationParameters.PeekTag() == Asn1Tag.Integer) // keyLength, optional
            Expect(derivationParameters.TryReadInt32(out var keySize) && keySize == 32);
        var function = derivationParameters.ReadSequence();
        derivationParameters.ThrowIfNotEmpty();
        Expect(function.ReadObjectIdentifier() == HmacSha256); // absent means SHA-1, which is refused by the missing sequence
        if (function.HasData) function.ReadNull();
        function.ThrowIfNotEmpty();

        var cipher = parameters.ReadSequence();
        parameters.ThrowIfNotEmpty();
        Expect(cipher.ReadObjectIdentifier() == Aes256Cbc);
        var iv = cipher.ReadOctetString();
        cipher.ThrowIfNotEmpty();
        Expect(iv.Length == 16);
        return (salt, iterations, iv);
    }

    private static byte[] UseCipher(ReadOnlySpan<byte> passphrase, byte[] salt, int iterations, Func<Aes, byte[]> use)
    {
        Span<byte> key = stackalloc byte[32];
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, iterations, HashAlgorithmName.SHA256);
            using var aes = Aes.Create();
            aes.SetKey(key);
            return use(aes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void Expect(bool holds)
    {
        if (!holds) throw new AsnContentException();
    }
}

using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Cryptography.Signatures;

/// <summary>An Ed25519 (RFC 8032) or SM2 private key: signs in the system's libcrypto, rests in guarded memory, is never printed or compared.</summary>
/// <remarks>Signing with Ed25519 is deterministic. Safe to use from many threads until it is disposed.</remarks>
public sealed class SigningKey : IDisposable
{
    /// <summary>The length of the secret seed, or of the scalar of SM2, in bytes.</summary>
    public const int SeedSize = 32;

    /// <summary>libcrypto 3 is not installed, or does not know Ed25519.</summary>
    public static readonly ErrorCode LibraryMissing = new(
        "signature.library-missing", ErrorKind.Internal, "Install the system's OpenSSL 3 library (libcrypto.so.3; Debian: libssl3).");

    /// <summary>libcrypto refused an operation that should not fail.</summary>
    public static readonly ErrorCode LibraryFailed = new(
        "signature.library-failed", ErrorKind.Internal, "Check the system's OpenSSL configuration; a restricted provider may forbid Ed25519.");

    private readonly SecretBytes _seed;
    private readonly ISm2PrivateKey? _sm2;

    private SigningKey(SecretBytes scalar, ISm2PrivateKey sm2) => (_seed, _sm2, PublicKey) = (scalar, sm2, VerifyingKey.Parse(sm2.PublicKey.Bytes));

    private SigningKey(SecretBytes seed)
    {
        _seed = seed;
        var publicKey = new byte[VerifyingKey.Size];
        seed.Use(publicKey, static (secret, destination) =>
        {
            LibCrypto.PublicKey(secret, destination);
            return true;
        });
        PublicKey = VerifyingKey.Parse(publicKey);
    }

    /// <summary>The key that verifies what this one signs.</summary>
    public VerifyingKey PublicKey { get; }

    /// <summary>A new key.</summary>
    /// <param name="random">Where its 32 bytes come from; the operating system by default.</param>
    /// <exception cref="CollabException"><see cref="LibraryMissing"/>.</exception>
    public static SigningKey Generate(RandomSource? random = null) =>
        FromSeed(SecretBytes.Random(SeedSize, random ?? RandomSource.System));

    /// <summary>A new key of an algorithm.</summary>
    /// <param name="algorithm">How it signs.</param>
    /// <param name="random">Where its 32 bytes come from; the operating system by default.</param>
    /// <exception cref="CollabException"><see cref="LibraryMissing"/> or <see cref="SmErrors.LibraryMissing"/>.</exception>
    public static SigningKey Generate(SignatureAlgorithm algorithm, RandomSource? random = null)
    {
        if (algorithm == SignatureAlgorithm.Ed25519) return Generate(random);
        while (true)
        {
            var scalar = SecretBytes.Random(SeedSize, random ?? RandomSource.System);
            if (scalar.Use(0, static (secret, _) => Sm2Curve.IsPrivate(secret))) return FromScalar(scalar);
            scalar.Dispose(); // one in 2^32 is drawn again, so that all that are left are alike
        }
    }

    /// <summary>Takes over a scalar of SM2 of 32 bytes, big-endian, from 1 to n - 2; the key disposes it.</summary>
    /// <exception cref="ArgumentException">Another length or range.</exception>
    /// <exception cref="CollabException"><see cref="SmErrors.LibraryMissing"/>.</exception>
    public static SigningKey FromScalar(SecretBytes scalar) => new(scalar, LibCryptoSmProvider.Open().Import(scalar));

    /// <summary>Takes over a seed of 32 bytes; the key disposes it.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static SigningKey FromSeed(SecretBytes seed)
    {
        if (seed.Size == SeedSize) return new SigningKey(seed);
        throw new ArgumentException($"An Ed25519 seed has {SeedSize} bytes.", nameof(seed));
    }

    /// <summary>Reads a key file written by <see cref="Save"/> or by <c>openssl genpkey</c>; details at <see cref="SigningKeyFile"/>.</summary>
    /// <param name="path">The file; it and its content must be readable by their owner alone.</param>
    /// <param name="passphrase">UTF-8 bytes; needed exactly when the file is encrypted.</param>
    /// <exception cref="CollabException">One of the codes of <see cref="SigningKeyFile"/>.</exception>
    public static SigningKey Load(string path, SecretBytes? passphrase = null)
    {
        var (algorithm, secret) = SigningKeyFile.Read(path, passphrase);
        return algorithm == SignatureAlgorithm.Sm2 ? FromScalar(secret) : FromSeed(secret);
    }

    /// <summary>Writes the secret key to a new file of mode 0600, on the disk when the call returns.</summary>
    /// <param name="path">A file that does not exist yet: a key is never overwritten.</param>
    /// <param name="passphrase">UTF-8 bytes; when given, the file is encrypted (PBES2).</param>
    /// <exception cref="CollabException">One of the codes of <see cref="SigningKeyFile"/>.</exception>
    public void Save(string path, SecretBytes? passphrase = null) => SigningKeyFile.Write(path, PublicKey.Algorithm, _seed, passphrase);

    /// <summary>The 64-byte signature of the message.</summary>
    /// <remarks>Timing depends on the length of the message alone, as far as libcrypto keeps that promise.</remarks>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (_sm2 is not null) return _sm2.Sign(Sm2Format.DefaultIdentity, message);
        var signature = new byte[VerifyingKey.SignatureSize];
        _seed.Use(new Signing(message, signature), static (secret, signing) =>
        {
            LibCrypto.Sign(secret, signing.Message, signing.Signature);
            return true;
        });
        return signature;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SigningKey)} (secret)";

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => _seed.Dispose();

    private readonly ref struct Signing(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        public readonly ReadOnlySpan<byte> Message = message;
        public readonly Span<byte> Signature = signature;
    }
}

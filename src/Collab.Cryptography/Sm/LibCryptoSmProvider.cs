using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>The SM suite of the system's libcrypto (OpenSSL 3), where private keys are used in production.</summary>
/// <remarks>Constant time is libcrypto's claim for its ladder and is not measured here.</remarks>
public sealed class LibCryptoSmProvider : ISmProvider
{
    private static readonly Lazy<CollabException?> Problem = new(Probe);

    private LibCryptoSmProvider()
    {
    }

    /// <inheritdoc/>
    public string Name => "libcrypto";

    /// <inheritdoc/>
    public bool HoldsPrivateKeys => true;

    /// <summary>Whether libcrypto has SM4 with GCM as well; a fact for reports, no format depends on it.</summary>
    public bool HasSm4Gcm => LibCryptoSm.HasSm4Gcm();

    /// <summary>The provider, after libcrypto has answered the standards' vectors.</summary>
    /// <exception cref="CollabException"><see cref="SmErrors.LibraryMissing"/>.</exception>
    public static LibCryptoSmProvider Open() => Problem.Value is { } problem
        ? throw new CollabException(problem.Code, problem.Message, inner: problem.InnerException)
        : new LibCryptoSmProvider();

    /// <inheritdoc/>
    public ISm3Hash BeginSm3() => new LibCryptoSm.Sm3Hash();

    /// <inheritdoc/>
    public void Sm4Ctr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter, Span<byte> data)
    {
        SmFormat.RequireSm4(key, counter);
        LibCryptoSm.Sm4Ctr(key, counter, data);
    }

    /// <inheritdoc/>
    public ISm2PrivateKey Import(SecretBytes scalar) => new PrivateKey(SmFormat.RequirePrivate(scalar));

    /// <inheritdoc/>
    public bool Verify(Sm2PublicKey key, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Sm2Format.RequireIdentity(identity);
        if (!Sm2Curve.IsSignatureVariableTime(signature)) return false;
        using var handle = LibCryptoSm.Key(key.Bytes, []);
        return LibCryptoSm.Verify(handle, identity, message, signature);
    }

    /// <inheritdoc/>
    public byte[] Encrypt(Sm2PublicKey key, ReadOnlySpan<byte> plaintext)
    {
        Sm2Format.RequirePlaintext(plaintext);
        using var handle = LibCryptoSm.Key(key.Bytes, []);
        return LibCryptoSm.Encrypt(handle, plaintext);
    }

    private static CollabException? Probe()
    {
        try
        {
            var provider = new LibCryptoSmProvider();
            return SmVectors.Answers(provider) ? null : Missing("libcrypto answers the vectors of the SM standards wrongly.", null);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or CollabException)
        {
            return Missing("libcrypto cannot be used for SM2, SM3 and SM4.", fault);
        }
    }

    private static CollabException Missing(string message, Exception? inner) => new(SmErrors.LibraryMissing, message, inner: inner);

    /// <summary>A scalar in guarded memory; libcrypto's copy lives for one call and is wiped when it is freed.</summary>
    private sealed class PrivateKey : ISm2PrivateKey
    {
        private readonly SecretBytes _scalar;

        public PrivateKey(SecretBytes scalar)
        {
            _scalar = scalar;
            PublicKey = Sm2PublicKey.Parse(scalar.Use(0, static (secret, _) => LibCryptoSm.DerivePublicKey(secret)));
        }

        public Sm2PublicKey PublicKey { get; }

        public byte[] Sign(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message)
        {
            Sm2Format.RequireIdentity(identity);
            using var handle = Open();
            return LibCryptoSm.Sign(handle, identity, message);
        }

        public byte[]? Decrypt(ReadOnlySpan<byte> ciphertext)
        {
            if (!Sm2Format.IsCiphertext(ciphertext)) return null;
            using var handle = Open();
            return LibCryptoSm.Decrypt(handle, ciphertext);
        }

        public override string ToString() => "SM2 private key (secret)";

        public void Dispose() => _scalar.Dispose();

        private Signatures.LibCrypto.EvpKey Open() =>
            _scalar.Use(PublicKey, static (secret, key) => LibCryptoSm.Key(key.Bytes, secret));
    }
}

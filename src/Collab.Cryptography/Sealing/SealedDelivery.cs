using System.Security.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Cryptography.Sealing;

/// <summary>The sealed deliveries there are, chosen by the suite of the consortium's pinned keys.</summary>
public static class SealedDelivery
{
    private const ushort Aes256Gcm = 2;

    /// <summary>HPKE of RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.</summary>
    public static ISealedDelivery International { get; } = new HpkeDelivery();

    /// <summary>SM2, SM4 and HMAC-SM3: <see cref="SmSealing"/>.</summary>
    public static ISealedDelivery Sm { get; } = new SmDelivery();

    /// <summary>The sealed delivery of a suite.</summary>
    /// <param name="suite">The algorithm of the pinned keys.</param>
    public static ISealedDelivery For(SignatureAlgorithm suite) => suite == SignatureAlgorithm.Sm2 ? Sm : International;

    private sealed class HpkeDelivery : ISealedDelivery
    {
        public int PublicKeySize => Hpke.KeySize;

        public int Overhead => Hpke.KeySize + Hpke.TagSize;

        public IOpeningKey GenerateKey(RandomSource random) => new HpkeKey(random);

        public byte[] Seal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, RandomSource random) =>
            Hpke.Seal(Aes256Gcm, publicKey, context, default, plaintext, random);
    }

    private sealed class HpkeKey : IOpeningKey
    {
        private readonly SecretBytes _secret;
        private readonly byte[] _publicKey;

        public HpkeKey(RandomSource random)
        {
            Span<byte> material = stackalloc byte[Hpke.KeySize], secret = stackalloc byte[Hpke.KeySize];
            random.Fill(material);
            _publicKey = Hpke.DeriveKeyPair(material, secret);
            _secret = SecretBytes.Take(secret);
            CryptographicOperations.ZeroMemory(material);
        }

        public ReadOnlySpan<byte> PublicKey => _publicKey;

        public byte[]? Open(ReadOnlySpan<byte> context, ReadOnlySpan<byte> delivery) =>
            _secret.Use(new Opening(_publicKey, context, delivery), static (secret, o) => Hpke.Open(Aes256Gcm, secret, o.PublicKey, o.Context, default, o.Delivery));

        public override string ToString() => $"{nameof(IOpeningKey)} (secret)";

        public void Dispose() => _secret.Dispose();
    }

    private readonly ref struct Opening(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> delivery)
    {
        public readonly ReadOnlySpan<byte> PublicKey = publicKey;
        public readonly ReadOnlySpan<byte> Context = context;
        public readonly ReadOnlySpan<byte> Delivery = delivery;
    }

    private sealed class SmDelivery : ISealedDelivery
    {
        public int PublicKeySize => Sm2PublicKey.Size;

        public int Overhead => SmSealing.Overhead;

        public IOpeningKey GenerateKey(RandomSource random)
        {
            while (true)
            {
                var scalar = SecretBytes.Random(SigningKey.SeedSize, random);
                if (scalar.Use(0, static (secret, _) => Sm2Curve.IsPrivate(secret))) return new SmKey(LibCryptoSmProvider.Open().Import(scalar));
                scalar.Dispose(); // one in 2^32, as SigningKey.Generate
            }
        }

        public byte[] Seal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, RandomSource random) =>
            SmSealing.Seal(SmProviders.Current, Sm2PublicKey.Parse(publicKey), context, plaintext, random);
    }

    private sealed class SmKey(ISm2PrivateKey key) : IOpeningKey
    {
        public ReadOnlySpan<byte> PublicKey => key.PublicKey.Bytes;

        public byte[]? Open(ReadOnlySpan<byte> context, ReadOnlySpan<byte> delivery)
        {
            try
            {
                return SmSealing.Open(SmProviders.Current, key, context, delivery);
            }
            catch (CollabException fault) when (fault.Code == SmErrors.NotOpened)
            {
                return null;
            }
        }

        public override string ToString() => $"{nameof(IOpeningKey)} (secret)";

        public void Dispose() => key.Dispose();
    }
}

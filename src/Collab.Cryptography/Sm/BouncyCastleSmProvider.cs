using Collab.Primitives;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Security;

namespace Collab.Cryptography.Sm;

/// <summary>
/// The SM suite of Portable.BouncyCastle 1.8.10: the second opinion, and the one that hashes, encrypts and verifies where libcrypto is without SM.
/// It parses no certificates, no ASN.1 and no curve parameters of others, and its curve arithmetic is not constant time.
/// </summary>
public sealed class BouncyCastleSmProvider : ISmProvider
{
    private static readonly ECDomainParameters Domain = CreateDomain();

    private readonly RandomSource _random;

    private BouncyCastleSmProvider(RandomSource random, bool holdsPrivateKeys) => (_random, HoldsPrivateKeys) = (random, holdsPrivateKeys);

    /// <inheritdoc/>
    public string Name => "Portable.BouncyCastle";

    /// <inheritdoc/>
    public bool HoldsPrivateKeys { get; }

    /// <summary>The provider for public operations: hashing, SM4, verifying and encrypting.</summary>
    public static BouncyCastleSmProvider Open() => new(RandomSource.System, holdsPrivateKeys: false);

    /// <summary>The provider with private keys, for comparing with another one: the time it takes tells of the key.</summary>
    /// <param name="random">Where the numbers k of signatures and ciphertexts come from.</param>
    internal static BouncyCastleSmProvider OpenVariableTime(RandomSource random) => new(random, holdsPrivateKeys: true);

    /// <inheritdoc/>
    public ISm3Hash BeginSm3() => new Sm3Hash();

    /// <inheritdoc/>
    public void Sm4Ctr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter, Span<byte> data)
    {
        SmFormat.RequireSm4(key, counter);
        var stream = new SicBlockCipher(new SM4Engine());
        stream.Init(true, new ParametersWithIV(new KeyParameter(key.ToArray()), counter.ToArray()));
        byte[] block = new byte[SmFormat.Sm4BlockSize], output = new byte[SmFormat.Sm4BlockSize];
        for (var start = 0; start < data.Length; start += block.Length)
        {
            var size = Math.Min(block.Length, data.Length - start);
            data.Slice(start, size).CopyTo(block);
            stream.ProcessBlock(block, 0, output, 0);
            output.AsSpan(0, size).CopyTo(data[start..]);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CollabException"><see cref="SmErrors.PublicOnly"/>.</exception>
    public ISm2PrivateKey Import(SecretBytes scalar)
    {
        if (HoldsPrivateKeys) return new PrivateKey(SmFormat.RequirePrivate(scalar), _random);
        scalar.Dispose();
        throw new CollabException(SmErrors.PublicOnly, $"{Name} does not compute with private keys in constant time.");
    }

    /// <inheritdoc/>
    public bool Verify(Sm2PublicKey key, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Sm2Format.RequireIdentity(identity);
        if (!Sm2Curve.IsSignatureVariableTime(signature)) return false;
        var verifier = new SM2Signer(PlainDsaEncoding.Instance, new SM3Digest());
        verifier.Init(false, new ParametersWithID(Public(key), identity.ToArray()));
        verifier.BlockUpdate(message.ToArray(), 0, message.Length);
        return verifier.VerifySignature(signature.ToArray());
    }

    /// <inheritdoc/>
    public byte[] Encrypt(Sm2PublicKey key, ReadOnlySpan<byte> plaintext)
    {
        Sm2Format.RequirePlaintext(plaintext);
        var engine = new SM2Engine(new SM3Digest());
        engine.Init(true, new ParametersWithRandom(Public(key), new Randomness(_random)));
        var output = engine.ProcessBlock(plaintext.ToArray(), 0, plaintext.Length).AsSpan(1); // 04 ‖ C1 ‖ C2 ‖ C3
        return [.. output[..Sm2PublicKey.Size], .. output[^SmFormat.Sm3Size..], .. output[Sm2PublicKey.Size..^SmFormat.Sm3Size]];
    }

    private static ECDomainParameters CreateDomain()
    {
        // The curve of our own constants: the library reads no curve from anywhere.
        var order = new BigInteger(Sm2Curve.OrderText, 16);
        var curve = new FpCurve(
            new BigInteger(Sm2Curve.PrimeText, 16), new BigInteger(Sm2Curve.AText, 16), new BigInteger(Sm2Curve.BText, 16), order, BigInteger.One);
        var generator = curve.CreatePoint(new BigInteger(Sm2Curve.GeneratorXText, 16), new BigInteger(Sm2Curve.GeneratorYText, 16));
        return new ECDomainParameters(curve, generator, order, BigInteger.One);
    }

    private static ECPublicKeyParameters Public(Sm2PublicKey key)
    {
        var bytes = key.Bytes.ToArray();
        return new ECPublicKeyParameters(
            Domain.Curve.CreatePoint(new BigInteger(1, bytes, 0, Sm2Curve.Size), new BigInteger(1, bytes, Sm2Curve.Size, Sm2Curve.Size)), Domain);
    }

    private sealed class PrivateKey : ISm2PrivateKey
    {
        private readonly SecretBytes _scalar;
        private readonly RandomSource _random;

        public PrivateKey(SecretBytes scalar, RandomSource random)
        {
            (_scalar, _random) = (scalar, random);
            PublicKey = Sm2PublicKey.Parse(Domain.G.Multiply(Parameters().D).Normalize().GetEncoded(false).AsSpan(1));
        }

        public Sm2PublicKey PublicKey { get; }

        public byte[] Sign(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message)
        {
            Sm2Format.RequireIdentity(identity);
            var signer = new SM2Signer(PlainDsaEncoding.Instance, new SM3Digest());
            signer.Init(true, new ParametersWithID(new ParametersWithRandom(Parameters(), new Randomness(_random)), identity.ToArray()));
            signer.BlockUpdate(message.ToArray(), 0, message.Length);
            return signer.GenerateSignature();
        }

        public byte[]? Decrypt(ReadOnlySpan<byte> ciphertext)
        {
            if (!Sm2Format.IsCiphertext(ciphertext)) return null;
            var engine = new SM2Engine(new SM3Digest());
            engine.Init(false, Parameters());
            byte[] reordered = [4, .. ciphertext[..64], .. ciphertext[96..], .. ciphertext[64..96]];
            try
            {
                return engine.ProcessBlock(reordered, 0, reordered.Length);
            }
            catch (InvalidCipherTextException)
            {
                return null;
            }
        }

        public override string ToString() => "SM2 private key (secret)";

        public void Dispose() => _scalar.Dispose();

        private ECPrivateKeyParameters Parameters() =>
            new(_scalar.Use(0, static (secret, _) => new BigInteger(1, secret.ToArray())), Domain);
    }

    private sealed class Sm3Hash : ISm3Hash
    {
        private readonly SM3Digest _digest = new();

        public void Append(ReadOnlySpan<byte> bytes) => _digest.BlockUpdate(bytes.ToArray(), 0, bytes.Length);

        public void Finish(Span<byte> digest)
        {
            var output = new byte[SmFormat.Sm3Size];
            _digest.DoFinal(output, 0);
            output.CopyTo(digest);
        }

        public void Dispose() => _digest.Reset();
    }

    /// <summary>Our source of randomness in the library's form.</summary>
    private sealed class Randomness(RandomSource random) : SecureRandom((IRandomGenerator)null!)
    {
        public override void NextBytes(byte[] buf) => random.Fill(buf);

        public override void NextBytes(byte[] buf, int off, int len) => random.Fill(buf.AsSpan(off, len));
    }
}

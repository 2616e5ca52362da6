using System.Text;
using Collab.Cryptography.Sm;
using Collab.Primitives;
using Collab.Testing;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Collab.Cryptography.Tests.Sm;

public class SmSealingTests
{
    private static readonly ISmProvider First = LibCryptoSmProvider.Open();
    private static readonly ISmProvider Second = BouncyCastleSmProvider.OpenVariableTime(RandomSource.Seeded(1));

    [Theory, InlineData(0), InlineData(1), InlineData(16), InlineData(1_000)]
    public void What_is_sealed_by_one_provider_opens_in_the_other(int length)
    {
        var plaintext = RandomSource.Seeded(length).Bytes(length);
        foreach (var (sealing, opening) in new[] { (First, Second), (Second, First) })
        {
            using var key = Key(opening, 3);
            var delivery = SmSealing.Seal(sealing, key.PublicKey, "record 7"u8, plaintext, RandomSource.Seeded(4));
            Assert.Equal(length + SmSealing.Overhead, delivery.Length);
            Assert.Equal(plaintext, SmSealing.Open(opening, key, "record 7"u8, delivery));
        }
    }

    [Fact]
    public void Another_key_context_length_or_bit_does_not_open_and_the_answer_is_the_same()
    {
        using var key = Key(First, 3);
        using var other = Key(First, 5);
        var delivery = SmSealing.Seal(First, key.PublicKey, "record 7"u8, "secret"u8, RandomSource.Seeded(4));
        Refused(other, "record 7", delivery);
        Refused(key, "record 8", delivery);
        Refused(key, "record", delivery);
        foreach (var length in (int[])[0, 1, 143, 144, 175, 176, delivery.Length - 1]) Refused(key, "record 7", delivery[..length]);
        Refused(key, "record 7", [.. delivery, 0]);
        for (var at = 0; at < delivery.Length; at += 3)
        {
            delivery[at] ^= 0x40;
            Refused(key, "record 7", delivery);
            delivery[at] ^= 0x40;
        }

        Assert.Equal("secret"u8.ToArray(), SmSealing.Open(First, key, "record 7"u8, delivery));
    }

    [Theory, InlineData(0), InlineData(16), InlineData(32), InlineData(64)]
    public void Our_hmac_is_that_of_the_other_library(int keySize)
    {
        byte[] key = RandomSource.Seeded(6).Bytes(keySize), message = RandomSource.Seeded(7).Bytes(300), expected = new byte[32];
        var mac = new HMac(new SM3Digest());
        mac.Init(new KeyParameter(key));
        mac.BlockUpdate(message, 0, message.Length);
        mac.DoFinal(expected, 0);
        Assert.Equal(expected, First.HmacSm3(key, message.AsSpan(0, 100), message.AsSpan(100)));
        Assert.Equal(expected, Second.HmacSm3(key, message, []));
    }

    private static void Refused(ISm2PrivateKey key, string context, byte[] delivery)
    {
        var fault = Assert.Throws<CollabException>(() => SmSealing.Open(First, key, Encoding.UTF8.GetBytes(context), delivery));
        Assert.Same(SmErrors.NotOpened, fault.Code);
        Assert.Equal("The sealed delivery does not open with this key for this purpose.", fault.Message);
    }

    private static ISm2PrivateKey Key(ISmProvider provider, byte seed) => provider.Import(SecretBytes.Take([.. new byte[16], .. Enumerable.Repeat(seed, 16)]));
}

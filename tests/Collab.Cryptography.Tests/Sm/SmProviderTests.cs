using System.Globalization;
using System.Numerics;
using Collab.Cryptography.Sm;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Sm;

/// <summary>The two providers against each other, and what each refuses.</summary>
public class SmProviderTests
{
    private static readonly ISmProvider First = LibCryptoSmProvider.Open();
    private static readonly ISmProvider Second = BouncyCastleSmProvider.OpenVariableTime(RandomSource.Seeded(1));

    public static TheoryData<string> Providers { get; } = [First.Name, Second.Name];

    public static TheoryData<string, string> Pairs { get; } = new() { { First.Name, Second.Name }, { Second.Name, First.Name } };

    [Fact]
    public void Both_hash_and_encrypt_alike_at_every_length_around_the_blocks()
    {
        var random = RandomSource.Seeded(2);
        foreach (var length in (int[])[0, 1, 15, 16, 17, 55, 56, 63, 64, 65, 127, 128, 129, 1000, 65_537])
        {
            var message = random.Bytes(length);
            Assert.Equal(First.Sm3(message), Second.Sm3(message));

            byte[] key = random.Bytes(16), counter = random.Bytes(16), one = [.. message], other = [.. message];
            counter.AsSpan(1).Fill(0xff); // the carry runs through
            First.Sm4Ctr(key, counter, one);
            Second.Sm4Ctr(key, counter, other);
            Assert.Equal(one, other);
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void What_one_makes_the_other_takes(string makerName, string takerName)
    {
        var (maker, taker) = (Named(makerName), Named(takerName));
        var random = RandomSource.Seeded(3);
        for (var i = 1; i <= 40; i++)
        {
            var scalar = random.Bytes(32);
            scalar[0] &= 0x7f; // below the order
            using var made = maker.Import(SecretBytes.Take([.. scalar]));
            using var taken = taker.Import(SecretBytes.Take(scalar));
            Assert.Equal(made.PublicKey, taken.PublicKey);

            byte[] identity = random.Bytes(i), message = random.Bytes(7 * i - 7);
            Assert.True(taker.Verify(made.PublicKey, identity, message, made.Sign(identity, message)));
            Assert.Equal(identity, taken.Decrypt(maker.Encrypt(made.PublicKey, identity)));
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public void A_signature_is_of_its_key_identity_message_and_bits_alone(string name)
    {
        var provider = Named(name);
        using var key = Key(provider, 5);
        using var other = Key(provider, 6);
        var signature = key.Sign("al"u8, "message"u8);
        Assert.True(provider.Verify(key.PublicKey, "al"u8, "message"u8, signature));
        Assert.False(provider.Verify(other.PublicKey, "al"u8, "message"u8, signature));
        Assert.False(provider.Verify(key.PublicKey, "bo"u8, "message"u8, signature));
        Assert.False(provider.Verify(key.PublicKey, "al"u8, "massage"u8, signature));
        Assert.False(provider.Verify(key.PublicKey, "al"u8, "message"u8, signature.AsSpan(1)));
        for (var bit = 0; bit < 8 * signature.Length; bit += 7)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(provider.Verify(key.PublicKey, "al"u8, "message"u8, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public void Numbers_out_of_range_are_no_signature(string name)
    {
        var provider = Named(name);
        using var key = Key(provider, 7);
        var good = key.Sign("al"u8, []);
        byte[] zero = new byte[32], order = Bytes(Sm2Curve.Order), beyond = Bytes(Sm2Curve.Order + 1);
        var r = good[..32];
        var opposite = Bytes(Sm2Curve.Order - new BigInteger(r, isUnsigned: true, isBigEndian: true));
        foreach (var bad in (byte[][])[[.. zero, .. good[32..]], [.. r, .. zero], [.. order, .. good[32..]], [.. r, .. order], [.. r, .. beyond], [.. r, .. opposite], new byte[64]])
            Assert.False(provider.Verify(key.PublicKey, "al"u8, [], bad));
    }

    [Theory, MemberData(nameof(Providers))]
    public void A_shortened_or_altered_ciphertext_does_not_decrypt(string name)
    {
        var provider = Named(name);
        using var key = Key(provider, 8);
        using var other = Key(provider, 9);
        var ciphertext = provider.Encrypt(key.PublicKey, "a key of sixteen"u8);
        Assert.Equal("a key of sixteen"u8.ToArray(), key.Decrypt(ciphertext));
        Assert.Null(other.Decrypt(ciphertext));
        foreach (var length in (int[])[0, 1, 63, 64, 95, 96, 97, ciphertext.Length - 1]) Assert.Null(key.Decrypt(ciphertext.AsSpan(0, length)));
        Assert.Null(key.Decrypt([.. ciphertext, 0]));
        for (var at = 0; at < ciphertext.Length; at += 5)
        {
            ciphertext[at] ^= 1;
            Assert.Null(key.Decrypt(ciphertext));
            ciphertext[at] ^= 1;
        }
    }

    [Fact]
    public void A_key_is_a_point_of_the_curve_and_no_other_bytes()
    {
        using var key = Key(First, 10);
        byte[] good = key.PublicKey.Bytes.ToArray(), off = [.. good], beyond = [.. Bytes(Sm2Curve.Prime), .. good[32..]];
        off[63] ^= 1;
        foreach (var bad in (byte[][])[[], [0], new byte[64], off, beyond, [4, .. good], good[..63], [.. good[32..], .. good[..32]]])
            Assert.Throws<MalformedException>(() => Sm2PublicKey.Parse(bad));

        // A point of another curve, y² = x³ + ax + b', would let an attacker learn the scalar piece by piece.
        byte[] ciphertext = [.. off, .. new byte[33]];
        Assert.Null(key.Decrypt(ciphertext));
    }

    [Theory, MemberData(nameof(Providers))]
    public void A_private_key_is_from_one_to_the_order_less_two(string name)
    {
        var provider = Named(name);
        foreach (var good in (BigInteger[])[1, 2, Sm2Curve.Order - 2]) provider.Import(SecretBytes.Take(Bytes(good))).Dispose();
        foreach (var bad in (BigInteger[])[0, Sm2Curve.Order - 1, Sm2Curve.Order, (BigInteger.One << 256) - 1])
            Assert.Throws<ArgumentException>(() => provider.Import(SecretBytes.Take(Bytes(bad))));
        Assert.Throws<ArgumentException>(() => provider.Import(SecretBytes.Take(new byte[31])));
    }

    [Theory, MemberData(nameof(Providers))]
    public void Identities_and_plaintexts_have_limits_and_a_disposed_key_is_gone(string name)
    {
        var provider = Named(name);
        var key = Key(provider, 11);
        Assert.Throws<ArgumentException>(() => key.Sign([], []));
        Assert.Throws<ArgumentException>(() => key.Sign(new byte[8191], []));
        Assert.True(provider.Verify(key.PublicKey, new byte[8190], [], key.Sign(new byte[8190], [])));
        Assert.Throws<ArgumentException>(() => provider.Encrypt(key.PublicKey, []));
        Assert.Throws<ArgumentException>(() => provider.Encrypt(key.PublicKey, new byte[1025]));
        Assert.Equal("SM2 private key (secret)", key.ToString());
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign("al"u8, []));
    }

    [Fact]
    public void The_managed_library_takes_no_private_key_in_the_product()
    {
        using var scalar = SecretBytes.Take(Bytes(5));
        Assert.Same(SmErrors.PublicOnly, Assert.Throws<CollabException>(() => BouncyCastleSmProvider.Open().Import(scalar)).Code);
        Assert.Throws<ObjectDisposedException>(() => scalar.Use(0, static (_, _) => 0));
    }

    [Fact]
    public void Both_answer_the_vectors_that_are_asked_at_the_start()
    {
        Assert.True(SmVectors.Answers(First));
        Assert.True(SmVectors.Answers(Second));
        Assert.True(SmVectors.Answers(BouncyCastleSmProvider.Open()));
    }

    private static ISm2PrivateKey Key(ISmProvider provider, int seed) => provider.Import(SecretBytes.Take(Bytes(BigInteger.Parse($"{seed}000000000000000000007", CultureInfo.InvariantCulture))));

    private static ISmProvider Named(string name) => name == First.Name ? First : Second;

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[32];
        var encoded = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        encoded.CopyTo(bytes, 32 - encoded.Length);
        return bytes;
    }
}

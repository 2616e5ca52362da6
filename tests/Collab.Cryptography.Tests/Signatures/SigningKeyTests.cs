using Collab.Cryptography.Signatures;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Signatures;

public class SigningKeyTests
{
    /// <summary>RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc). IETF Trust, code components under the BSD licence.</summary>
    public static TheoryData<string, string, string, string> Rfc8032 => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory, MemberData(nameof(Rfc8032))]
    public void Keys_and_signatures_are_those_of_rfc_8032(string seed, string publicKey, string message, string signature)
    {
        using var key = SigningKey.FromSeed(SecretBytes.Take(Convert.FromHexString(seed)));
        Assert.Equal(publicKey, key.PublicKey.ToString());
        Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(Convert.FromHexString(message))));
        Assert.True(key.PublicKey.Verify(Convert.FromHexString(message), Convert.FromHexString(signature)));
    }

    [Fact]
    public void A_signature_verifies_for_its_own_key_and_message_alone()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(1));
        using var other = SigningKey.Generate(RandomSource.Seeded(2));
        var message = "a message"u8.ToArray();
        var signature = key.Sign(message);
        Assert.True(key.PublicKey.Verify(message, signature));
        Assert.False(other.PublicKey.Verify(message, signature));
        Assert.False(key.PublicKey.Verify("another message"u8, signature));
        Assert.False(key.PublicKey.Verify([], signature));
    }

    [Fact]
    public void Every_flipped_bit_of_a_signature_is_refused()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(3));
        var signature = key.Sign("x"u8);
        for (var bit = 0; bit < 8 * signature.Length; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.PublicKey.Verify("x"u8, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(key.PublicKey.Verify("x"u8, signature));
    }

    [Theory, InlineData(0), InlineData(63), InlineData(65), InlineData(128)]
    public void A_signature_of_another_length_is_refused(int length)
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(4));
        var signature = new byte[length];
        key.Sign("x"u8).AsSpan(0, Math.Min(64, length)).CopyTo(signature);
        Assert.False(key.PublicKey.Verify("x"u8, signature));
    }

    [Fact]
    public void The_second_spelling_of_S_is_refused()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(5));
        var signature = key.Sign("x"u8);
        var order = System.Numerics.BigInteger.Parse("7237005577332262213973186563042994240857116359379907606001950938285454250989");
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        s.ToByteArray(isUnsigned: true).CopyTo(signature, 32); // S + L < 2^256 always
        Assert.False(key.PublicKey.Verify("x"u8, signature));
    }

    [Fact]
    public void Keys_made_from_the_system_differ()
    {
        using var a = SigningKey.Generate();
        using var b = SigningKey.Generate();
        Assert.NotEqual(a.PublicKey, b.PublicKey);
    }

    [Fact]
    public void A_disposed_key_does_not_sign_and_no_key_prints_itself()
    {
        var key = SigningKey.Generate(RandomSource.Seeded(6));
        Assert.Equal("SigningKey (secret)", key.ToString());
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign("x"u8));
        Assert.Throws<ArgumentException>(() => SigningKey.FromSeed(SecretBytes.Random(31, RandomSource.Seeded(1))));
    }

    [Fact]
    public void One_key_signs_and_verifies_on_many_threads()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(7));
        Parallel.For(0, 500, i =>
        {
            var message = BitConverter.GetBytes(i);
            Assert.True(key.PublicKey.Verify(message, key.Sign(message)));
        });
    }
}

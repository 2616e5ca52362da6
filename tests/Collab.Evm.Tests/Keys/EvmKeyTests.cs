using System.Security.Cryptography;
using System.Text;
using Collab.Arithmetic.Curves;
using Collab.Evm.Keys;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Keys;

public class EvmKeyTests
{
    private const string OrderLessOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";

    // The deterministic signatures over SHA-256 that implementations of secp256k1 have exchanged since 2013 (RFC 6979 itself has none for this curve).
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [InlineData(OrderLessOne, "Satoshi Nakamoto",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0", "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5")]
    public void Known_deterministic_signatures(string secret, string message, string r, string s)
    {
        using var key = EvmKey.FromSecret(Convert.FromHexString(secret));
        var signature = key.Sign(new Digest(SHA256.HashData(Encoding.ASCII.GetBytes(message))));
        Assert.Equal((r, s), (signature.R.ToString(), signature.S.ToString()));
    }

    [Fact]
    public void A_signature_verifies_for_its_hash_and_key_alone_and_never_with_the_high_s()
    {
        var random = RandomSource.Seeded(3);
        using var key = EvmKey.Generate(random);
        using var other = EvmKey.Generate(random);
        for (var i = 0; i < 20; i++)
        {
            var hash = new Digest(random.Bytes(32));
            var signature = key.Sign(hash);
            Assert.Equal(signature, key.Sign(hash));
            Assert.True(key.Verify(hash, signature));
            Assert.False(other.Verify(hash, signature));
            Assert.False(key.Verify(new Digest(random.Bytes(32)), signature));
            var high = new byte[32];
            Secp256k1.Negate(signature.S.ToArray(), high);
            Assert.False(key.Verify(hash, signature with { S = new Digest(high) }));
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("01")]
    public void A_secret_that_is_no_scalar_is_refused(string secret) =>
        Assert.Throws<ArgumentException>(() => EvmKey.FromSecret(Convert.FromHexString(secret)));

    [Fact]
    public void A_key_is_not_printed()
    {
        using var key = EvmKey.FromSecret(Convert.FromHexString(OrderLessOne));
        Assert.DoesNotContain("fffffff", key.ToString());
    }

    // EIP-55.
    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"), InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void An_address_carries_its_checksum(string text)
    {
        var address = EvmAddress.Parse(text.ToLowerInvariant());
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, EvmAddress.Parse(text));
        var swapped = new string([.. text.Take(2), .. text.Skip(2).Select(c => char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c))]);
        Assert.Throws<MalformedException>(() => EvmAddress.Parse(swapped));
    }
}

using System.Text.Json.Nodes;
using Collab.Cryptography.Sealing;
using Collab.Cryptography.Signatures;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Sealing;

/// <summary>HPKE on the RFC's vectors, and what both sealed deliveries promise.</summary>
public class SealedDeliveryTests
{
    public static TheoryData<SignatureAlgorithm> Suites { get; } = [SignatureAlgorithm.Ed25519, SignatureAlgorithm.Sm2];

    [Fact]
    public void Hpke_is_that_of_rfc_9180()
    {
        var cases = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "rfc9180-hpke.json")))!["cases"]!.AsArray();
        Assert.All(cases, vector =>
        {
            byte[] Hex(string name) => Convert.FromHexString(vector![name]!.GetValue<string>());
            var aead = vector!["aeadId"]!.GetValue<ushort>();
            var secret = new byte[32];
            Assert.Equal(Hex("pkRm"), Hpke.DeriveKeyPair(Hex("ikmR"), secret));
            Assert.Equal(Hex("skRm"), secret);
            var delivery = Hpke.Seal(aead, Hex("pkRm"), Hex("info"), Hex("aad"), Hex("pt"), new Fixed(Hex("ikmE")));
            Assert.Equal([.. Hex("enc"), .. Hex("ct")], delivery);
            Assert.Equal(Hex("pt"), Hpke.Open(aead, secret, Hex("pkRm"), Hex("info"), Hex("aad"), delivery));
        });
    }

    [Theory, MemberData(nameof(Suites))]
    public void What_was_sealed_opens_at_every_length(SignatureAlgorithm suite)
    {
        var sealing = SealedDelivery.For(suite);
        var random = RandomSource.Seeded(1);
        using var key = sealing.GenerateKey(random);
        Assert.Equal(sealing.PublicKeySize, key.PublicKey.Length);
        foreach (var length in (int[])[0, 1, 15, 16, 17, 4096])
        {
            var plaintext = random.Bytes(length);
            var delivery = sealing.Seal(key.PublicKey, "for this"u8, plaintext, random);
            Assert.Equal(length + sealing.Overhead, delivery.Length);
            Assert.Equal(plaintext, key.Open("for this"u8, delivery));
        }
    }

    [Theory, MemberData(nameof(Suites))]
    public void Nothing_else_opens(SignatureAlgorithm suite)
    {
        var sealing = SealedDelivery.For(suite);
        using var key = sealing.GenerateKey(RandomSource.Seeded(1));
        using var other = sealing.GenerateKey(RandomSource.Seeded(2));
        var delivery = sealing.Seal(key.PublicKey, "for this"u8, "secret"u8, RandomSource.Seeded(3));
        Assert.Null(key.Open("for that"u8, delivery));
        Assert.Null(key.Open(""u8, delivery));
        Assert.Null(other.Open("for this"u8, delivery));
        for (var i = 0; i < delivery.Length; i++)
        {
            delivery[i] ^= 1;
            Assert.Null(key.Open("for this"u8, delivery));
            delivery[i] ^= 1;
        }

        for (var size = 0; size < delivery.Length; size++) Assert.Null(key.Open("for this"u8, delivery.AsSpan(0, size)));
        Assert.Null(key.Open("for this"u8, [.. delivery, 0]));
        Assert.NotNull(key.Open("for this"u8, delivery));
    }

    [Theory, MemberData(nameof(Suites))]
    public void A_key_that_is_none_is_refused(SignatureAlgorithm suite)
    {
        var sealing = SealedDelivery.For(suite);
        using var key = sealing.GenerateKey(RandomSource.Seeded(1));
        var longer = key.PublicKey.ToArray().Append((byte)0).ToArray();
        foreach (var bad in (byte[][])[[], key.PublicKey[1..].ToArray(), longer, new byte[sealing.PublicKeySize]])
            Assert.Throws<MalformedException>(() => sealing.Seal(bad, "x"u8, "y"u8, RandomSource.Seeded(3)));
    }

    [Fact]
    public void Points_of_small_order_are_refused_on_both_sides()
    {
        using var key = SealedDelivery.International.GenerateKey(RandomSource.Seeded(1));
        byte[] one = [1, .. new byte[31]];
        Assert.Throws<MalformedException>(() => SealedDelivery.International.Seal(one, "x"u8, "y"u8, RandomSource.Seeded(3)));
        Assert.Null(key.Open("x"u8, [.. one, .. new byte[17]]));
    }

    [Fact]
    public void The_keys_are_not_printed() =>
        Assert.All(Suites, suite =>
        {
            using var key = SealedDelivery.For(suite).GenerateKey(RandomSource.Seeded(1));
            Assert.Contains("(secret)", key.ToString(), StringComparison.Ordinal);
        });

    private sealed class Fixed(byte[] bytes) : RandomSource
    {
        public override void Fill(Span<byte> destination) => bytes.CopyTo(destination);
    }
}

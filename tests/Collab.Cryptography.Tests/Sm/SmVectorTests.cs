using System.Text.Json.Nodes;
using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Cryptography.Tests.Sm;

/// <summary>Each provider on the standards' own examples.</summary>
public class SmVectorTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "gbt-sm.json")))!;

    private static readonly ISmProvider First = LibCryptoSmProvider.Open();
    private static readonly ISmProvider Second = BouncyCastleSmProvider.OpenVariableTime(RandomSource.System);

    public static TheoryData<string> Providers { get; } = [First.Name, Second.Name];

    [Theory, MemberData(nameof(Providers))]
    public void Sm3_is_that_of_the_standard(string name) =>
        Assert.All(Vectors["sm3"]!.AsArray(), vector => Assert.Equal(Hex(vector!["digest"]), Named(name).Sm3(Hex(vector["message"]))));

    [Theory, MemberData(nameof(Providers))]
    public void Sm4_is_that_of_the_standard_once(string name)
    {
        var vector = Vectors["sm4"]!;
        var stream = new byte[16];
        Named(name).Sm4Ctr(Hex(vector["key"]), Hex(vector["plaintext"]), stream); // the stream over zeros is the block cipher of the counter
        Assert.Equal(Hex(vector["once"]), stream);
    }

    [Fact]
    public void Sm4_is_that_of_the_standard_a_million_times()
    {
        var vector = Vectors["sm4"]!;
        var (key, block) = (Hex(vector["key"]), Hex(vector["plaintext"]));
        for (var i = 0; i < 1_000_000; i++)
        {
            var stream = new byte[16];
            First.Sm4Ctr(key, block, stream);
            block = stream;
        }

        Assert.Equal(Hex(vector["millionTimes"]), block);
    }

    [Theory, MemberData(nameof(Providers))]
    public void Sm4_in_counter_mode_is_that_of_the_draft(string name)
    {
        var provider = Named(name);
        var vector = Vectors["sm4Ctr"]!;
        var data = Hex(vector["plaintext"]);
        provider.Sm4Ctr(Hex(vector["key"]), Hex(vector["counter"]), data);
        Assert.Equal(Hex(vector["ciphertext"]), data);
    }

    [Theory, MemberData(nameof(Providers))]
    public void The_standards_signature_verifies_and_its_ciphertext_decrypts(string name)
    {
        var provider = Named(name);
        var vector = Vectors["sm2"]!;
        using var key = provider.Import(SecretBytes.Take(Hex(vector["private"])));
        Assert.Equal(Hex(vector["public"]), key.PublicKey.Bytes.ToArray());
        Assert.True(provider.Verify(key.PublicKey, Hex(vector["identity"]), Hex(vector["message"]), Hex(vector["signature"])));
        Assert.Equal(Hex(vector["plaintext"]), key.Decrypt(Hex(vector["ciphertext"])));
    }

    [Fact]
    public void With_the_standards_number_k_signature_and_ciphertext_are_those_of_the_standard()
    {
        var vector = Vectors["sm2"]!;
        var provider = BouncyCastleSmProvider.OpenVariableTime(new Fixed(Hex(vector["k"])));
        using var key = provider.Import(SecretBytes.Take(Hex(vector["private"])));
        Assert.Equal(Hex(vector["signature"]), key.Sign(Hex(vector["identity"]), Hex(vector["message"])));
        Assert.Equal(Hex(vector["ciphertext"]), provider.Encrypt(key.PublicKey, Hex(vector["plaintext"])));
    }

    [Fact]
    public void The_default_identity_is_that_of_the_standard() => Assert.Equal(Hex(Vectors["sm2"]!["identity"]), Sm2Format.DefaultIdentity.ToArray());

    private static ISmProvider Named(string name) => name == First.Name ? First : Second;

    private static byte[] Hex(JsonNode? text) => Convert.FromHexString(text!.GetValue<string>());

    private sealed class Fixed(byte[] number) : RandomSource
    {
        public override void Fill(Span<byte> destination) => number.CopyTo(destination);
    }
}

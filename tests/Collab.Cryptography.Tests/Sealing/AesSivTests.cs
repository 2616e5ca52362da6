using Collab.Cryptography.Sealing;

namespace Collab.Cryptography.Tests.Sealing;

public class AesSivTests
{
    /// <summary>RFC 5297, appendices A.1 and A.2.</summary>
    [Theory]
    [InlineData(
        "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "101112131415161718191a1b1c1d1e1f2021222324252627",
        "112233445566778899aabbccddee", "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")]
    [InlineData(
        "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
        "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100,102030405060708090a0,09f911029d74e35bd84156c5635688c0",
        "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553",
        "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d")]
    public void The_vectors_of_the_RFC_hold(string key, string associated, string text, string expected)
    {
        using var siv = new AesSiv(Convert.FromHexString(key));
        byte[][] parts = [.. associated.Split(',').Select(Convert.FromHexString)];
        var plain = Convert.FromHexString(text);
        var sealedText = new byte[plain.Length + AesSiv.Overhead];
        siv.Seal(plain, sealedText, parts);
        Assert.Equal(expected, Convert.ToHexStringLower(sealedText));
        var opened = new byte[plain.Length];
        Assert.True(siv.TryOpen(sealedText, opened, parts));
        Assert.Equal(plain, opened);
        Assert.False(siv.TryOpen(sealedText, opened));
    }

    [Fact]
    public void What_was_sealed_opens_at_every_length_and_no_changed_bit_does()
    {
        using var siv = new AesSiv([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        using var other = new AesSiv([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        for (var length = 0; length <= 70; length++)
        {
            byte[] plain = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 3))], sealedText = new byte[length + AesSiv.Overhead], opened = new byte[length];
            siv.Seal(plain, sealedText);
            Assert.True(siv.TryOpen(sealedText, opened));
            Assert.Equal(plain, opened);
            Assert.False(other.TryOpen(sealedText, opened));
            for (var bit = 0; bit < sealedText.Length * 8; bit += 5)
            {
                sealedText[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(siv.TryOpen(sealedText, opened));
                Assert.True(opened.AsSpan().IndexOfAnyExcept((byte)0) < 0);
                sealedText[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new AesSiv(new byte[31]));
        using var siv = new AesSiv(new byte[32]);
        Assert.Throws<ArgumentException>(() => siv.Seal(new byte[3], new byte[18]));
        Assert.Throws<ArgumentException>(() => siv.TryOpen(new byte[19], new byte[4]));
    }
}

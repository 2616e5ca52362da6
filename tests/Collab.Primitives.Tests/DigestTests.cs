using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Collab.Primitives.Tests;

public class DigestTests
{
    [Theory] // FIPS 180-4 example values (NIST, SHA256.pdf)
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Without_a_domain_it_is_plain_SHA_256(string text, string hex) =>
        Assert.Equal(hex, Digest.Sha256(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void A_domain_and_both_lengths_go_before_the_content()
    {
        var input = new List<byte>();
        input.AddRange([3, 0, 0, 0, (byte)'d', (byte)'o', (byte)'m', 2, 0, 0, 0, 0, 0, 0, 0, 8, 9]);
        Assert.Equal(new Digest(SHA256.HashData([.. input])), Digest.Of("dom", [8, 9]));
    }

    [Fact]
    public void In_pieces_it_is_the_same() => Prop.ForAll<NonNull<string>, byte[], byte[]>((domain, a, b) =>
    {
        if (domain.Get.Any(char.IsSurrogate)) return true;
        using var hash = Digest.Begin(domain.Get, (ulong)(a.Length + b.Length));
        hash.AppendData(a);
        hash.AppendData(b);
        return new Digest(hash.GetHashAndReset()) == Digest.Of(domain.Get, [.. a, .. b]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void However_long_it_is_the_same_in_pieces()
    {
        for (var length = 0; length < 600; length++)
        {
            var content = new byte[length];
            content.AsSpan().Fill((byte)(length % 251));
            using var hash = Digest.Begin("a domain", (ulong)length);
            hash.AppendData(content);
            Assert.Equal(new Digest(hash.GetHashAndReset()), Digest.Of("a domain", content));
        }

        var (longDomain, word) = (new string('d', 1000), new byte[3]);
        using var other = Digest.Begin(longDomain, 3);
        other.AppendData(word);
        Assert.Equal(new Digest(other.GetHashAndReset()), Digest.Of(longDomain, word));
    }

    [Fact]
    public void Bytes_moved_between_domain_and_content_change_it() =>
        Assert.NotEqual(Digest.Of("ab", "c"u8), Digest.Of("a", "bc"u8));

    [Fact]
    public void It_comes_back_from_its_text_and_orders_as_its_bytes() => Prop.ForAll<int, int>((x, y) =>
    {
        var (a, b) = (Of(x), Of(y));
        return Digest.Parse(a.ToString()) == a && new Digest(a.ToArray()) == a
            && Math.Sign(a.CompareTo(b)) == Math.Sign(a.ToArray().AsSpan().SequenceCompareTo(b.ToArray()))
            && a.ToString().StartsWith(a.Short, StringComparison.Ordinal);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Digest(new byte[31]));
        Assert.Throws<ArgumentException>(() => new Digest(new byte[33]));
        Assert.Throws<FormatException>(() => Digest.Parse("00"));
        Assert.Throws<FormatException>(() => Digest.Parse(new string('g', 64)));
    }

    private static Digest Of(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Digest.Sha256(bytes);
    }
}

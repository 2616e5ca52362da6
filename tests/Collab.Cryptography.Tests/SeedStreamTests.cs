using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.Tests;

/// <summary>One seed, one stream; each branch has its own, and no two are the same.</summary>
public sealed class SeedStreamTests
{
    // SHA-256 of the first 2048 bytes; keys by HMAC of Python's hashlib, streams by 'openssl enc -aes-256-ctr' with an IV of zeros; seed 00 01 … 1f.
    [Theory]
    [InlineData("", "9a38b363e39a46520cdc8ddf2eea27d84afe7f165d6a7f8f440b51ac299e33f9", "75c0d01ab3721b30aaa0ef945ab77023a5a1e7c789f3359eeeb184b7a290986a")]
    [InlineData("store", "77730a23c5cfc059993609963a28099719ef8e6cbbd5f13f41a6ab9f0dbc5687", "22398a5973d3b0cfd21aacaaa8fe185095995d856588fcf0fdeef868223fa881")]
    [InlineData("other store store", "73b2be3124a3b33c5eb091243d2e613681ef88fb2884f410bab2f9fcb60803b0", "d13a0885009b300e92cb69182c4b1b4851c0d5e6368640fa4162e83c5244aad4")]
    [InlineData("store/ole", "465b865e7de17a638b9961828a239f35d22d086cb8f5be0d21d89b9cd0bbb4d6", "2ddcad8bb82f58a21fe48fbd6780c89347d3c6ea9b511b41daa7cc39e1e19e44")]
    public void A_stream_is_aes_256_in_counter_mode_under_a_derived_key(string taken, string first, string whole)
    {
        using var seed = Seed();
        using var stream = new SeedStream(seed);
        RandomSource drawn = stream;
        foreach (var path in taken.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            drawn = path.Split('/').Aggregate((RandomSource)stream, (source, label) => source.Branch(label));
        var bytes = drawn.Bytes(2048);
        Assert.Equal(first, Convert.ToHexStringLower(bytes.AsSpan(0, 32)));
        Assert.Equal(whole, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory, InlineData(1), InlineData(7), InlineData(16), InlineData(1023), InlineData(1025)]
    public void Pieces_of_any_size_are_the_same_stream(int piece)
    {
        using var seed = Seed();
        using var one = new SeedStream(seed);
        using var other = new SeedStream(seed);
        var whole = one.Bytes(5000);
        var pieces = new List<byte>();
        while (pieces.Count + piece <= whole.Length) pieces.AddRange(other.Bytes(piece));
        Assert.Equal(whole[..pieces.Count], pieces);
    }

    [Fact]
    public void What_a_branch_draws_does_not_depend_on_who_draws_first()
    {
        using var seed = Seed();
        using var one = new SeedStream(seed);
        using var other = new SeedStream(seed);
        var (a, b, rest) = (one.Branch("a").Bytes(40), one.Branch("b").Bytes(40), one.Bytes(40));
        Assert.Equal(rest, other.Bytes(40));
        Assert.Equal(b, other.Branch("b").Bytes(40));
        Assert.Equal(a, other.Branch("a").Bytes(40));
        Assert.Equal(3, new[] { a, b, rest }.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Another_seed_is_another_stream()
    {
        using var seed = Seed();
        using var flipped = SecretBytes.Take(Enumerable.Range(0, 32).Select(i => (byte)(i ^ (i == 31 ? 1 : 0))).ToArray());
        using var one = new SeedStream(seed);
        using var other = new SeedStream(flipped);
        Assert.NotEqual(one.Bytes(32), other.Bytes(32));
    }

    [Fact]
    public void A_seed_has_32_bytes_and_a_label_is_plain()
    {
        using var shorter = SecretBytes.Take(new byte[31]);
        Assert.Throws<ArgumentException>(() => new SeedStream(shorter));
        using var seed = Seed();
        using var stream = new SeedStream(seed);
        foreach (var label in new[] { "", "a/b", "a#0", "A", new string('a', 65) }) Assert.Throws<ArgumentException>(() => stream.Branch(label));
    }

    [Fact]
    public void It_does_not_print_what_it_holds()
    {
        using var seed = Seed();
        using var stream = new SeedStream(seed);
        Assert.Equal("SeedStream (secret)", stream.ToString());
    }

    private static SecretBytes Seed() => SecretBytes.Take(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
}

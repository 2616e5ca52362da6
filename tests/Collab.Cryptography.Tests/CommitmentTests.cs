using System.Security.Cryptography;
using Collab.Cryptography.Sm;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests;

public class CommitmentTests
{
    [Fact]
    public void A_commitment_opens_with_its_content_domain_and_salt_alone()
    {
        var (commitment, opening) = Commitment.Commit("collab.result.v1", "42"u8, RandomSource.Seeded(1));
        var (_, other) = Commitment.Commit("collab.result.v1", "42"u8, RandomSource.Seeded(2));
        Assert.True(commitment.IsOpenedBy("collab.result.v1", "42"u8, opening));
        Assert.False(commitment.IsOpenedBy("collab.result.v1", "43"u8, opening));
        Assert.False(commitment.IsOpenedBy("collab.result.v2", "42"u8, opening));
        Assert.False(commitment.IsOpenedBy("collab.result.v1", "42"u8, other));
    }

    [Fact]
    public void Equal_contents_have_different_commitments() => Assert.NotEqual(
        Commitment.Commit("d", "yes"u8, RandomSource.Seeded(1)).Commitment, Commitment.Commit("d", "yes"u8, RandomSource.Seeded(2)).Commitment);

    [Fact]
    public void The_value_is_the_hash_that_the_specification_names()
    {
        var random = new Fixed();
        var (commitment, _) = Commitment.Commit("dom", [9, 8, 7], random);
        byte[] input =
        [
            3, 0, 0, 0, .. "dom"u8,
            44, 0, 0, 0, 0, 0, 0, 0, // 1 + 32 + 8 + 3
            1, .. Enumerable.Repeat((byte)0x5a, 32), 3, 0, 0, 0, 0, 0, 0, 0, 9, 8, 7,
        ];
        Assert.Equal(new Digest(SHA256.HashData(input)), commitment.Value);
    }

    [Fact]
    public void Commitment_and_opening_survive_their_encoding_and_unknown_algorithms_are_refused()
    {
        var (commitment, opening) = Commitment.Commit("d", "x"u8, RandomSource.Seeded(3));
        var writer = new CanonicalWriter();
        commitment.Encode(writer);
        opening.EncodeSecret(writer);
        var bytes = writer.ToArray();
        var reader = new CanonicalReader(bytes);
        Assert.Equal(commitment, Commitment.Decode(ref reader));
        var read = CommitmentOpening.Decode(ref reader);
        reader.End();
        Assert.True(commitment.IsOpenedBy("d", "x"u8, read));
        bytes[0] = 3;
        Assert.Throws<MalformedException>(() =>
        {
            var changed = new CanonicalReader(bytes);
            Commitment.Decode(ref changed);
        });
    }

    [Fact]
    public void By_sm3_it_is_the_same_bytes_with_the_algorithms_own_number_and_hash()
    {
        var (commitment, opening) = Commitment.Commit("dom", [9, 8, 7], new Fixed(), CommitmentAlgorithm.SaltedSm3);
        byte[] input =
        [
            3, 0, 0, 0, .. "dom"u8,
            44, 0, 0, 0, 0, 0, 0, 0, // 1 + 32 + 8 + 3
            2, .. Enumerable.Repeat((byte)0x5a, 32), 3, 0, 0, 0, 0, 0, 0, 0, 9, 8, 7,
        ];
        Assert.Equal(new Digest(BouncyCastleSmProvider.Open().Sm3(input)), commitment.Value);
        Assert.True(commitment.IsOpenedBy("dom", [9, 8, 7], opening));
        Assert.False((commitment with { Algorithm = CommitmentAlgorithm.SaltedSha256 }).IsOpenedBy("dom", [9, 8, 7], opening));
        var (streamed, _) = Commitment.Commit("dom", stream => stream.Write([9, 8, 7]), new Fixed(), CommitmentAlgorithm.SaltedSm3);
        Assert.Equal(commitment, streamed);
    }

    [Fact]
    public void An_opening_does_not_print_its_salt() =>
        Assert.Equal("CommitmentOpening (secret)", Commitment.Commit("d", "x"u8, RandomSource.Seeded(4)).Opening.ToString());

    private sealed class Fixed : RandomSource
    {
        public override void Fill(Span<byte> destination) => destination.Fill(0x5a);
    }
}

using System.Security.Cryptography;
using System.Text;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Hashing;

public class Keccak256Tests
{
    // Ethereum yellow paper, section 4.1 (the hash of nothing); Keccak submission's file ShortMsgKAT_256, lengths 0 and 8; EIP-55's example.
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("cc", "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a")]
    [InlineData("616263", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Published_hashes(string message, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Keccak256.Hash(Convert.FromHexString(message))));

    [Fact]
    public void The_selector_of_a_transfer_is_the_known_one() =>
        Assert.Equal("a9059cbb", Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes("transfer(address,uint256)")))[..8]);

    [Fact]
    public void With_the_other_padding_it_is_sha3_at_every_length_up_to_three_blocks()
    {
        if (!SHA3_256.IsSupported) Assert.Skip("This libcrypto has no SHA-3.");
        var random = RandomSource.Seeded(1);
        var hash = new byte[Keccak256.Size];
        for (var length = 0; length <= 3 * 136 + 1; length++)
        {
            var message = random.Bytes(length);
            Keccak256.Hash(message, 0x06, hash);
            Assert.Equal(SHA3_256.HashData(message), hash);
        }
    }
}

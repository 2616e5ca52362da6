using System.Buffers;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Additive;
using Collab.SecretSharing.Garbling;
using Collab.Testing;

namespace Collab.SecretSharing.Tests;

public sealed class MessageTests
{
    [Fact]
    public void What_a_decoder_accepts_encodes_to_the_same_bytes_and_all_else_is_malformed()
    {
        var random = RandomSource.Seeded(21);
        foreach (var length in Enumerable.Range(0, 100))
        {
            var payload = random.Bytes(length);
            AssertStrict<SharesMessage>(payload, length % 32 == 0);
            AssertStrict<SeedMessage>(payload, length == 32);
            AssertStrict<GarbledDigestMessage>(payload, length == 32);
            AssertStrict<LabelsMessage>(payload, length % 16 == 0);
            AssertStrict<BitsMessage>(payload, true); // its length and that of the next are checked against the circuit
            AssertStrict<GarbledMessage>(payload, true);
        }
    }

    [Fact]
    public void Messages_with_secrets_print_none()
    {
        var payload = new byte[32];
        Array.Fill(payload, (byte)0xAB);
        foreach (var text in new[]
        {
            $"{SharesMessage.Decode(payload)}", $"{SeedMessage.Decode(payload)}", $"{LabelsMessage.Decode(payload)}", $"{BitsMessage.Decode(payload)}",
        })
        {
            Assert.DoesNotContain("AB", text, StringComparison.Ordinal);
            Assert.DoesNotContain("171", text, StringComparison.Ordinal);
        }
    }

    private static void AssertStrict<T>(byte[] payload, bool accepted)
        where T : IMessage<T>
    {
        if (!accepted)
        {
            Assert.Throws<MalformedException>(() => T.Decode(payload));
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        T.Decode(payload).Encode(buffer);
        Assert.Equal(payload, buffer.WrittenSpan.ToArray());
    }
}

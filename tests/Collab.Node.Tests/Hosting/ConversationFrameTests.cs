using System.Buffers;
using Collab.Wire.Party;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Node.Tests.Hosting;

/// <summary>Frames written and read without the generated class are the messages it writes and reads.</summary>
public sealed class ConversationFrameTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(127), InlineData(128), InlineData(16_383), InlineData(16_384), InlineData(1_048_598), InlineData(2_097_152)]
    public void The_bytes_are_those_of_the_generated_message(int size)
    {
        var payload = Payload(size);
        var expected = new Frame { Payload = ByteString.CopyFrom(payload) }.ToByteArray();

        var written = new Written();
        ConversationFrame.Converse.RequestMarshaller.ContextualSerializer(new ConversationFrame(payload), written);

        Assert.Equal(expected, written.Bytes);
        Assert.Equal(expected.Length, written.Announced);
        Assert.Equal(payload, Read(expected));
    }

    [Fact]
    public void What_another_writer_may_put_differently_is_read_too()
    {
        var payload = Payload(300);
        byte[] plain = new Frame { Payload = ByteString.CopyFrom(payload) }.ToByteArray();
        Assert.Equal(payload, Read([.. plain, 0x10, 0x05]));                            // an unknown field after it
        Assert.Equal(payload, Read([0x10, 0x05, .. plain]));                            // and before it
        Assert.Equal(payload, Read([0x0a, 0x01, 0x77, .. plain]));                      // twice: the last counts
        Assert.Equal(payload, Read([0x0a, 0xac, 0x82, 0x00, .. payload]));              // a longer form of the length
        Assert.Equal([], Read([0x0a, 0x00]));
    }

    [Theory, InlineData("0a"), InlineData("0a02"), InlineData("0a0277"), InlineData("0aff"), InlineData("0affffffffff"), InlineData("0a8080808080808080808001"), InlineData("07")]
    public void What_is_no_message_is_refused(string bytes) =>
        Assert.Throws<InvalidProtocolBufferException>(() => Read(Convert.FromHexString(bytes)));

    private static byte[] Payload(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 7 % 251))];

    /// <summary>Reads a message that lies in two pieces.</summary>
    private static byte[] Read(byte[] message)
    {
        var cut = Math.Min(3, message.Length);
        var first = new Piece(message.AsMemory(0, cut), null);
        var second = new Piece(message.AsMemory(cut), first);
        var frame = ConversationFrame.Converse.ResponseMarshaller.ContextualDeserializer(
            new Received(new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length))).Take();
        var payload = frame.Memory.ToArray();
        frame.Release();
        return payload;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.Memory.Length;
            before.Next = this;
        }
    }

    private sealed class Received(ReadOnlySequence<byte> message) : DeserializationContext
    {
        public override int PayloadLength => (int)message.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => message;
    }

    private sealed class Written : SerializationContext
    {
        private readonly ArrayBufferWriter<byte> _writer = new();

        public int Announced { get; private set; }

        public byte[] Bytes { get; private set; } = [];

        public override void SetPayloadLength(int payloadLength) => Announced = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => _writer;

        public override void Complete() => Bytes = _writer.WrittenSpan.ToArray();
    }
}

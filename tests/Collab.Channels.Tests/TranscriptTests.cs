using System.Security.Cryptography;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

public class TranscriptTests
{
    private static readonly StepId Step = new("test.1");

    [Fact]
    public async Task What_one_sent_is_what_the_other_received_over_every_sub_channel()
    {
        async Task Program(IChannel channel)
        {
            foreach (var label in new[] { "b", "a/x", "a" })
            {
                await channel.Fork(label).ExchangeAsync<Note, Note>(new Note(SubChannelTests.RandomBytes(label.Length * 1_000_000)), Step);
            }
        }

        var run = await TwoParty.RunAsync(Program, Program);
        Assert.Equal(run.SenderTranscript.Sent, run.ReceiverTranscript.Received);
        Assert.Equal(run.SenderTranscript.Received, run.ReceiverTranscript.Sent);
        Assert.NotEqual(run.SenderTranscript.Root(Direction.Sent), run.SenderTranscript.Root(Direction.Received));
        Assert.Equal(["a", "a/x", "b"], run.SenderTranscript.Sent.Channels.Select(c => c.Label));
        Assert.Equal((3, 5_000_000), (run.SenderTranscript.Sent.Messages, run.SenderTranscript.Sent.Bytes));
    }

    [Fact]
    public async Task The_digest_is_the_one_of_the_page()
    {
        var run = await TwoParty.RunAsync(
            async sender =>
            {
                await sender.Fork("ab").SendAsync(Note.Of(9, 8));
            },
            async receiver =>
            {
                await receiver.Fork("ab").ReceiveAsync<Note>(Step);
            });
        byte[] input = [.. "collab.channel.chunks.1"u8, 2, 0, 0, 0, .. "ab"u8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 9, 8];
        Assert.Equal(new Digest(SHA256.HashData(input)), run.SenderTranscript.Sent.Channels.Single().Digest);
    }

    [Fact]
    public void It_comes_back_from_its_encoding_and_every_changed_byte_is_refused_or_another_transcript()
    {
        var transcript = Sample();
        var bytes = transcript.Encode();
        Assert.Equal(transcript, Transcript.Decode(bytes));
        Assert.Throws<MalformedException>(() => Transcript.Decode([.. bytes, 0]));
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.Throws<MalformedException>(() => Transcript.Decode(bytes.AsSpan(0, i)));
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            try
            {
                var other = Transcript.Decode(changed);
                Assert.Equal(changed, other.Encode());
                Assert.NotEqual(transcript, other);
            }
            catch (MalformedException)
            {
                // The other right answer.
            }
        }
    }

    [Fact]
    public void Labels_out_of_order_or_twice_are_refused()
    {
        var sample = Sample();
        var entries = sample.Sent.Channels;
        Assert.Throws<MalformedException>(() => DirectionTranscript.Decode((sample.Sent with { Channels = [entries[1], entries[0]] }).Encode()));
        Assert.Throws<MalformedException>(() => DirectionTranscript.Decode((sample.Sent with { Channels = [entries[0], entries[0]] }).Encode()));
        Assert.Throws<MalformedException>(() => Transcript.Decode((sample with { Received = sample.Sent }).Encode()));
    }

    [Fact]
    public void The_root_depends_on_run_and_parties()
    {
        var sent = Sample().Sent;
        Assert.NotEqual(sent.Root, (sent with { Run = Digest.Sha256([1]) }).Root);
        Assert.NotEqual(sent.Root, (sent with { Sender = sent.Receiver, Receiver = sent.Sender }).Root);
    }

    private static Transcript Sample() => new(
        new DirectionTranscript(Parties.RunContext, TwoParty.Sender, TwoParty.Receiver, [new("", 1, 2, Digest.Sha256([3])), new("a", 4, 5, Digest.Sha256([6]))]),
        new DirectionTranscript(Parties.RunContext, TwoParty.Receiver, TwoParty.Sender, [new("a", 7, 8, Digest.Sha256([9]))]));
}

using System.Buffers.Binary;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

/// <summary>Alone, for it counts what the process allocates.</summary>
[CollectionDefinition(nameof(StreamTests), DisableParallelization = true)]
[Collection(nameof(StreamTests))]
public class StreamTests
{
    private const long PatternSize = 3L << 30;
    private const int BlockSize = 4 << 20;
    private static readonly StepId Step = new("test.stream");

    [Fact]
    public async Task Three_gigabytes_pass_in_bounded_memory()
    {
        var before = GC.GetTotalAllocatedBytes();
        var run = await TwoParty.RunAsync(
            sender => sender.SendStreamAsync(Pattern()),
            async receiver =>
            {
                var position = 0L;
                await foreach (var block in receiver.ReceiveStreamAsync(Step))
                {
                    // Each 4 MiB block begins with its number; a block that is lost, repeated or moved would show.
                    var start = (position + BlockSize - 1) / BlockSize * BlockSize;
                    if (start + 8 <= position + block.Length)
                        Assert.Equal(start / BlockSize, BinaryPrimitives.ReadInt64LittleEndian(block.Span[(int)(start - position)..]));
                    position += block.Length;
                }

                return position;
            });
        Assert.Equal(PatternSize, run.Receiver);
        Assert.Equal(run.SenderTranscript.Sent, run.ReceiverTranscript.Received);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 256L << 20); // everything ever allocated, not only what lives
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData(5_000_000)]
    public async Task A_stream_of_any_size_comes_back(int size)
    {
        var bytes = SubChannelTests.RandomBytes(size);
        var copy = new MemoryStream();
        var run = await TwoParty.RunAsync(
            sender => sender.SendStreamAsync(new MemoryStream(bytes)),
            receiver => receiver.ReceiveStreamAsync(copy, Step));
        Assert.Equal(size, run.Receiver);
        Assert.True(bytes.AsSpan().SequenceEqual(copy.ToArray()));
    }

    [Fact]
    public async Task What_is_no_block_is_refused()
    {
        foreach (var block in new byte[][] { [], [1], [2, 1], [0, 0] })
        {
            // The receiver finds it; which of the two fails first is a matter of threads.
            var (_, found) = await TwoParty.FailAsync(
                sender => sender.SendAsync(new Note(block)).AsTask(), receiver => receiver.ReceiveStreamAsync(Stream.Null, Step));
            Assert.IsType<PeerFaultException>(found);
        }
    }

    [Fact]
    public async Task A_stream_that_does_not_reach_its_end_fails()
    {
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            sender => sender.SendAsync(Note.Of(1, 7)).AsTask(), receiver => receiver.ReceiveStreamAsync(Stream.Null, Step)));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pattern()
    {
        var block = new byte[BlockSize];
        for (var number = 0L; number < PatternSize / BlockSize; number++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(block, number);
            yield return block;
        }

        await Task.CompletedTask;
    }
}

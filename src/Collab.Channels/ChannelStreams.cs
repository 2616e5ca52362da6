using System.Buffers;
using System.Runtime.CompilerServices;
using Collab.Primitives;

namespace Collab.Channels;

/// <summary>What protocols say often: both at once, and streams larger than memory.</summary>
public static class ChannelStreams
{
    /// <summary>Sends and receives at the same time, so that two parties who both speak first cannot wait for each other.</summary>
    /// <remarks>A plain send followed by a receive blocks when both sides do it with more than a window of bytes.</remarks>
    public static async ValueTask<TReceived> ExchangeAsync<TSent, TReceived>(
        this IChannel channel, TSent message, StepId step, CancellationToken cancellation = default)
        where TSent : IMessage<TSent>
        where TReceived : IMessage<TReceived>
    {
        var sending = channel.SendAsync(message, cancellation).AsTask();
        var receiving = channel.ReceiveAsync<TReceived>(step, cancellation).AsTask();
        await Task.WhenAll(sending, receiving).ConfigureAwait(false);
        return await receiving.ConfigureAwait(false);
    }

    /// <summary>Sends blocks of any size and number as one stream; memory stays bounded by one chunk.</summary>
    public static async Task SendStreamAsync(
        this IChannel channel, IAsyncEnumerable<ReadOnlyMemory<byte>> blocks, CancellationToken cancellation = default)
    {
        await foreach (var block in blocks.WithCancellation(cancellation).ConfigureAwait(false))
        {
            for (var rest = block; !rest.IsEmpty;)
            {
                var piece = rest[..Math.Min(rest.Length, StreamBlock.MaxSize)];
                await channel.SendAsync(new StreamBlock(piece, null), cancellation).ConfigureAwait(false);
                rest = rest[piece.Length..];
            }
        }

        await channel.SendAsync(StreamBlock.End, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a stream to its end.</summary>
    public static async Task SendStreamAsync(this IChannel channel, Stream source, CancellationToken cancellation = default)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(StreamBlock.MaxSize);
        try
        {
            int size;
            while ((size = await source.ReadAtLeastAsync(
                buffer.AsMemory(0, StreamBlock.MaxSize), StreamBlock.MaxSize, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)) > 0)
            {
                await channel.SendAsync(new StreamBlock(buffer.AsMemory(0, size), null), cancellation).ConfigureAwait(false);
            }

            await channel.SendAsync(StreamBlock.End, cancellation).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Receives a stream block by block; a block is valid until the next is asked for.</summary>
    /// <exception cref="PeerFaultException">What came is not a block of a stream.</exception>
    /// <exception cref="ProtocolException">The stream did not reach its end.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveStreamAsync(
        this IChannel channel, StepId step, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            var block = await channel.ReceiveAsync<StreamBlock>(step, cancellation).ConfigureAwait(false);
            if (block.IsEnd) yield break;
            try
            {
                yield return block.Content;
            }
            finally
            {
                block.Release();
            }
        }
    }

    /// <summary>Receives a stream to its end into another.</summary>
    /// <returns>The bytes received.</returns>
    public static async Task<long> ReceiveStreamAsync(
        this IChannel channel, Stream destination, StepId step, CancellationToken cancellation = default)
    {
        var size = 0L;
        await foreach (var block in channel.ReceiveStreamAsync(step, cancellation).ConfigureAwait(false))
        {
            await destination.WriteAsync(block, cancellation).ConfigureAwait(false);
            size += block.Length;
        }

        return size;
    }
}

/// <summary>One block of a stream: a byte 1 and at least one byte of content, or the single byte 0 that ends it.</summary>
internal readonly struct StreamBlock(ReadOnlyMemory<byte> content, byte[]? pooled) : IMessage<StreamBlock>
{
    /// <summary>The most content of a block, so that it is one chunk.</summary>
    public const int MaxSize = Frames.ChunkSize - 1;

    public static StreamBlock End => default;

    public ReadOnlyMemory<byte> Content { get; } = content;

    public bool IsEnd => Content.IsEmpty;

    public void Encode(IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(1 + Content.Length);
        span[0] = IsEnd ? (byte)0 : (byte)1;
        Content.Span.CopyTo(span[1..]);
        destination.Advance(1 + Content.Length);
    }

    public static StreamBlock Decode(ReadOnlySpan<byte> payload)
    {
        if (payload is [0]) return End;
        if (payload.Length is < 2 or > 1 + MaxSize || payload[0] != 1) throw new MalformedException("a block of a stream");
        var pooled = ArrayPool<byte>.Shared.Rent(payload.Length - 1);
        payload[1..].CopyTo(pooled);
        return new StreamBlock(pooled.AsMemory(0, payload.Length - 1), pooled);
    }

    public void Release()
    {
        if (pooled is not null) ArrayPool<byte>.Shared.Return(pooled);
    }
}

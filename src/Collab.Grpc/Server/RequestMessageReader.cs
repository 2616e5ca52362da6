using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Reads messages in place from a request body; what is not read stays in the peer's window.</summary>
internal sealed class RequestMessageReader(PipeReader body, int? limit, string? encoding)
{
    private readonly PayloadContext _context = new();
    private TaskCompletionSource? _stopping;
    private int _isReading;

    /// <summary>
    /// Ends a read that the method has left behind, and returns when it has ended. The server gives the stream's pipe to a later
    /// call: a read that still waited on it would take that call's messages.
    /// </summary>
    public async ValueTask StopAsync()
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _stopping, stopping);
        if (Interlocked.CompareExchange(ref _isReading, 0, 0) == 0) return;
        body.CancelPendingRead();
        await stopping.Task.ConfigureAwait(false);
    }

    /// <summary>Reads the next message; null at the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserialize, CancellationToken cancellation)
        where T : class
    {
        // In this order, against StopAsync in the other: either the read sees that it may not begin, or the stop sees the read.
        Interlocked.Exchange(ref _isReading, 1);
        try
        {
            if (Volatile.Read(ref _stopping) is not null) throw new InvalidOperationException("Can't read messages after the request is complete.");
            return await ReadOneAsync(deserialize, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Exchange(ref _isReading, 0);
            Volatile.Read(ref _stopping)?.TrySetResult();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T?> ReadOneAsync<T>(Func<DeserializationContext, T> deserialize, CancellationToken cancellation)
        where T : class
    {
        while (true)
        {
            if (!body.TryRead(out var result)) result = await body.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (result.IsCanceled)
            {
                body.AdvanceTo(buffer.Start);
                throw new OperationCanceledException(cancellation);
            }

            // Until a whole message is there: nothing consumed, everything seen, so that the next read waits for more.
            var (consumed, seen) = (buffer.Start, buffer.End);
            try
            {
                if (TryFrame(buffer, out var payload, out var compressed))
                {
                    consumed = seen = payload.End;
                    return MessageFrame.Deserialize(payload, compressed, encoding, limit, _context, deserialize);
                }
            }
            finally
            {
                body.AdvanceTo(consumed, seen);
            }

            if (result.IsCompleted) return buffer.IsEmpty ? null : throw MessageFrame.Incomplete();
        }
    }

    private bool TryFrame(in ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> payload, out bool compressed)
    {
        payload = default;
        compressed = false;
        if (buffer.Length < MessageFrame.PrefixSize) return false;

        Span<byte> prefix = stackalloc byte[MessageFrame.PrefixSize];
        buffer.Slice(0, MessageFrame.PrefixSize).CopyTo(prefix);
        (compressed, var length) = MessageFrame.ReadPrefix(prefix, limit);
        if (buffer.Length - MessageFrame.PrefixSize < length) return false;

        payload = buffer.Slice(MessageFrame.PrefixSize, length);
        return true;
    }
}

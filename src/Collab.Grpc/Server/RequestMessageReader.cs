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

    /// <summary>Reads the next message; null at the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserialize, CancellationToken cancellation)
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

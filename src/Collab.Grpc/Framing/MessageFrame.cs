using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>One message on the wire: a flag byte (1 = compressed), the length as four bytes big-endian, the payload.</summary>
internal static class MessageFrame
{
    public const int PrefixSize = 5;

    /// <summary>8 MB: the default cap of a received message; larger things are chunked by their protocol.</summary>
    public const int DefaultReceiveLimit = 8 * 1024 * 1024;

    public static void WritePrefix(Span<byte> destination, bool compressed, int length)
    {
        destination[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
    }

    /// <summary>Reads a prefix and refuses a flag that is not 0 or 1, and a length above the limit, before any of it is buffered.</summary>
    public static (bool Compressed, int Length) ReadPrefix(ReadOnlySpan<byte> prefix, int? limit)
    {
        if (prefix[0] > 1) throw Malformed();
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > (limit ?? int.MaxValue)) throw TooLargeToReceive();
        return (prefix[0] == 1, (int)length);
    }

    /// <summary>Reads a payload that is complete: inflates it when compressed, then deserializes.</summary>
    public static T Deserialize<T>(
        ReadOnlySequence<byte> payload, bool compressed, string? encoding, int? limit, PayloadContext context, Func<DeserializationContext, T> read)
        where T : class
    {
        if (compressed)
        {
            if (encoding != GrpcHeaderNames.Gzip) throw new RpcException(new Status(StatusCode.Internal, "A compressed message without a known encoding."));
            payload = new ReadOnlySequence<byte>(GzipCoding.Inflate(payload, limit ?? int.MaxValue));
        }

        context.Payload = payload;
        try
        {
            return read(context) ?? throw Unreadable(null);
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            throw Unreadable(fault);
        }
        finally
        {
            context.Payload = default;
        }
    }

    public static RpcException Malformed() => new(new Status(StatusCode.Internal, "The message frame is malformed."));

    public static RpcException Incomplete() => new(new Status(StatusCode.Internal, "The stream ended within a message."));

    public static RpcException Surplus() => new(new Status(StatusCode.Internal, "More than the one message this method takes."));

    public static RpcException Missing() => new(new Status(StatusCode.Internal, "The one message this method takes is missing."));

    public static RpcException TooLargeToReceive() =>
        new(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));

    public static RpcException TooLargeToSend() =>
        new(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));

    private static RpcException Unreadable(Exception? cause) =>
        new(new Status(StatusCode.Internal, "The message could not be read.", cause));
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>Blocks of 16 bytes with the number of their batch: corrections (step 2), the challenge (3), the answer (4), masked messages (5).</summary>
/// <param name="Number">The batch, from 0, over the life of the extension.</param>
/// <param name="Blocks">What the step says; given back by whoever receives it.</param>
internal sealed record BlocksMessage(ulong Number, NativeBuffer<Gf128> Blocks) : IMessage<BlocksMessage>, IDisposable
{
    /// <summary>The most blocks of a message: 128 columns of a full batch and its mask.</summary>
    public const int LargestCount = Batch.LargestBlockCount * BitMatrix.Side;

    public void Encode(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination.GetSpan(sizeof(ulong)), Number);
        destination.Advance(sizeof(ulong));
        destination.Write(MemoryMarshal.AsBytes(Blocks.Span));
    }

    public static BlocksMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < sizeof(ulong) || (payload.Length - sizeof(ulong)) % Gf128.Size != 0
            || (payload.Length - sizeof(ulong)) / Gf128.Size > LargestCount)
        {
            throw new MalformedException("a number and whole blocks");
        }

        var blocks = NativeBuffer<Gf128>.Allocate((payload.Length - sizeof(ulong)) / Gf128.Size);
        payload[sizeof(ulong)..].CopyTo(MemoryMarshal.AsBytes(blocks.Span));
        return new(BinaryPrimitives.ReadUInt64LittleEndian(payload), blocks);
    }

    /// <summary>Sends a few blocks.</summary>
    public static async ValueTask SendAsync(IChannel channel, ulong number, Gf128[] blocks, CancellationToken cancellation)
    {
        using var buffer = NativeBuffer<Gf128>.Allocate(blocks.Length);
        blocks.CopyTo(buffer.Span);
        await channel.SendAsync(new BlocksMessage(number, buffer), cancellation).ConfigureAwait(false);
    }

    /// <summary>Receives the message of one batch with exactly so many blocks.</summary>
    public static async ValueTask<BlocksMessage> ReceiveAsync(
        IChannel channel, StepId step, ulong number, int count, CancellationToken cancellation)
    {
        var message = await channel.ReceiveAsync<BlocksMessage>(step, cancellation).ConfigureAwait(false);
        if (message.Number == number && message.Blocks.Length == count) return message;
        var inOrder = message.Number == number;
        message.Dispose();
        throw new PeerFaultException(channel.Peer, step, inOrder ? "as many blocks as the batch has" : "the batches in order");
    }

    public void Dispose() => Blocks.Dispose();
}

/// <summary>How transfers are cut into batches.</summary>
internal static class Batch
{
    /// <summary>Transfers of a full batch: 1 MiB of corrections; every batch but the last of a call is full.</summary>
    public const int RowCount = 1 << 16;

    /// <summary>Batches whose check may be open at once, so that a round trip costs nothing where there are several.</summary>
    public const int Window = 4;

    /// <summary>Blocks of a column of a full batch, with the block of its mask.</summary>
    public const int LargestBlockCount = RowCount / BitMatrix.Side + 1;

    /// <summary>Blocks that hold so many rows.</summary>
    public static int BlockCount(int rows) => (rows + BitMatrix.Side - 1) / BitMatrix.Side;
}

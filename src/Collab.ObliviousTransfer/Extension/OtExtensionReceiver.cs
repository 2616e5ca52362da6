using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>The receiver's side of <see cref="OtExtensionSender"/>: the same calls in the same order, with its choices.</summary>
public sealed class OtExtensionReceiver : IDisposable
{
    private readonly IChannel _channel;
    private readonly ReceiverColumns _columns;
    private readonly AesHash _hash;
    private ulong _transfers;

    private OtExtensionReceiver(IChannel channel, ReceiverColumns columns, Digest context) =>
        (_channel, _columns, _hash) = (channel, columns, ExtensionSteps.Hash(context));

    /// <summary>Step 1: the 128 base transfers.</summary>
    /// <param name="channel">To the sender; used by this object alone as long as it lives.</param>
    /// <param name="options">Context and security model.</param>
    /// <param name="random">Secrets and masks.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public static async Task<OtExtensionReceiver> BeginAsync(
        IChannel channel, OtExtensionOptions options, RandomSource random, CancellationToken cancellation = default) =>
        new(channel, await ReceiverColumns.BeginAsync(channel, options, random, cancellation).ConfigureAwait(false), options.Context);

    /// <summary>Correlated transfers: C[i] = u[i]·Δ + B[i], with Δ and B at the sender.</summary>
    /// <param name="choices">The bits u; secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>C, shape [n]; the caller disposes it.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public async Task<NativeBuffer<Gf128>> CorrelatedAsync(BitVector choices, CancellationToken cancellation = default)
    {
        var count = choices.Length;
        var result = NativeBuffer<Gf128>.Allocate(count);
        try
        {
            for (var start = 0; start < count; start += Batch.RowCount)
            {
                var (first, rows) = (start, Math.Min(Batch.RowCount, count - start));
                var blocks = new Gf128[Batch.BlockCount(rows)];
                choices.Bytes.Slice(first / 8, (rows + 63) / 64 * sizeof(ulong)).CopyTo(MemoryMarshal.AsBytes(blocks.AsSpan()));
                await _columns.SendAsync(
                    blocks,
                    (columns, size) => BitMatrix.TransposeColumns(columns, size, result.Span.Slice(first, rows)),
                    cancellation).ConfigureAwait(false);
                Array.Clear(blocks);
            }

            await _columns.FinishAsync(cancellation).ConfigureAwait(false);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Random transfers: the key of each choice.</summary>
    /// <param name="choices">Which key of each pair; secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Keys, shape [n]; the caller disposes them.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public async Task<NativeBuffer<Gf128>> RandomAsync(BitVector choices, CancellationToken cancellation = default)
    {
        var keys = await CorrelatedAsync(choices, cancellation).ConfigureAwait(false);
        for (var start = 0; start < keys.Length; start += Batch.RowCount)
        {
            var part = keys.Span.Slice(start, Math.Min(Batch.RowCount, keys.Length - start));
            _hash.Hash(part, _transfers + (ulong)start, part);
        }

        _transfers += (ulong)choices.Length;
        return keys;
    }

    /// <summary>Transfers of the sender's messages of 16 bytes: one of each pair.</summary>
    /// <param name="choices">Which message of each pair; secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Messages, shape [n]; the caller disposes them.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public async Task<NativeBuffer<Gf128>> ReceiveAsync(BitVector choices, CancellationToken cancellation = default)
    {
        var keys = await RandomAsync(choices, cancellation).ConfigureAwait(false);
        try
        {
            for (var start = 0; start < 2 * (long)keys.Length; start += Batch.RowCount)
            {
                var size = (int)Math.Min(Batch.RowCount, 2 * (long)keys.Length - start);
                using var masked = await BlocksMessage.ReceiveAsync(
                    _channel, ExtensionSteps.Messages, (ulong)(start / Batch.RowCount), size, cancellation).ConfigureAwait(false);
                Unmask(choices, start / 2, masked.Blocks.Span, keys.Span);
            }

            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Transfers of the sender's bits: one of each pair.</summary>
    /// <param name="choices">Which bit of each pair; secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Bits, n of them.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public async Task<BitVector> ReceiveBitsAsync(BitVector choices, CancellationToken cancellation = default)
    {
        using var keys = await RandomAsync(choices, cancellation).ConfigureAwait(false);
        var message = await _channel.ReceiveAsync<BitsMessage>(ExtensionSteps.Messages, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(
            message.Words.Length == 2 * choices.Words.Length, _channel.Peer, ExtensionSteps.Messages, "two bits for each transfer");
        var bits = new BitVector(choices.Length);
        var zero = message.Words.AsSpan(0, bits.Words.Length);
        var one = message.Words.AsSpan(bits.Words.Length);
        for (var i = 0; i < bits.Length; i++) bits.Words[i >> 6] |= (keys.Span[i].Low & 1) << (i & 63);
        for (var w = 0; w < bits.Words.Length; w++) bits.Words[w] ^= zero[w] ^ (choices.Words[w] & (zero[w] ^ one[w]));
        bits.Trim();
        return bits;
    }

    /// <summary>Vector OLE over GF(2^128): C = A·Δ + B, with Δ and B at the sender.</summary>
    /// <param name="a">A, chosen or uniform; secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>C, shape [n]; the caller disposes it.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>2 KiB sent for each element.</remarks>
    public async Task<NativeBuffer<Gf128>> VectorOleAsync(ReadOnlyMemory<Gf128> a, CancellationToken cancellation = default)
    {
        const int size = Batch.LargestBlockCount - 1;
        var result = NativeBuffer<Gf128>.Allocate(a.Length);
        try
        {
            for (var start = 0; start < a.Length; start += size)
            {
                var (first, blocks) = (start, Math.Min(size, a.Length - start));
                await _columns.SendAsync(
                    a.Slice(first, blocks),
                    (columns, stride) => Gilboa.Combine(columns, stride, result.Span.Slice(first, blocks)),
                    cancellation).ConfigureAwait(false);
            }

            await _columns.FinishAsync(cancellation).ConfigureAwait(false);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _columns.Dispose();
        _hash.Dispose();
    }

    private static void Unmask(BitVector choices, int first, ReadOnlySpan<Gf128> masked, Span<Gf128> keys)
    {
        for (var i = 0; i < masked.Length / 2; i++)
        {
            var mask = unchecked(0 - choices.Bit(first + i));
            var (zero, one) = (masked[2 * i], masked[2 * i + 1]);
            keys[first + i] += new Gf128(zero.Low ^ (mask & (zero.Low ^ one.Low)), zero.High ^ (mask & (zero.High ^ one.High)));
        }
    }
}

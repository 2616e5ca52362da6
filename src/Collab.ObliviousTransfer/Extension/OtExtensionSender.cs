using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>The sender of any number of oblivious transfers made from 128 base transfers: correlated by one secret Δ, random, chosen, or vector OLE.</summary>
/// <remarks>
/// IKNP in Roy's corrected form: security 128 bits computational, malicious with the consistency check of every batch. Both parties make
/// the same calls in the same order. Memory: results, and four batches of 1 MiB. Not for two threads at once.
/// Steps and messages: specs/oblivious-transfer.md, "Extension". Source: Roy, SoftSpokenOT, eprint 2022/192; Ishai, Kilian, Nissim, Petrank 2003.
/// </remarks>
public sealed class OtExtensionSender : IDisposable
{
    private readonly IChannel _channel;
    private readonly SenderColumns _columns;
    private readonly AesHash _hash;
    private ulong _transfers;

    private OtExtensionSender(IChannel channel, SenderColumns columns, Digest context) =>
        (_channel, _columns, _hash) = (channel, columns, ExtensionSteps.Hash(context));

    /// <summary>The secret correlation: uniform unless it was given.</summary>
    public Gf128 Delta => _columns.Delta;

    /// <summary>Step 1: the 128 base transfers.</summary>
    /// <param name="channel">To the receiver; used by this object alone as long as it lives.</param>
    /// <param name="options">Context and security model.</param>
    /// <param name="random">Secrets and challenges.</param>
    /// <param name="delta">A Δ of the caller's, secret and uniform; null for a new one.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public static async Task<OtExtensionSender> BeginAsync(
        IChannel channel, OtExtensionOptions options, RandomSource random, Gf128? delta = null, CancellationToken cancellation = default)
    {
        var columns = await SenderColumns.BeginAsync(
            channel, options, random, delta ?? new Gf128(random.NextUInt64(), random.NextUInt64()), cancellation).ConfigureAwait(false);
        return new(channel, columns, options.Context);
    }

    /// <summary>Correlated transfers: B[i] here, and C[i] = u[i]·Δ + B[i] at the receiver with its bits u.</summary>
    /// <param name="count">Transfers, 0 or more.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>B, shape [count]; the caller disposes it.</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>16 bytes received for each transfer, rounded up to 128 of them.</remarks>
    public async Task<NativeBuffer<Gf128>> CorrelatedAsync(int count, CancellationToken cancellation = default)
    {
        var result = NativeBuffer<Gf128>.Allocate(count);
        try
        {
            for (var start = 0; start < count; start += Batch.RowCount)
            {
                var rows = Math.Min(Batch.RowCount, count - start);
                using var columns = await _columns.ReceiveAsync(Batch.BlockCount(rows), cancellation).ConfigureAwait(false);
                BitMatrix.TransposeColumns(columns.Span, columns.Length / BitMatrix.Side, result.Span.Slice(start, rows));
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

    /// <summary>Random transfers: pairs of keys here, the key of its choice at the receiver.</summary>
    /// <param name="count">Transfers, 0 or more.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Keys, shape [count, 2]; the caller disposes them.</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public async Task<NativeBuffer<Gf128>> RandomAsync(int count, CancellationToken cancellation = default)
    {
        using var correlated = await CorrelatedAsync(count, cancellation).ConfigureAwait(false);
        var keys = NativeBuffer<Gf128>.Allocate(checked(2 * count));
        Spread(correlated.Span, keys.Span);
        _transfers += (ulong)count;
        return keys;
    }

    /// <summary>Transfers of chosen messages of 16 bytes: the receiver gets one of each pair.</summary>
    /// <param name="pairs">Messages, shape [n, 2].</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">An odd number of messages.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>Step 5: 32 bytes more for each transfer.</remarks>
    public async Task SendAsync(ReadOnlyMemory<Gf128> pairs, CancellationToken cancellation = default)
    {
        if (pairs.Length % 2 != 0) throw new ArgumentException("Messages come in pairs.", nameof(pairs));
        using var keys = await RandomAsync(pairs.Length / 2, cancellation).ConfigureAwait(false);
        Gf128Vector.Add(keys.Span, pairs.Span, keys.Span);
        for (var start = 0; start < keys.Length; start += Batch.RowCount)
        {
            using var part = NativeBuffer<Gf128>.Allocate(Math.Min(Batch.RowCount, keys.Length - start));
            keys.Span.Slice(start, part.Length).CopyTo(part.Span);
            await _channel.SendAsync(new BlocksMessage((ulong)(start / Batch.RowCount), part), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Transfers of chosen bits: the receiver gets one of zero[i] and one[i].</summary>
    /// <param name="zero">The bits for choice 0, n of them.</param>
    /// <param name="one">The bits for choice 1, n of them.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>Step 5: two bits more for each transfer.</remarks>
    public async Task SendBitsAsync(BitVector zero, BitVector one, CancellationToken cancellation = default)
    {
        if (zero.Length != one.Length) throw new ArgumentException("The vectors have one length.", nameof(one));
        using var keys = await RandomAsync(zero.Length, cancellation).ConfigureAwait(false);
        await _channel.SendAsync(BitsMessage.Of(Masked(zero, keys.Span, 0), Masked(one, keys.Span, 1)), cancellation).ConfigureAwait(false);
    }

    /// <summary>Vector OLE over GF(2^128): B here, and C = A·Δ + B at the receiver with its A.</summary>
    /// <param name="count">Elements, 0 or more; meant for short vectors, as the seed of longer ones.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>B, shape [count]; the caller disposes it.</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>Gilboa's product of A with the bits of Δ; 2 KiB received for each element. Steps 2 to 4 with A for the choices.</remarks>
    public async Task<NativeBuffer<Gf128>> VectorOleAsync(int count, CancellationToken cancellation = default)
    {
        const int size = Batch.LargestBlockCount - 1;
        var result = NativeBuffer<Gf128>.Allocate(count);
        try
        {
            for (var start = 0; start < count; start += size)
            {
                var blocks = Math.Min(size, count - start);
                using var columns = await _columns.ReceiveAsync(blocks, cancellation).ConfigureAwait(false);
                Gilboa.Combine(columns.Span, columns.Length / BitMatrix.Side, result.Span.Slice(start, blocks));
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

    /// <summary>Zeroes Δ and the keys.</summary>
    public void Dispose()
    {
        _columns.Dispose();
        _hash.Dispose();
    }

    /// <summary>keys[2i] = H(B[i], i), keys[2i + 1] = H(B[i] + Δ, i).</summary>
    private void Spread(Span<Gf128> correlated, Span<Gf128> keys)
    {
        using var shifted = NativeBuffer<Gf128>.Allocate(Math.Min(Batch.RowCount, correlated.Length));
        using var hashed = NativeBuffer<Gf128>.Allocate(shifted.Length);
        for (var start = 0; start < correlated.Length; start += Batch.RowCount)
        {
            var size = Math.Min(Batch.RowCount, correlated.Length - start);
            var source = correlated.Slice(start, size);
            var other = shifted.Span[..size];
            var first = hashed.Span[..size];
            for (var i = 0; i < size; i++) other[i] = source[i] + Delta;
            _hash.Hash(source, _transfers + (ulong)start, first);
            _hash.Hash(other, _transfers + (ulong)start, other);
            for (var i = 0; i < size; i++) (keys[2 * (start + i)], keys[2 * (start + i) + 1]) = (first[i], other[i]);
        }
    }

    private static BitVector Masked(BitVector bits, ReadOnlySpan<Gf128> keys, int position)
    {
        var masked = new BitVector(bits.Length);
        for (var i = 0; i < bits.Length; i++) masked.Words[i >> 6] |= (keys[2 * i + position].Low & 1) << (i & 63);
        BitVector.Xor(masked.Words, bits.Words, masked.Words);
        return masked;
    }
}

using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Conjunction of shared bits by bit triples, and opening.</summary>
/// <remarks>Source: specs/boolean-sharing.md, steps 1, 2 and 7; Goldreich, Micali, Wigderson 1987 with the triples of Beaver 1991, made from two random transfers each (Asharov, Lindell, Schneider, Zohner, CCS 2013).</remarks>
public static class BooleanGates
{
    internal static readonly StepId Differences = new("boolean-sharing.2");
    internal static readonly StepId Opening = new("boolean-sharing.7");

    private const int HashedAtATime = 2048;

    /// <summary>Shares of x[i] and y[i].</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n shared bits.</param>
    /// <param name="y">n shared bits.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    /// <remarks>Two transfers and 2 bits each way for each bit; one round, both ways at once, for each 2^20 bits.</remarks>
    public static async Task<SharedBits> AndAsync(BooleanEngine engine, SharedBits x, SharedBits y, CancellationToken cancellation = default)
    {
        if (x.Length != y.Length) throw new ArgumentException("Vectors of one length.", nameof(y));
        var result = new BitVector(x.Length);
        for (var start = 0; start < x.Length; start += BooleanEngine.TransfersAtATime)              // a multiple of 64 bits
        {
            var count = Math.Min(BooleanEngine.TransfersAtATime, x.Length - start);
            using var triples = await TriplesAsync(engine, count, cancellation).ConfigureAwait(false); // 1
            var words = BitVector.WordCount(count);
            var own = new byte[2 * words * sizeof(ulong)];
            triples.Differences(x.Share.Words.Slice(start / 64, words), y.Share.Words.Slice(start / 64, words), own);
            var peer = await engine.ExchangeBitsAsync(Differences, own, 8L * own.Length, cancellation).ConfigureAwait(false); // 2 ↔
            triples.Product(engine.Party, own, peer, result.Words.Slice(start / 64, words));
        }

        result.Trim();
        return new(result);
    }

    /// <summary>Opens bits to both parties.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="bits">n shared bits.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<BitVector> OpenAsync(BooleanEngine engine, SharedBits bits, CancellationToken cancellation = default)
    {
        var own = bits.Share.Bytes[..BooleanMessages.Size(bits.Length)].ToArray();
        var peer = await engine.ExchangeBitsAsync(Opening, own, bits.Length, cancellation).ConfigureAwait(false); // 7 ↔
        var opened = new BitVector(bits.Length);
        for (var i = 0; i < own.Length; i++) opened.Bytes[i] = (byte)(own[i] ^ peer[i]);
        return opened;
    }

    private static async Task<Triples> TriplesAsync(BooleanEngine engine, int count, CancellationToken cancellation)
    {
        var triples = new Triples(count);
        if (engine.Party == BooleanParty.First)
        {
            using (var sent = await engine.Transfers.SendAsync(count, cancellation).ConfigureAwait(false)) triples.TakeSent(engine, sent);
            using (var received = await engine.Transfers.ReceiveAsync(count, cancellation).ConfigureAwait(false)) triples.TakeReceived(engine, received);
        }
        else
        {
            using (var received = await engine.Transfers.ReceiveAsync(count, cancellation).ConfigureAwait(false)) triples.TakeReceived(engine, received);
            using (var sent = await engine.Transfers.SendAsync(count, cancellation).ConfigureAwait(false)) triples.TakeSent(engine, sent);
        }

        return triples;
    }

    /// <summary>Shares of random a, b and c = a and b. a is the choice of the received transfers, b the sum of the two masks of the sent ones.</summary>
    private sealed class Triples(int count) : IDisposable
    {
        private readonly BitVector _a = new(count), _b = new(count), _c = new(count);

        public void TakeSent(BooleanEngine engine, TransferSenderBatch sent)
        {
            var tweak = engine.TakeSentTweaks(count);
            using var blocks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
            for (var start = 0; start < count; start += HashedAtATime)
            {
                var span = blocks.Span[..Math.Min(HashedAtATime, count - start)];
                sent.Blocks.Slice(start, span.Length).CopyTo(span);
                engine.Hash(span, unchecked(tweak + (ulong)start));
                for (var i = 0; i < span.Length; i++)
                {
                    var bit = (span[i].Low & 1) << (i & 63);
                    _b.Words[(start + i) >> 6] ^= bit;
                    _c.Words[(start + i) >> 6] ^= bit;
                    span[i] = sent.Blocks[start + i] + sent.Delta;
                }

                engine.Hash(span, unchecked(tweak + (ulong)start));
                for (var i = 0; i < span.Length; i++) _b.Words[(start + i) >> 6] ^= (span[i].Low & 1) << (i & 63);
            }
        }

        public void TakeReceived(BooleanEngine engine, TransferReceiverBatch received)
        {
            received.Choices.Words.CopyTo(_a.Words);
            var tweak = engine.TakeReceivedTweaks(count);
            using var blocks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
            for (var start = 0; start < count; start += HashedAtATime)
            {
                var span = blocks.Span[..Math.Min(HashedAtATime, count - start)];
                received.Blocks.Slice(start, span.Length).CopyTo(span);
                engine.Hash(span, unchecked(tweak + (ulong)start));
                for (var i = 0; i < span.Length; i++) _c.Words[(start + i) >> 6] ^= (span[i].Low & 1) << (i & 63);
            }
        }

        public void Differences(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<byte> differences)
        {
            var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(differences);
            BitVector.And(_a.Words, _b.Words, words[..x.Length]);
            BitVector.Xor(_c.Words, words[..x.Length], _c.Words);          // c = a·b + both masks
            BitVector.Xor(x, _a.Words, words[..x.Length]);
            BitVector.Xor(y, _b.Words, words[x.Length..]);
        }

        public void Product(BooleanParty party, ReadOnlySpan<byte> own, ReadOnlySpan<byte> peer, Span<ulong> product)
        {
            var d = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(own);
            var e = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(peer);
            var first = party == BooleanParty.First ? ulong.MaxValue : 0;
            for (var i = 0; i < product.Length; i++)
            {
                var (dx, dy) = (d[i] ^ e[i], d[product.Length + i] ^ e[product.Length + i]);
                product[i] = (dx & dy & first) ^ (dx & _b.Words[i]) ^ (dy & _a.Words[i]) ^ _c.Words[i];
            }
        }

        public void Dispose()
        {
            _a.Clear();
            _b.Clear();
            _c.Clear();
        }
    }
}

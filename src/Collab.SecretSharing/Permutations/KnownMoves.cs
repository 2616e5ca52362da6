using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.Permutations;

/// <summary>Rows that neither of two parties knows, moved as one of them says: into an order that it alone knows, or from the beginning of each of its runs to all of the run.</summary>
/// <remarks>
/// Semi-honest. One transfer for each pair of places, one flight each way for 2^20 of them whatever the layers: the other party can go through all layers on its own, as its new
/// shares are its masks. Steps: specs/oblivious-permutation.md. Source: Mohassel and Sadeghian, EUROCRYPT 2013, section 4.
/// </remarks>
public static class KnownMoves
{
    internal static readonly StepId Choices = new("oblivious-permutation.1");
    internal static readonly StepId Corrections = new("oblivious-permutation.2");

    private const int HashedAtATime = 2048;

    /// <summary>Brings rows into an order that one party knows, in place.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="knower">Who knows the order.</param>
    /// <param name="order">At that party, which row comes to each place; nothing at the other.</param>
    /// <param name="rows">n rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Not a permutation of the rows.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static Task PermuteAsync(BooleanEngine engine, BooleanParty knower, ReadOnlyMemory<int> order, RowShares rows, CancellationToken cancellation = default)
    {
        if (order.Length != (engine.Party == knower ? rows.Length : 0)) throw new ArgumentException("A row for each place at the party that knows the order.", nameof(order));
        return RunAsync(engine, knower, MoveLayer.Permuting(rows.Length), engine.Party == knower ? PermutationSettings.OfVariableTime(order.Span) : null, exchanges: true, rows, cancellation);
    }

    /// <summary>Gives every row what the first row of its run holds, in place.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="knower">Who knows the runs.</param>
    /// <param name="joined">At that party, for each row whether it goes on the run of the row before; nothing at the other.</param>
    /// <param name="rows">n rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static Task CarryAsync(BooleanEngine engine, BooleanParty knower, BitVector? joined, RowShares rows, CancellationToken cancellation = default)
    {
        if ((joined?.Length ?? -1) != (engine.Party == knower ? rows.Length : -1)) throw new ArgumentException("A bit for each row at the party that knows the runs.", nameof(joined));
        return RunAsync(engine, knower, MoveLayer.Carrying(rows.Length), joined is null ? null : Reaches(joined), exchanges: false, rows, cancellation);
    }

    /// <summary>Exchanges each row of the first half with that of the second where a shared bit is 1, in place: rows that a bit keeps or drops, their partners being zeros.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="bits">n shared bits. Each party in turn exchanges by its own share, as two exchanges undo each other.</param>
    /// <param name="rows">2n rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>Two transfers a pair, whatever a row holds.</remarks>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task ExchangeHalvesAsync(BooleanEngine engine, SharedBits bits, RowShares rows, CancellationToken cancellation = default)
    {
        if (rows.Length != 2 * bits.Length) throw new ArgumentException("Two rows for each bit.", nameof(rows));
        foreach (var knower in new[] { BooleanParty.First, BooleanParty.Second })
        {
            IReadOnlyList<BitVector>? choices = null;
            if (engine.Party == knower)
            {
                var own = new BitVector(bits.Length); // what runs clears its choices
                bits.Share.Words.CopyTo(own.Words);
                choices = [own];
            }

            await RunAsync(engine, knower, [MoveLayer.Halves(bits.Length)], choices, exchanges: true, rows, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Brings rows into an order that neither party knows, in place: the first party's, then the second's, each drawn by itself.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="rows">n rows, in parts that all come into the same order.</param>
    /// <param name="random">Where this party's order comes from.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>For each part twice the transfers of <see cref="PermuteAsync"/>. One uniform order that its party keeps to itself is enough for the whole to be uniform to the other (specs/oblivious-permutation.md, "Shuffle").</remarks>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task ShuffleAsync(BooleanEngine engine, IReadOnlyList<RowShares> rows, RandomSource random, CancellationToken cancellation = default)
    {
        using var drawn = RandomOrder.Draw(random, rows[0].Length);
        var order = drawn.Span.ToArray();
        foreach (var part in rows)
        {
            foreach (var knower in new[] { BooleanParty.First, BooleanParty.Second })
                await PermuteAsync(engine, knower, engine.Party == knower ? order : default, part, cancellation).ConfigureAwait(false);
        }

        Array.Clear(order);
    }

    /// <summary>How many moves each batch of a permutation of so many rows has.</summary>
    public static IEnumerable<int> MovesOfPermutation(int rows) => Batches(MoveLayer.PairsPermuting(rows), pairs => pairs).Select(batch => batch.Sum());

    /// <summary>How many moves each batch of a carry through so many rows has.</summary>
    public static IEnumerable<int> MovesOfCarry(int rows) => Batches(MoveLayer.PairsCarrying(rows), pairs => pairs).Select(batch => batch.Sum());

    /// <summary>How many moves each batch has that exchanges so many pairs by one party's share.</summary>
    public static IEnumerable<int> MovesOfExchange(int pairs) => pairs == 0 ? [] : [pairs];

    /// <summary>Layer by layer, for each target whether it is joined down to the beginning of its half block.</summary>
    private static List<BitVector> Reaches(BitVector joined)
    {
        var down = new BitVector(joined.Length);
        joined.Words.CopyTo(down.Words);
        var reaches = new List<BitVector>();
        foreach (var (from, to) in MoveLayer.Carrying(joined.Length).Select(layer => (layer.From, layer.To)))
        {
            var bits = new BitVector(to.Length);
            for (var i = 0; i < to.Length; i++) bits.Words[i >> 6] |= down.Bit(to[i]) << (i & 63);
            for (var i = 0; i < to.Length; i++) down[to[i]] = (down.Bit(to[i]) & down.Bit(from[i])) != 0;
            reaches.Add(bits);
        }

        down.Clear();
        return reaches;
    }

    private static async Task RunAsync(
        BooleanEngine engine, BooleanParty knower, IEnumerable<MoveLayer> layers, IReadOnlyList<BitVector>? choices, bool exchanges, RowShares rows, CancellationToken cancellation)
    {
        var next = 0;
        foreach (var batch in Batches(layers, layer => layer.From.Length))
        {
            var all = new MoveLayer([.. batch.SelectMany(layer => layer.From)], [.. batch.SelectMany(layer => layer.To)]);
            if (choices is null) await SendAsync(engine, all, exchanges, rows, cancellation).ConfigureAwait(false);
            else await ReceiveAsync(engine, all, Together(choices.Skip(next).Take(batch.Count), all.From.Length), exchanges, rows, cancellation).ConfigureAwait(false);
            next += batch.Count;
        }

        foreach (var bits in choices ?? []) bits.Clear();
    }

    /// <summary>As many whole layers at a time as have at most 2^20 moves, at least one.</summary>
    private static IEnumerable<IReadOnlyList<T>> Batches<T>(IEnumerable<T> layers, Func<T, int> movesOf)
    {
        var (batch, moves) = (new List<T>(), 0);
        foreach (var layer in layers)
        {
            if (batch.Count > 0 && moves + movesOf(layer) > BooleanEngine.TransfersAtATime)
            {
                yield return batch;
                (batch, moves) = ([], 0);
            }

            batch.Add(layer);
            moves += movesOf(layer);
        }

        if (moves > 0) yield return batch;
    }

    /// <summary>The part of the party that does not know which pairs are moved.</summary>
    private static async Task SendAsync(BooleanEngine engine, MoveLayer moves, bool exchanges, RowShares rows, CancellationToken cancellation)
    {
        var count = moves.From.Length;
        using var transfers = await engine.Transfers.SendAsync(count, cancellation).ConfigureAwait(false);
        var flips = await engine.ReceiveBitsAsync(Choices, count, cancellation).ConfigureAwait(false);                                              // 1 ←
        await engine.SendBitsAsync(Mask(engine, transfers, moves, flips, exchanges, rows), cancellation).ConfigureAwait(false);                     // 2 →
    }

    /// <summary>The part of the party that knows.</summary>
    private static async Task ReceiveAsync(BooleanEngine engine, MoveLayer moves, BitVector choices, bool exchanges, RowShares rows, CancellationToken cancellation)
    {
        var count = moves.From.Length;
        using var transfers = await engine.Transfers.ReceiveAsync(count, cancellation).ConfigureAwait(false);
        await engine.SendBitsAsync(ObliviousSelection.Flips(transfers, choices, 0, count), cancellation).ConfigureAwait(false);                     // 1 →
        var corrections = await engine.ReceiveBitsAsync(Corrections, 8L * count * rows.Size, cancellation).ConfigureAwait(false);                   // 2 ←
        Unmask(engine, transfers, moves, choices, corrections, exchanges, rows);
        choices.Clear();
    }

    /// <summary>Step 2: of each pair the correction difference + mask 0 − mask 1; what moves is shared as minus mask 0 here.</summary>
    private static byte[] Mask(BooleanEngine engine, TransferSenderBatch transfers, MoveLayer moves, byte[] flips, bool exchanges, RowShares rows)
    {
        var (count, size) = (moves.From.Length, rows.Size);
        var corrections = new byte[count * size];
        var tweak = engine.TakeSentTweaks(count);
        using NativeBuffer<Gf128> zero = NativeBuffer<Gf128>.Allocate(HashedAtATime), one = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        for (var start = 0; start < count; start += HashedAtATime)
        {
            var now = Math.Min(HashedAtATime, count - start);
            for (var i = 0; i < now; i++)
            {
                var flip = unchecked(0 - ((ulong)(flips[(start + i) >> 3] >> ((start + i) & 7)) & 1));
                zero.Span[i] = transfers.Blocks[start + i] + new Gf128(transfers.Delta.Low & flip, transfers.Delta.High & flip);
                one.Span[i] = zero.Span[i] + transfers.Delta;
            }

            engine.Hash(zero.Span[..now], unchecked(tweak + (ulong)start));
            engine.Hash(one.Span[..now], unchecked(tweak + (ulong)start));
            for (var i = 0; i < now; i++)
            {
                var (from, to) = (moves.From[start + i], moves.To[start + i]);
                var (mask0, mask1) = (zero.Span[i], one.Span[i]);
                var correction = corrections.AsSpan((start + i) * size, size);
                unchecked
                {
                    var word = rows.Words is { } words ? words[from] - words[to] + mask0.Low - mask1.Low : 0;
                    var bits = rows.Bits is { } all ? (all[from] ^ all[to] ^ mask0.High ^ mask1.High) & BitMask(rows.BitCount) : 0;
                    Write(correction, word, bits, rows);
                    Move(rows, from, to, 0 - mask0.Low, mask0.High, exchanges);
                }
            }
        }

        return corrections;
    }

    private static void Unmask(
        BooleanEngine engine, TransferReceiverBatch transfers, MoveLayer moves, BitVector choices, byte[] corrections, bool exchanges, RowShares rows)
    {
        var (count, size) = (moves.From.Length, rows.Size);
        var tweak = engine.TakeReceivedTweaks(count);
        using var masks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        for (var start = 0; start < count; start += HashedAtATime)
        {
            var now = Math.Min(HashedAtATime, count - start);
            transfers.Blocks.Slice(start, now).CopyTo(masks.Span);
            engine.Hash(masks.Span[..now], unchecked(tweak + (ulong)start));
            for (var i = 0; i < now; i++)
            {
                var (from, to) = (moves.From[start + i], moves.To[start + i]);
                var (word, bits) = Read(corrections.AsSpan((start + i) * size, size), rows);
                PeerFaultException.ThrowUnless((bits & ~BitMask(rows.BitCount)) == 0, engine.Channel.Peer, Corrections, "zeros after the last bit");
                unchecked
                {
                    var chosen = 0 - choices.Bit(start + i);
                    if (rows.Words is { } words) word += words[from] - words[to];
                    if (rows.Bits is { } all) bits ^= all[from] ^ all[to];
                    Move(rows, from, to, masks.Span[i].Low + (word & chosen), masks.Span[i].High ^ (bits & chosen), exchanges);
                }
            }
        }
    }

    /// <summary>Adds what moves to the upper place, and takes it off the lower one where both are exchanged.</summary>
    private static void Move(RowShares rows, int from, int to, ulong word, ulong bits, bool exchanges)
    {
        unchecked
        {
            if (rows.Words is { } words)
            {
                words[to] += word;
                if (exchanges) words[from] -= word;
            }

            if (rows.Bits is not { } all) return;
            bits &= BitMask(rows.BitCount);
            all[to] ^= bits;
            if (exchanges) all[from] ^= bits;
        }
    }

    private static void Write(Span<byte> to, ulong word, ulong bits, RowShares rows)
    {
        if (rows.Words is not null)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(to, word);
            to = to[sizeof(ulong)..];
        }

        for (var b = 0; b < to.Length; b++) to[b] = unchecked((byte)(bits >> (8 * b)));
    }

    private static (ulong Word, ulong Bits) Read(ReadOnlySpan<byte> from, RowShares rows)
    {
        var (word, bits) = (0UL, 0UL);
        if (rows.Words is not null)
        {
            word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(from);
            from = from[sizeof(ulong)..];
        }

        for (var b = 0; b < from.Length; b++) bits |= (ulong)from[b] << (8 * b);
        return (word, bits);
    }

    private static ulong BitMask(int count) => count == 0 ? 0 : ulong.MaxValue >> (64 - count);

    private static BitVector Together(IEnumerable<BitVector> parts, int length)
    {
        var all = new BitVector(length);
        var at = 0;
        foreach (var part in parts)
        {
            for (var i = 0; i < part.Length; i++, at++) all.Words[at >> 6] |= part.Bit(i) << (at & 63);
        }

        return all;
    }
}

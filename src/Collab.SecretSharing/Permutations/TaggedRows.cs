using System.Numerics;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.Permutations;

/// <summary>Brings shared words to shared places, where neither party knows which rows have a place nor which places get a row.</summary>
/// <remarks>
/// Semi-honest. A row that counts has the number of its place as a tag, and no two have the same. Rows are added for the places that get none, all are shuffled, and the tags are opened:
/// every place once and a known number of rows without, in a uniform order, whatever the rows. Steps: specs/oblivious-permutation.md, "Rows to their places"; ours.
/// </remarks>
public static class TaggedRows
{
    internal static readonly StepId Tags = new("oblivious-permutation.5");

    /// <summary>Bits of a tag where there are so many places: 1 to n, and 0 for none.</summary>
    public static int TagBits(int places) => BitOperations.Log2((uint)places) + 1;

    /// <summary>This party's shares of the words at their places, 0 where no row comes.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="words">A word modulo 2^64 of each of m rows.</param>
    /// <param name="tags">Of each row <see cref="TagBits"/> bits, one more than the number of its place, and above them whether it counts; where it does not, words and tags may be anything. Stays the caller's.</param>
    /// <param name="taken">Of each of n places whether a row that counts has it: of other shares than <paramref name="tags"/>, yet the same.</param>
    /// <param name="random">Where this party's order comes from.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>2m transfers for dropping, and twice an oblivious permutation of m + n rows of a word and a tag.</remarks>
    /// <exception cref="PeerFaultException">The other party broke the protocol, or a place was tagged twice.</exception>
    public static async Task<ulong[]> PlaceAsync(
        BooleanEngine engine, SharedWords words, RowShares tags, SharedBits taken, RandomSource random, CancellationToken cancellation = default)
    {
        var (count, tagBits) = (words.Length, TagBits(taken.Length));
        if (tags.Length < count || tags.BitCount != tagBits + 1) throw new ArgumentException("A tag for each row, and whether it counts.", nameof(tags));
        using var kept = new RowShares(new ulong[2 * count], new ulong[2 * count], tagBits);
        for (var i = 0; i < count; i++) (kept.Words![i], kept.Bits![i]) = (unchecked((ulong)words.Share[i]), tags.Bits![i] & ((1UL << tagBits) - 1));
        using (var members = tags.BitsOf(tagBits, count)) await KnownMoves.ExchangeHalvesAsync(engine, members, kept, cancellation).ConfigureAwait(false); // 3 ↔
        using var all = WithMissing(engine.Party, kept, taken, tagBits);                                                                              // 3
        await KnownMoves.ShuffleAsync(engine, [all], random, cancellation).ConfigureAwait(false);                                                      // 4 ↔
        using var shared = Planes(all);
        var opened = await BooleanGates.OpenAsync(engine, shared, cancellation).ConfigureAwait(false);                                               // 5 ↔
        var (placed, isPlaced) = (new ulong[taken.Length], new bool[taken.Length]);
        for (var i = 0; i < all.Length; i++)
        {
            var tag = 0;
            for (var bit = 0; bit < tagBits; bit++) tag |= (int)opened.Bit((i * tagBits) + bit) << bit;
            if (tag == 0) continue;
            PeerFaultException.ThrowUnless(tag <= placed.Length && !isPlaced[tag - 1], engine.Channel.Peer, Tags, "one row for each place");
            (placed[tag - 1], isPlaced[tag - 1]) = (all.Words![i], true);
        }

        PeerFaultException.ThrowUnless(Array.TrueForAll(isPlaced, found => found), engine.Channel.Peer, Tags, "a row for each place");
        return placed;
    }

    /// <summary>The rows kept, then of each place a row of 0 that has its tag if nothing else has: bits times what is public.</summary>
    private static RowShares WithMissing(BooleanParty party, RowShares kept, SharedBits taken, int tagBits)
    {
        var count = kept.Length / 2;
        var (words, bits) = (new ulong[count + taken.Length], new ulong[count + taken.Length]);
        kept.Words.AsSpan(count).CopyTo(words);
        kept.Bits.AsSpan(count).CopyTo(bits);
        for (var place = 0; place < taken.Length; place++)
        {
            var missing = taken.Share.Bit(place) ^ (party == BooleanParty.First ? 1UL : 0);
            bits[count + place] = unchecked(0 - missing) & ((ulong)place + 1);
        }

        return new RowShares(words, bits, tagBits);
    }

    /// <summary>All bits, row after row.</summary>
    private static SharedBits Planes(RowShares rows)
    {
        var all = new BitVector(rows.Length * rows.BitCount);
        for (var i = 0; i < all.Length; i++) all.Words[i >> 6] |= ((rows.Bits![i / rows.BitCount] >> (i % rows.BitCount)) & 1) << (i & 63);
        return new(all);
    }
}

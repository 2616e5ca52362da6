using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Ranks;

/// <summary>Rows in the ascending order of a column that one of two parties knows, of which neither knows which ones count: ranks, their sums, distances and quantiles on shares.</summary>
/// <remarks>
/// A row counts in one of the groups or in none. Nothing here opens anything. As the order and the runs of equal values are known to one party, ranks are running totals and moves within
/// runs. Semi-honest. Steps: specs/joined-ranks.md. Has one owner, who disposes it.
/// </remarks>
public sealed partial class OrderedRows : IDisposable
{
    private const int WordBits = 64;

    private readonly BooleanEngine _engine;
    private readonly BooleanParty _knower;
    private readonly BitVector? _joined;
    private readonly IReadOnlyList<SharedBits> _groups;
    private readonly SharedBits _members;
    private readonly ulong[][] _words;
    private readonly ulong[] _counting;
    private ulong[]? _below;

    private OrderedRows(BooleanEngine engine, BooleanParty knower, BitVector? joined, IReadOnlyList<SharedBits> groups, SharedBits members, ulong[][] words)
    {
        (_engine, _knower, _joined, _groups, _members, _words) = (engine, knower, joined, groups, members, words);
        _counting = new ulong[members.Length];
        foreach (var group in words) AddTo(_counting, group);
    }

    /// <summary>How many rows.</summary>
    public int Length => _members.Length;

    /// <summary>Shares of how many rows count in each group, modulo 2^64.</summary>
    public SharedWords Counts => Shared([.. _words.Select(Total)]);

    /// <summary>Takes rows in their order (step 4).</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="knower">Who knows the values.</param>
    /// <param name="joined">At that party, for each row whether its value is that of the row before; null at the other.</param>
    /// <param name="groups">For each group a shared bit for each row; none has two. Owned from here on.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<OrderedRows> CreateAsync(
        BooleanEngine engine, BooleanParty knower, BitVector? joined, IReadOnlyList<SharedBits> groups, CancellationToken cancellation = default)
    {
        var words = new ulong[groups.Count][];
        for (var g = 0; g < words.Length; g++)
        {
            using var group = await ObliviousSelection.ToWordsAsync(engine, groups[g], WordBits, cancellation).ConfigureAwait(false);            // 4 ↔
            words[g] = Own(group);
        }

        var members = SharedBits.OfKnown(groups[0].Length, null);
        foreach (var group in groups)
        {
            using var before = members;
            members = before.Xor(group);
        }

        return new OrderedRows(engine, knower, joined, groups, members, words);
    }

    /// <summary>Twice the rank of every row among those that count, tied rows with their mean, from 2 on (step 6); of rows that do not count it means nothing.</summary>
    public async Task<SharedWords> DoubledRanksAsync(CancellationToken cancellation = default)
    {
        var below = await BelowAsync(cancellation).ConfigureAwait(false);
        var upTo = RunningTotals(_counting);
        Array.Reverse(upTo);
        await CarryAsync(upTo, Reversed(), cancellation).ConfigureAwait(false);                                                                  // 6 ↔
        Array.Reverse(upTo);
        AddTo(upTo, below);
        if (_engine.Party == BooleanParty.First) AddConstant(upTo, 1);
        return Shared(upTo);
    }

    /// <summary>Twice the sum of the ranks of each group, then Σ (t³ − t) over the values that t rows share; one word each (steps 6 and 7).</summary>
    public async Task<SharedWords> TotalsAsync(CancellationToken cancellation = default)
    {
        using var ranks = await DoubledRanksAsync(cancellation).ConfigureAwait(false);
        var totals = new ulong[_groups.Count + 1];
        for (var g = 0; g < _groups.Count; g++)
        {
            using var products = await ObliviousSelection.MultiplyAsync(_engine, _groups[g], ranks, cancellation).ConfigureAwait(false);          // 7 ↔
            totals[g] = Total(Own(products));
        }

        totals[^1] = await TiesAsync(cancellation).ConfigureAwait(false);
        return Shared(totals);
    }

    /// <summary>Share of Σ (t³ − t) over the values that t rows share (step 7): of a run's rows Σ 3q(q + 1), q rows that count before it, and q² the sum of 2q' + 1 over these.</summary>
    public async Task<ulong> TiesAsync(CancellationToken cancellation = default)
    {
        var before = await BeforeAsync(cancellation).ConfigureAwait(false);
        var odd = await CountingTimesAsync(before, cancellation).ConfigureAwait(false);
        for (var i = 0; i < odd.Length; i++) odd[i] = unchecked((2 * odd[i]) + _counting[i]);
        var squares = Exclusive(odd);
        ulong[] first = [.. squares];
        await CarryAsync(first, _joined, cancellation).ConfigureAwait(false);                                                                    // 7 ↔
        for (var i = 0; i < squares.Length; i++) squares[i] = unchecked(3 * (squares[i] - first[i] + before[i]));
        var ties = await CountingTimesAsync(squares, cancellation).ConfigureAwait(false);
        var total = Total(ties);
        foreach (var words in new[] { before, odd, squares, first, ties }) Clear(words);
        return total;
    }

    /// <summary>m · n · max |F₁ − F₂| of the first two groups, then whether two rows that count share a value (1) or none do (0); one word each (step 8).</summary>
    /// <param name="ring">An engine of the same parties, for comparisons.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<SharedWords> GreatestDistanceAsync(TwoPartyEngine ring, CancellationToken cancellation = default)
    {
        var steps = await GroupTimesAsync(0, Total(_words[1]), cancellation).ConfigureAwait(false);                                               // 8 ↔
        var back = await GroupTimesAsync(1, Total(_words[0]), cancellation).ConfigureAwait(false);
        for (var i = 0; i < steps.Length; i++) steps[i] = unchecked(steps[i] - back[i]);
        var atEnds = await AtEndsAsync(RunningTotals(steps), cancellation).ConfigureAwait(false);                                                // 8 ↔
        var before = await BeforeAsync(cancellation).ConfigureAwait(false);
        var tied = await CountingTimesAsync(before, cancellation).ConfigureAwait(false);                                                         // 8 ↔
        try
        {
            using SharedVector distances = VectorOf(atEnds), ties = VectorOf([Total(tied)]), zero = ring.Constant([0]);
            using var largest = await RankedRows.LargestMagnitudeAsync(ring, distances, DistanceBits(Length), cancellation).ConfigureAwait(false); // 8 ↔
            using var untied = await VectorComparisons.EqualAsync(ring, ties, zero, DistanceBits(Length), cancellation).ConfigureAwait(false);
            using var isUntied = await ring.ToWordsAsync(untied, cancellation).ConfigureAwait(false);
            using var isTied = ring.Affine(isUntied, ulong.MaxValue, 1);
            return Shared([largest.Component(0)[0], isTied.Component(0)[0]]);
        }
        finally
        {
            foreach (var words in new[] { steps, back, atEnds, before, tied }) Clear(words);
        }
    }

    /// <summary>The values of the ranks sought, one word each (step 9). Groups are not empty.</summary>
    /// <param name="ring">An engine of the same parties, for comparisons.</param>
    /// <param name="values">At the party that knows them, the value of each row as a word; nothing at the other.</param>
    /// <param name="targets">What is sought.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<SharedWords> ValuesOfRanksAsync(
        TwoPartyEngine ring, ReadOnlyMemory<ulong> values, IReadOnlyList<OrderTarget> targets, CancellationToken cancellation = default)
    {
        foreach (var target in targets) target.Check(_groups.Count);
        var found = new ulong[targets.Count];
        var together = TargetsAtATime(Length);
        for (var first = 0; first < found.Length; first += together)
        {
            OrderTarget[] sought = [.. targets.Skip(first).Take(together)];
            (await ValuesAsync(ring, values, sought, cancellation).ConfigureAwait(false)).CopyTo(found, first);
        }

        return Shared(found);
    }

    /// <summary>How many values are sought side by side: as many as keep the largest selection at 2^20.</summary>
    public static int TargetsAtATime(int rows) => Math.Max(1, BooleanEngine.TransfersAtATime / PlacesOf(rows));

    /// <summary>Places that are halved: the least power of two that is not below the rows.</summary>
    public static int PlacesOf(int rows) => 1 << MoveLayer.Depth(rows);

    /// <summary>Bits of what m · n · D and the pairs of tied rows can be: both at most rows²/2.</summary>
    internal static int DistanceBits(int rows) => (2 * BitOperations.Log2((uint)rows)) + 1;

    /// <summary>Zeroes all shares.</summary>
    public void Dispose()
    {
        foreach (var group in _groups) group.Dispose();
        foreach (var words in _words) Clear(words);
        _members.Dispose();
        _joined?.Clear();
        Clear(_counting);
        if (_below is not null) Clear(_below);
    }

    /// <summary>Halving: of running totals and values of as many places as a power of two, the half in which the rank is reached, until one place is left.</summary>
    private async Task<ulong[]> ValuesAsync(TwoPartyEngine ring, ReadOnlyMemory<ulong> values, OrderTarget[] targets, CancellationToken cancellation)
    {
        var width = PlacesOf(Length);
        ulong[] counts = new ulong[targets.Length * width], content = new ulong[counts.Length], wanted = new ulong[targets.Length];
        for (var t = 0; t < targets.Length; t++)
        {
            var running = RunningTotals(_words[targets[t].Group]);
            running.CopyTo(counts, t * width);
            counts.AsSpan((t * width) + Length, width - Length).Fill(running[^1]);                              // behind the last row the rank is reached as with it
            values.Span.CopyTo(content.AsSpan(t * width));
            wanted[t] = unchecked((ulong)targets[t].Numerator * running[^1]);
            if (_engine.Party == BooleanParty.First) wanted[t] = unchecked(wanted[t] + (ulong)targets[t].Constant);
            Clear(running);
        }

        for (; width > 1; width /= 2)
        {
            var half = width / 2;
            var left = new ulong[targets.Length];                                                               // negative where the lower half's last place reaches the rank
            for (var t = 0; t < left.Length; t++) left[t] = unchecked(wanted[t] - ((ulong)targets[t].Denominator * counts[(t * width) + half - 1]));
            using var reached = await ReachedAsync(ring, left, cancellation).ConfigureAwait(false);                                              // 9 ↔
            using var choices = Repeated(reached, half);
            counts = await LowerOrUpperAsync(choices, counts, half, cancellation).ConfigureAwait(false);                                         // 9 ↔
            content = await LowerOrUpperAsync(choices, content, half, cancellation).ConfigureAwait(false);                                       // 9 ↔
        }

        Clear(counts);
        return content;
    }

    /// <summary>Of each block of two halves the lower one where the bit is 1.</summary>
    private async Task<ulong[]> LowerOrUpperAsync(SharedBits choices, ulong[] blocks, int half, CancellationToken cancellation)
    {
        ulong[] upper = new ulong[blocks.Length / 2], difference = new ulong[upper.Length];
        for (var i = 0; i < upper.Length; i++)
        {
            var at = (i / half * 2 * half) + (i % half);
            (upper[i], difference[i]) = (blocks[at + half], unchecked(blocks[at] - blocks[at + half]));
        }

        Clear(blocks);
        AddTo(upper, await TimesAsync(choices, difference, cancellation).ConfigureAwait(false));
        return upper;
    }

    /// <summary>Whether each number is negative.</summary>
    private static async Task<SharedBits> ReachedAsync(TwoPartyEngine ring, ulong[] numbers, CancellationToken cancellation)
    {
        using var vector = VectorOf(numbers);
        using var signs = await VectorComparisons.BitAsync(ring, vector, WordBits - 1, cancellation).ConfigureAwait(false);
        return BitsOf(signs);
    }

    /// <summary>Rows that count with a smaller value; made once.</summary>
    private async Task<ulong[]> BelowAsync(CancellationToken cancellation)
    {
        if (_below is not null) return _below;
        _below = Exclusive(_counting);
        await CarryAsync(_below, _joined, cancellation).ConfigureAwait(false);                                                                   // 6 ↔
        return _below;
    }

    /// <summary>Rows that count with the same value, before each row.</summary>
    private async Task<ulong[]> BeforeAsync(CancellationToken cancellation)
    {
        var below = await BelowAsync(cancellation).ConfigureAwait(false);
        var before = Exclusive(_counting);
        for (var i = 0; i < before.Length; i++) before[i] = unchecked(before[i] - below[i]);
        return before;
    }

    private async Task CarryAsync(ulong[] words, BitVector? joined, CancellationToken cancellation) => // the rows are the words themselves, which are changed in place
        await KnownMoves.CarryAsync(_engine, _knower, joined, new RowShares(words, null, 0), cancellation).ConfigureAwait(false);

    private Task<ulong[]> CountingTimesAsync(ulong[] words, CancellationToken cancellation) => TimesAsync(_members, words, cancellation);

    private async Task<ulong[]> GroupTimesAsync(int group, ulong word, CancellationToken cancellation)
    {
        var words = new ulong[Length];
        Array.Fill(words, word);
        return await TimesAsync(_groups[group], words, cancellation).ConfigureAwait(false);
    }

    private async Task<ulong[]> TimesAsync(SharedBits bits, ulong[] words, CancellationToken cancellation)
    {
        using var factors = Shared(words);
        using var products = await ObliviousSelection.MultiplyAsync(_engine, bits, factors, cancellation).ConfigureAwait(false);
        return Own(products);
    }

    /// <summary>The words of the last row of each run, 0 elsewhere: its own share times what it knows at the one party, a selection for the other's.</summary>
    private async Task<ulong[]> AtEndsAsync(ulong[] words, CancellationToken cancellation)
    {
        var other = _knower == BooleanParty.First ? BooleanParty.Second : BooleanParty.First;
        BitVector? ends = null;
        if (_joined is not null)
        {
            ends = new BitVector(Length);
            for (var i = 0; i < Length; i++) ends[i] = i + 1 == Length || _joined.Bit(i + 1) == 0;
        }

        using var known = SharedBits.OfKnown(Length, ends);
        UInt128[] own = _engine.Party == other ? Array.ConvertAll(words, word => (UInt128)word) : [];
        using var products = await ObliviousSelection.MultiplyAsync(_engine, known, other, own, WordBits, cancellation).ConfigureAwait(false);
        var result = Own(products);
        for (var i = 0; ends is not null && i < Length; i++) result[i] = unchecked(result[i] + (words[i] * ends.Bit(i)));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(own.AsSpan()));
        Clear(words);
        return result;
    }

    /// <summary>The same runs from the last row to the first.</summary>
    private BitVector? Reversed()
    {
        if (_joined is null) return null;
        var reversed = new BitVector(Length);
        for (var i = 1; i < Length; i++) reversed[i] = _joined.Bit(Length - i) == 1;
        return reversed;
    }

    private static SharedBits Repeated(SharedBits bits, int times)
    {
        var repeated = new BitVector(bits.Length * times);
        for (var i = 0; i < repeated.Length; i++) repeated.Words[i >> 6] |= bits.Share.Bit(i / times) << (i & 63);
        return new(repeated);
    }

    private static unsafe SharedBits BitsOf(SharedBitVector bits)
    {
        var plane = new BitVector(bits.Length);
        new ReadOnlySpan<ulong>(bits.Plane(0, 0), plane.Words.Length).CopyTo(plane.Words);
        plane.Trim();
        return new(plane);
    }

    private static SharedVector VectorOf(ReadOnlySpan<ulong> words)
    {
        var vector = SharedVector.Allocate(words.Length, 1);
        words.CopyTo(vector.Component(0));
        return vector;
    }

    private static SharedWords Shared(ulong[] words) => new(Array.ConvertAll(words, word => (UInt128)word), WordBits);

    private static ulong[] Own(SharedWords words)
    {
        var own = new ulong[words.Length];
        for (var i = 0; i < own.Length; i++) own[i] = unchecked((ulong)words.Share[i]);
        return own;
    }

    private static ulong[] RunningTotals(ulong[] words)
    {
        var totals = new ulong[words.Length];
        for (var (i, sum) = (0, 0UL); i < totals.Length; i++) totals[i] = sum = unchecked(sum + words[i]);
        return totals;
    }

    /// <summary>Running totals without the row itself.</summary>
    private static ulong[] Exclusive(ulong[] words)
    {
        var totals = new ulong[words.Length];
        for (var (i, sum) = (0, 0UL); i < totals.Length; i++)
        {
            totals[i] = sum;
            sum = unchecked(sum + words[i]);
        }

        return totals;
    }

    private static ulong Total(ulong[] words)
    {
        var sum = 0UL;
        foreach (var word in words) sum = unchecked(sum + word);
        return sum;
    }

    private static void AddTo(ulong[] words, ulong[] addends)
    {
        for (var i = 0; i < words.Length; i++) words[i] = unchecked(words[i] + addends[i]);
    }

    private static void AddConstant(ulong[] words, ulong constant)
    {
        for (var i = 0; i < words.Length; i++) words[i] = unchecked(words[i] + constant);
    }

    private static void Clear(ulong[] words) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan()));
}

using System.Numerics;
using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>Sorting, groups and largest elements, on every engine.</summary>
/// <remarks>
/// On an engine that sorts by shuffles, a radix sort of two bits a pass, lowest first, stable; on others a <see cref="SortingNetwork"/>, made stable by the number of the row behind
/// the key. Source of the first: Hamada, Ikarashi, Chida, Takahashi, eprint 2014/121, and Asharov et al.,
/// eprint 2022/1595. What is opened is always a permutation that a shuffle has made uniform. specs/replicated-sharing.md, step 8.
/// </remarks>
public static class VectorSorting
{
    private static readonly StepId PlacesStep = new("replicated-sharing.8");

    /// <summary>place[i]: the place, from 0, of key i among all in order; equal keys stay in the order they come in.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="keys">n keys of 1 to 64 bits, unsigned; signed ones with their highest plane inverted.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The engine does not sort by shuffles, and key and row number have more than 63 bits together.</exception>
    /// <remarks>Three parties: about 40 bytes for each party, key and bit, 8 rounds for two bits.</remarks>
    public static async Task<SharedVector> PlacesAsync(IVectorEngine engine, SharedBitVector keys, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Planes, 1, nameof(keys));
        var numbers = new ulong[keys.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = (ulong)i;
        if (!engine.SortsByShuffle)
        {
            var sorted = await NumberedAsync(engine, keys, [], cancellation).ConfigureAwait(false);
            using var ascending = engine.Constant(numbers);
            using (sorted[0]) return (await MoveAsync(engine, sorted[0], [ascending], cancellation).ConfigureAwait(false))[0];
        }

        var current = (Keys: SharedVectors.Planes(keys, 0, keys.Planes), Origins: engine.ConstantBits(numbers, RowBits(keys.Length)));
        for (var bit = 0; bit < keys.Planes; bit += 2)
        {
            using var places = await DigitPlacesAsync(engine, current.Keys, bit, cancellation).ConfigureAwait(false);
            var (vectors, bits) = await engine.ShuffleAsync([places], [current.Keys, current.Origins], cancellation).ConfigureAwait(false); // 8d
            current.Keys.Dispose();
            current.Origins.Dispose();
            var from = await OpenInverseAsync(engine, vectors[0], cancellation).ConfigureAwait(false);                                       // 8e
            current = (SharedVectors.Pick(bits[0], from), SharedVectors.Pick(bits[1], from));
            Dispose(vectors);
            Dispose(bits);
        }

        using (current.Keys)
        using (current.Origins)
        using (var ordered = engine.Constant(numbers))
        {
            // Origin[k] came to place k: shuffled together, the origins opened say which key each shuffled place belongs to.
            var (vectors, bits) = await engine.ShuffleAsync([ordered], [current.Origins], cancellation).ConfigureAwait(false);              // 8f
            var origins = (await engine.OpenBitsAsync(bits[0], engine.Parties, cancellation).ConfigureAwait(false))!;
            var result = SharedVectors.Pick(vectors[0], InverseOf(engine, origins));
            Dispose(vectors);
            Dispose(bits);
            return result;
        }
    }

    /// <summary>Vectors in the order of the keys.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="keys">n keys, as <see cref="PlacesAsync"/> takes them.</param>
    /// <param name="vectors">Each of n words.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector[]> SortAsync(
        IVectorEngine engine, SharedBitVector keys, IReadOnlyList<SharedVector> vectors, CancellationToken cancellation = default)
    {
        if (!engine.SortsByShuffle)
        {
            var sorted = await NumberedAsync(engine, keys, vectors, cancellation).ConfigureAwait(false);
            sorted[0].Dispose();
            return sorted[1..];
        }

        using var places = await PlacesAsync(engine, keys, cancellation).ConfigureAwait(false);
        return await MoveAsync(engine, places, vectors, cancellation).ConfigureAwait(false);
    }

    /// <summary>result[places[i]] = vector[i], for shared places that are a permutation.</summary>
    public static async Task<SharedVector[]> MoveAsync(
        IVectorEngine engine, SharedVector places, IReadOnlyList<SharedVector> vectors, CancellationToken cancellation = default)
    {
        if (!engine.SortsByShuffle)
        {
            var sorted = await SortingNetwork.SortAsync(engine, [places, .. vectors], RowBits(places.Length), cancellation).ConfigureAwait(false);
            sorted[0].Dispose();
            return sorted[1..];
        }

        var (shuffled, _) = await engine.ShuffleAsync([places, .. vectors], [], cancellation).ConfigureAwait(false);
        var from = await OpenInverseAsync(engine, shuffled[0], cancellation).ConfigureAwait(false);
        SharedVector[] result = [.. shuffled.Skip(1).Select(vector => SharedVectors.Pick(vector, from))];
        Dispose(shuffled);
        return result;
    }

    /// <summary>The <paramref name="count"/> largest words, largest first, with the same words of the other vectors.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="words">n words below 2^<paramref name="bits"/>.</param>
    /// <param name="others">Each of n words.</param>
    /// <param name="bits">Bits of the words, 1 to 63.</param>
    /// <param name="count">At most n.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector[]> LargestAsync(
        IVectorEngine engine, SharedVector words, IReadOnlyList<SharedVector> others, int bits, int count, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, words.Length);
        using var keys = await VectorComparisons.ToBitsAsync(engine, words, bits, cancellation).ConfigureAwait(false);
        using var falling = engine.Not(keys);
        var sorted = await SortAsync(engine, falling, [words, .. others], cancellation).ConfigureAwait(false);
        SharedVector[] result = [.. sorted.Select(vector => SharedVectors.Slice(vector, 0, count))];
        Dispose(sorted);
        return result;
    }

    /// <summary>The totals of a vector by group, without telling how large any group is.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="groups">n keys, unsigned, below 2^<paramref name="bits"/>.</param>
    /// <param name="values">n words.</param>
    /// <param name="bits">Bits of the keys.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>
    /// n rows in the order of the keys: the key, the total of all values of this and smaller keys, and 1 at the last row of each
    /// group. The total of a group is the difference of two running totals; what to open of it is the caller's decision.
    /// </returns>
    public static async Task<(SharedVector Keys, SharedVector RunningTotals, SharedVector IsLast)> GroupAsync(
        IVectorEngine engine, SharedVector groups, SharedVector values, int bits, CancellationToken cancellation = default)
    {
        using var keys = await VectorComparisons.ToBitsAsync(engine, groups, bits, cancellation).ConfigureAwait(false);
        var sorted = await SortAsync(engine, keys, [groups, values], cancellation).ConfigureAwait(false);
        using var ordered = sorted[1];
        var n = groups.Length;
        var totals = SharedVectors.RunningTotals(ordered);
        if (n <= 1) return (sorted[0], totals, engine.Constant(n == 1 ? [1] : []));
        using SharedVector here = SharedVectors.Slice(sorted[0], 0, n - 1), after = SharedVectors.Slice(sorted[0], 1, n - 1);
        using var equal = await VectorComparisons.EqualAsync(engine, here, after, bits, cancellation).ConfigureAwait(false);
        using var differs = engine.Not(equal);
        using var flags = await engine.ToWordsAsync(differs, cancellation).ConfigureAwait(false);
        using var one = engine.Constant([1]);
        return (sorted[0], totals, SharedVectors.Concatenate(flags, one));
    }

    /// <summary>On an engine that does not sort by shuffles: the numbers of the rows and other vectors, in the order of the keys.</summary>
    private static async Task<SharedVector[]> NumberedAsync(
        IVectorEngine engine, SharedBitVector keys, IReadOnlyList<SharedVector> vectors, CancellationToken cancellation)
    {
        var (n, rowBits) = (keys.Length, RowBits(keys.Length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Planes + rowBits, 63, nameof(keys));
        using var planes = await engine.ToWordsAsync(keys, cancellation).ConfigureAwait(false);
        using var numbers = engine.Constant([.. Enumerable.Range(0, n).Select(i => (ulong)i)]);
        var numbered = SharedVectors.Slice(numbers, 0, n);
        for (var bit = 0; bit < keys.Planes; bit++)
        {
            using var before = numbered;
            using var plane = SharedVectors.Slice(planes, bit * n, n);
            using var weighted = engine.Affine(plane, 1UL << (rowBits + bit), 0);
            numbered = SharedVectors.Add(before, weighted);
        }

        using (numbered)
        {
            var sorted = await SortingNetwork.SortAsync(engine, [numbered, numbers, .. vectors], keys.Planes + rowBits, cancellation).ConfigureAwait(false);
            sorted[0].Dispose();
            return sorted[1..];
        }
    }

    private static int RowBits(int rows) => BitOperations.Log2((uint)Math.Max(rows, 1)) + 1;

    /// <summary>
    /// Places by two bits: with the four indicators f_c, place[i] = Σ_c f_c[i] · (how many keys have a smaller digit, plus how many before i have
    /// the digit c).
    /// </summary>
    private static async Task<SharedVector> DigitPlacesAsync(IVectorEngine engine, SharedBitVector keys, int bit, CancellationToken cancellation)
    {
        var n = keys.Length;
        var pair = bit + 1 < keys.Planes;
        using var low = SharedVectors.Planes(keys, bit, 1);
        using var high = SharedVectors.Planes(keys, pair ? bit + 1 : bit, 1);
        var both = await engine.AndAsync(pair ? [(low, high)] : [], cancellation).ConfigureAwait(false);                 // 8a
        using var stacked = pair ? SharedVectors.Stack(low, high, both[0]) : SharedVectors.Planes(low, 0, 1);
        using var words = await engine.ToWordsAsync(stacked, cancellation).ConfigureAwait(false);                         // 8b
        Dispose(both);
        using var ones = engine.Constant(Enumerable.Repeat(1UL, n).ToArray());
        using var first = SharedVectors.Slice(words, 0, n);
        SharedVector[] digits;
        if (pair)
        {
            using SharedVector second = SharedVectors.Slice(words, n, n);
            var three = SharedVectors.Slice(words, 2 * n, n);
            SharedVector one = SharedVectors.Subtract(first, three), two = SharedVectors.Subtract(second, three);
            using SharedVector notFirst = SharedVectors.Subtract(ones, first);
            digits = [SharedVectors.Subtract(notFirst, two), one, two, three];
        }
        else
        {
            digits = [SharedVectors.Subtract(ones, first), SharedVectors.Slice(first, 0, n)];
        }

        // One running total over all digits after each other: before (c, i) lie all smaller digits, and the same digit before i.
        using var all = SharedVectors.Concatenate(digits);
        using var totals = SharedVectors.RunningTotals(all);
        using var earlier = SharedVectors.Subtract(totals, all);
        SharedVector[] earlierOf = [.. digits.Select((_, c) => SharedVectors.Slice(earlier, c * n, n))];
        var places = await engine.SumOfProductsAsync([.. digits.Zip(earlierOf)], cancellation).ConfigureAwait(false);       // 8c
        Dispose(digits);
        Dispose(earlierOf);
        return places;
    }

    private static async Task<int[]> OpenInverseAsync(IVectorEngine engine, SharedVector places, CancellationToken cancellation) =>
        InverseOf(engine, (await engine.OpenAsync(places, engine.Parties, cancellation).ConfigureAwait(false))!);

    private static int[] InverseOf(IVectorEngine engine, ReadOnlySpan<ulong> places)
    {
        var inverse = new int[places.Length];
        Array.Fill(inverse, -1);
        for (var i = 0; i < places.Length; i++)
        {
            // Who of the others made it no permutation cannot be told from it.
            var fits = places[i] < (ulong)places.Length && inverse[places[i]] < 0;
            PeerFaultException.ThrowUnless(fits, engine.Parties[(engine.Index + 1) % engine.Parties.Count], PlacesStep, "a permutation");
            inverse[places[i]] = i;
        }

        return inverse;
    }

    private static void Dispose(IEnumerable<IDisposable> all)
    {
        foreach (var one in all) one.Dispose();
    }
}

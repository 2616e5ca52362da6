using System.Numerics;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Ranks;

/// <summary>Rows of all parties in the ascending order of their keys, shared, with what belongs to each row; nobody knows which row stands where.</summary>
/// <remarks>
/// A row counts in one of the groups, or in none (a row that only hides how many there are). Rows of equal keys count all or none of them. Every
/// method runs at all parties alike and opens nothing. Source: specs/shared-ranks.md, whose steps are named here. Has one owner, who disposes it.
/// </remarks>
public sealed class RankedRows : IDisposable
{
    /// <summary>Rows of all parties at most: four times the sum of squared ranks stays below 2^62.</summary>
    public const int MostRows = 1 << 20;

    private readonly IVectorEngine _engine;
    private readonly SharedVector _keys;
    private readonly SharedVector[] _others;
    private readonly int _bits;

    private RankedRows(IVectorEngine engine, SharedVector[] vectors, int bits) => (_engine, _keys, _others, _bits) = (engine, vectors[0], vectors[1..], bits);

    /// <summary>How many rows.</summary>
    public int Length => _keys.Length;

    /// <summary>Merges the rows that each party has put in ascending order (step 2).</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="parts">Of each party: the keys, unsigned and below 2^<paramref name="bits"/>, ascending; then as many other vectors with everybody, all of one length.</param>
    /// <param name="bits">Of the keys, 1 to 63.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">No part, lengths that do not fit, or more than <see cref="MostRows"/> rows.</exception>
    /// <remarks>Keys out of order give a wrong result and no error: where a party may deviate, <see cref="DisorderAsync"/> of each part must be opened first.</remarks>
    public static async Task<RankedRows> MergeAsync(
        IVectorEngine engine, IReadOnlyList<SharedVector[]> parts, int bits, CancellationToken cancellation = default)
    {
        RequireWidth(bits);
        if (parts.Count == 0 || parts.Any(part => part.Length != parts[0].Length || part.Length == 0 || part.Any(vector => vector.Length != part[0].Length)))
            throw new ArgumentException("Parts of as many vectors, each part of one length.", nameof(parts));
        RequireLength(parts.Sum(part => (long)part[0].Length));
        return new RankedRows(engine, await MergingNetwork.MergeAsync(engine, parts, bits, cancellation).ConfigureAwait(false), bits);
    }

    /// <summary>Sorts rows that are in no order (step 2).</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="keys">Unsigned and below 2^<paramref name="bits"/>.</param>
    /// <param name="others">Vectors of the same length.</param>
    /// <param name="bits">Of the keys, 1 to 63.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<RankedRows> SortAsync(
        IVectorEngine engine, SharedVector keys, IReadOnlyList<SharedVector> others, int bits, CancellationToken cancellation = default)
    {
        RequireWidth(bits);
        RequireLength(keys.Length);
        if (!engine.SortsByShuffle)
            return new RankedRows(engine, await SortingNetwork.SortAsync(engine, [keys, .. others], bits, cancellation).ConfigureAwait(false), bits);
        using var planes = await VectorComparisons.ToBitsAsync(engine, keys, bits, cancellation).ConfigureAwait(false);
        return new RankedRows(engine, await VectorSorting.SortAsync(engine, planes, [keys, .. others], cancellation).ConfigureAwait(false), bits);
    }

    /// <summary>How many of the keys are smaller than the one before, one word: 0 of a part in order (step 1).</summary>
    public static async Task<SharedVector> DisorderAsync(IVectorEngine engine, SharedVector keys, int bits, CancellationToken cancellation = default)
    {
        RequireWidth(bits);
        if (keys.Length < 2) return engine.Constant([0]);
        using SharedVector before = SharedVectors.Slice(keys, 0, keys.Length - 1), after = SharedVectors.Slice(keys, 1, keys.Length - 1);
        using var less = await VectorComparisons.LessThanAsync(engine, after, before, bits, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(less, cancellation).ConfigureAwait(false);
        return SharedVectors.Total(words);
    }

    /// <summary>The keys in ascending order; they stay of these rows.</summary>
    public SharedVector Keys => _keys;

    /// <summary>One of the vectors that came with the keys, in their order; it stays of these rows.</summary>
    public SharedVector Other(int number) => _others[number];

    /// <summary>The rank of every row, tied rows with their mean, doubled (step 4): 2 for the first row when it has no equal.</summary>
    /// <remarks>Two words a row: the doubled rank, and how many rows of the same key stand before it. 4 products a row and level at most, ⌈log₂ rows⌉ levels.</remarks>
    public async Task<RowRanks> RanksAsync(CancellationToken cancellation = default)
    {
        var n = Length;
        using var equal = await EqualToNextAsync(cancellation).ConfigureAwait(false);                                            // 3
        using var none = _engine.Constant([0]);
        using SharedVector toPrevious = SharedVectors.Concatenate(none, equal), toNext = SharedVectors.Concatenate(equal, none);
        using var places = _engine.Constant([.. Enumerable.Range(0, n).Select(i => (ulong)i)]);
        int[] backward = [.. Enumerable.Range(0, n).Select(i => n - 1 - i)];
        using SharedVector nextFirst = SharedVectors.Pick(toNext, backward), placesFirst = SharedVectors.Pick(places, backward);
        var carried = await CarryAsync([toPrevious, nextFirst], [places, placesFirst], cancellation).ConfigureAwait(false);      // 4
        using SharedVector first = carried[0], lastBackward = carried[1];
        using var last = SharedVectors.Pick(lastBackward, backward);
        using var sum = SharedVectors.Add(first, last);
        return new RowRanks(_engine.Affine(sum, 1, 2), SharedVectors.Subtract(places, first));
    }

    /// <summary>Twice the sum of the ranks of each group, then Σ (t³ − t) over the keys that t rows share; one word each (step 5).</summary>
    /// <param name="groups">How many groups: the first so many of the other vectors tell 1 for each row of the group, else 0.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<SharedVector> TotalsAsync(int groups, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        using var ranks = await RanksAsync(cancellation).ConfigureAwait(false);
        using var counts = Counting(groups);
        using SharedVector sums = await _engine.InnerProductsAsync([.. _others.Take(groups).Select(group => (group, ranks.Doubled))], cancellation).ConfigureAwait(false),
            ties = await TiesAsync(ranks, counts, cancellation).ConfigureAwait(false);
        return SharedVectors.Concatenate(sums, ties);
    }

    /// <summary>
    /// Of rows whose other vectors are a second key and 1 for each that counts: Σ of the products of their doubled ranks by both keys, then Σ (t³ − t) of the
    /// first key and of the second; one word each (step 7).
    /// </summary>
    /// <param name="bits">Of the second key, 1 to 63; rows that do not count are behind all others by it, too.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<SharedVector> CorrelationAsync(int bits, CancellationToken cancellation = default)
    {
        using var first = await RanksAsync(cancellation).ConfigureAwait(false);
        using var firstTies = await TiesAsync(first, _others[1], cancellation).ConfigureAwait(false);
        var counted = await _engine.MultiplyAsync([(_others[1], first.Doubled)], cancellation).ConfigureAwait(false);
        using var firstRanks = counted[0];
        using var sorted = await SortAsync(_engine, _others[0], [firstRanks, _others[1]], bits, cancellation).ConfigureAwait(false);
        using var second = await sorted.RanksAsync(cancellation).ConfigureAwait(false);
        using SharedVector secondTies = await sorted.TiesAsync(second, sorted._others[1], cancellation).ConfigureAwait(false),
            products = await _engine.InnerProductsAsync([(sorted._others[0], second.Doubled)], cancellation).ConfigureAwait(false);
        return SharedVectors.Concatenate(products, firstTies, secondTies);
    }

    /// <summary>m · n · max |F₁ − F₂| for the m and n rows of the first two groups, then whether two rows share a key (1) or none do (0) (step 6).</summary>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<SharedVector> GreatestDistanceAsync(CancellationToken cancellation = default)
    {
        var n = Length;
        var bits = 2 * BitOperations.Log2((uint)n) + 1; // m·n ≤ rows²/4
        using var equal = await EqualToNextAsync(cancellation).ConfigureAwait(false);                                             // 3
        using var counts = Counting(2);
        using var counting = SharedVectors.Slice(counts, 0, n - 1);
        using var ties = await _engine.InnerProductsAsync([(equal, counting)], cancellation).ConfigureAwait(false);
        using SharedVector firsts = SharedVectors.RunningTotals(_others[0]), seconds = SharedVectors.RunningTotals(_others[1]);
        var all = new int[n];
        Array.Fill(all, n - 1);
        using SharedVector m = SharedVectors.Pick(firsts, all), k = SharedVectors.Pick(seconds, all), minus = _engine.Affine(m, ulong.MaxValue, 0);
        using var distance = await _engine.SumOfProductsAsync([(firsts, k), (seconds, minus)], cancellation).ConfigureAwait(false);

        // Only at the last row of a key have both functions taken in all of it.
        using SharedVector one = _engine.Constant([1]), notEqual = _engine.Affine(equal, ulong.MaxValue, 1), isLast = SharedVectors.Concatenate(notEqual, one);
        var atLast = (await _engine.MultiplyAsync([(isLast, distance)], cancellation).ConfigureAwait(false))[0];
        using (atLast)
        {
            using var largest = await LargestMagnitudeAsync(_engine, atLast, bits, cancellation).ConfigureAwait(false);
            using var zero = _engine.Constant([0]);
            using var untied = await VectorComparisons.EqualAsync(_engine, ties, zero, BitOperations.Log2((uint)n) + 1, cancellation).ConfigureAwait(false);
            using var isUntied = await _engine.ToWordsAsync(untied, cancellation).ConfigureAwait(false);
            using var isTied = _engine.Affine(isUntied, ulong.MaxValue, 1);
            return SharedVectors.Concatenate(largest, isTied);
        }
    }

    /// <summary>Zeroes keys and other vectors.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        foreach (var other in _others) other.Dispose();
    }

    /// <summary>1 where the key equals the next row's; one word less than rows.</summary>
    private async Task<SharedVector> EqualToNextAsync(CancellationToken cancellation)
    {
        using SharedVector here = SharedVectors.Slice(_keys, 0, Length - 1), next = SharedVectors.Slice(_keys, 1, Length - 1);
        using var equal = await VectorComparisons.EqualAsync(_engine, here, next, _bits, cancellation).ConfigureAwait(false);
        return await _engine.ToWordsAsync(equal, cancellation).ConfigureAwait(false);
    }

    /// <summary>Σ (t³ − t) over the keys that t rows share, of rows that count: over a tie of its rows' 3q(q + 1), q rows before it.</summary>
    private async Task<SharedVector> TiesAsync(RowRanks ranks, SharedVector counts, CancellationToken cancellation)
    {
        using var next = _engine.Affine(ranks.Before, 3, 3);
        var product = await _engine.MultiplyAsync([(counts, next)], cancellation).ConfigureAwait(false);
        using (product[0]) return await _engine.InnerProductsAsync([(ranks.Before, product[0])], cancellation).ConfigureAwait(false);
    }

    /// <summary>1 for each row of one of the groups.</summary>
    private SharedVector Counting(int groups)
    {
        var counts = SharedVectors.Slice(_others[0], 0, Length);
        for (var g = 1; g < groups; g++)
        {
            using var before = counts;
            counts = SharedVectors.Add(before, _others[g]);
        }

        return counts;
    }

    /// <summary>
    /// Every word of the first row of its run: where joined[i] is 1, row i takes the value of row i − 1. Prefixes after Sklansky: at distance d the rows of the upper half of
    /// each block of 2d, if joined down to its beginning, take the value of the last row of the lower half.
    /// </summary>
    private async Task<SharedVector[]> CarryAsync(SharedVector[] joined, SharedVector[] values, CancellationToken cancellation)
    {
        var n = Length;
        SharedVector[] down = [.. joined.Select(vector => SharedVectors.Slice(vector, 0, n))], current = [.. values.Select(vector => SharedVectors.Slice(vector, 0, n))];
        for (var distance = 1; distance < n; distance *= 2)
        {
            int[] targets = [.. Enumerable.Range(0, n).Where(i => (i & distance) != 0)], sources = Array.ConvertAll(targets, i => (i & -distance) - 1);
            var factors = new List<(SharedVector, SharedVector)>();
            for (var v = 0; v < current.Length; v++)
            {
                using SharedVector from = SharedVectors.Pick(current[v], sources), to = SharedVectors.Pick(current[v], targets);
                var reaches = SharedVectors.Pick(down[v], targets);
                factors.Add((reaches, SharedVectors.Subtract(from, to)));
                factors.Add((reaches, SharedVectors.Pick(down[v], sources)));
            }

            var products = await _engine.MultiplyAsync(factors, cancellation).ConfigureAwait(false);
            for (var v = 0; v < current.Length; v++)
            {
                AddAt(current[v], targets, products[2 * v]);
                SetAt(down[v], targets, products[(2 * v) + 1]);
            }

            foreach (var (x, y) in factors)
            {
                x.Dispose();
                y.Dispose();
            }

            foreach (var product in products) product.Dispose();
        }

        foreach (var vector in down) vector.Dispose();
        return current;
    }

    /// <summary>The largest |value| of all, one word: without signs, then a tournament of numbers of so many bits.</summary>
    internal static async Task<SharedVector> LargestMagnitudeAsync(IVectorEngine engine, SharedVector values, int bits, CancellationToken cancellation)
    {
        SharedVector current;
        using (var negative = await VectorComparisons.BitAsync(engine, values, 63, cancellation).ConfigureAwait(false))
        using (var signs = await engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false))
        using (var factors = engine.Affine(signs, unchecked(0UL - 2), 1))
            current = (await engine.MultiplyAsync([(factors, values)], cancellation).ConfigureAwait(false))[0];
        while (current.Length > 1)
        {
            var half = current.Length / 2;
            using SharedVector before = current, low = SharedVectors.Slice(current, 0, half), high = SharedVectors.Slice(current, half, half);
            using var rest = SharedVectors.Slice(current, 2 * half, current.Length - (2 * half));
            var (minimum, maximum) = await VectorComparisons.MinMaxAsync(engine, low, high, bits, cancellation).ConfigureAwait(false);
            using (minimum)
            using (maximum)
                current = SharedVectors.Concatenate(maximum, rest);
        }

        return current;
    }

    private static void AddAt(SharedVector x, int[] places, SharedVector addends)
    {
        for (var c = 0; c < x.ComponentCount; c++)
        {
            var to = x.Component(c);
            var from = addends.Component(c);
            for (var i = 0; i < places.Length; i++) to[places[i]] = unchecked(to[places[i]] + from[i]);
        }
    }

    private static void SetAt(SharedVector x, int[] places, SharedVector words)
    {
        for (var c = 0; c < x.ComponentCount; c++)
        {
            var to = x.Component(c);
            var from = words.Component(c);
            for (var i = 0; i < places.Length; i++) to[places[i]] = from[i];
        }
    }

    private static void RequireWidth(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 63);
    }

    private static void RequireLength(long rows)
    {
        if (rows is < 1 or > MostRows) throw new ArgumentException("One row at least, and 2^20 at most.", nameof(rows));
    }
}

using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>Carries, sums, comparisons and choices, on every engine.</summary>
/// <remarks>Widths are public; compare at the width of the data. Source: specs/replicated-sharing.md, steps 6 and 7.</remarks>
public static class VectorComparisons
{
    /// <summary>The carry out of the highest plane of a + b, one plane.</summary>
    /// <remarks>
    /// A tree of generate and propagate pairs: (g, p) of bit j is (a and b, a xor b); of two neighbours (g' xor p'·g, p'·p). The lowest pair of
    /// every level needs no p. 1 + ⌈log₂ w⌉ rounds, less than 3w bits for each party and element.
    /// </remarks>
    public static async Task<SharedBitVector> CarryAsync(
        IVectorEngine engine, SharedBitVector a, SharedBitVector b, CancellationToken cancellation = default)
    {
        var g = (await engine.AndAsync([(a, b)], cancellation).ConfigureAwait(false))[0];
        var p = SharedVectors.Xor(a, b);
        while (g.Planes > 1)
        {
            var (half, odd) = (g.Planes / 2, g.Planes % 2);

            // Pairs are (odd + 2k, odd + 2k + 1); an odd one out is the lowest, which needs no partner.
            using SharedBitVector lowG = SharedVectors.Planes(g, odd, half, 2), highP = SharedVectors.Planes(p, odd + 1, half, 2);
            var first = odd == 0 ? 1 : 0;                                                        // the lowest pair needs no p
            using SharedBitVector lowP = SharedVectors.Planes(p, odd + (2 * first), half - first, 2);
            using var upperP = SharedVectors.Planes(highP, first, half - first);
            var products = await engine.AndAsync([(highP, lowG), (upperP, lowP)], cancellation).ConfigureAwait(false);
            using (var highG = SharedVectors.Planes(g, odd + 1, half, 2))
            using (var combined = SharedVectors.Xor(highG, products[0]))
            {
                products[0].Dispose();
                using SharedBitVector lowest = SharedVectors.Planes(g, 0, odd), unused = SharedVectors.Planes(p, 0, odd + first);
                g.Dispose();
                p.Dispose();
                g = SharedVectors.Stack(lowest, combined);
                p = SharedVectors.Stack(unused, products[1]);
                products[1].Dispose();
            }
        }

        p.Dispose();
        return g;
    }

    /// <summary>Bit <paramref name="bit"/> of x, one plane: for bit 63 its sign.</summary>
    public static async Task<SharedBitVector> BitAsync(
        IVectorEngine engine, SharedVector x, int bit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bit, 63);
        var (a, b) = await engine.SplitAsync(x, bit + 1, cancellation).ConfigureAwait(false);
        using (a)
        using (b)
        {
            using SharedBitVector topA = SharedVectors.Planes(a, bit, 1), topB = SharedVectors.Planes(b, bit, 1);
            var top = SharedVectors.Xor(topA, topB);
            if (bit == 0) return top;
            using SharedBitVector lowA = SharedVectors.Planes(a, 0, bit), lowB = SharedVectors.Planes(b, 0, bit);
            using var carry = await CarryAsync(engine, lowA, lowB, cancellation).ConfigureAwait(false);
            using (top) return SharedVectors.Xor(top, carry);
        }
    }

    /// <summary>[x[i] &lt; y[i]], for words whose difference lies in [−2^bits, 2^bits): unsigned words of so many bits, or signed ones.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n words.</param>
    /// <param name="y">n words.</param>
    /// <param name="bits">Of the data, 1 to 63.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedBitVector> LessThanAsync(
        IVectorEngine engine, SharedVector x, SharedVector y, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        using var difference = SharedVectors.Subtract(x, y);
        return await BitAsync(engine, difference, bits, cancellation).ConfigureAwait(false);
    }

    /// <summary>[x[i] = y[i]] of the lowest bits.</summary>
    /// <remarks>a + b = 0 modulo 2^w iff a xor b equals twice (a or b) modulo 2^w. 2 + ⌈log₂ w⌉ rounds, less than 2w bits for each party and element.</remarks>
    public static async Task<SharedBitVector> EqualAsync(
        IVectorEngine engine, SharedVector x, SharedVector y, int bits, CancellationToken cancellation = default)
    {
        using var difference = SharedVectors.Subtract(x, y);
        var (a, b) = await engine.SplitAsync(difference, bits, cancellation).ConfigureAwait(false);
        using (a)
        using (b)
        {
            using SharedBitVector lowA = SharedVectors.Planes(a, 0, bits - 1), lowB = SharedVectors.Planes(b, 0, bits - 1);
            var and = await engine.AndAsync([(lowA, lowB)], cancellation).ConfigureAwait(false);
            using var sum = SharedVectors.Xor(a, b);
            using SharedBitVector lowest = SharedVectors.Planes(sum, 0, 1), upper = SharedVectors.Planes(sum, 1, bits - 1), lower = SharedVectors.Planes(sum, 0, bits - 1);
            using var or = SharedVectors.Xor(lower, and[0]);
            and[0].Dispose();
            using var unequal = SharedVectors.Xor(upper, or);
            using var all = SharedVectors.Stack(lowest, unequal);
            using var equal = engine.Not(all);
            return await AllAsync(engine, equal, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether all planes are 1, one plane.</summary>
    public static async Task<SharedBitVector> AllAsync(IVectorEngine engine, SharedBitVector x, CancellationToken cancellation = default)
    {
        var current = SharedVectors.Planes(x, 0, x.Planes);
        while (current.Planes > 1)
        {
            var (half, odd) = (current.Planes / 2, current.Planes % 2);
            using SharedBitVector low = SharedVectors.Planes(current, 0, half), high = SharedVectors.Planes(current, half, half);
            using var rest = SharedVectors.Planes(current, 2 * half, odd);
            current.Dispose();
            var product = await engine.AndAsync([(low, high)], cancellation).ConfigureAwait(false);
            current = SharedVectors.Stack(product[0], rest);
            product[0].Dispose();
        }

        return current;
    }

    /// <summary>Plane j: whether all planes from j on are 1.</summary>
    /// <remarks>Prefix products after Sklansky, from above: ⌈log₂ w⌉ rounds.</remarks>
    public static async Task<SharedBitVector> AllFromAsync(IVectorEngine engine, SharedBitVector x, CancellationToken cancellation = default)
    {
        var (result, last) = (SharedVectors.Planes(x, 0, x.Planes), x.Planes - 1);
        for (var distance = 1; distance < x.Planes; distance *= 2)
        {
            var step = distance;
            var targets = Enumerable.Range(0, x.Planes).Where(j => (j & step) != 0).ToArray();
            var sources = targets.Select(j => (j & ~(step - 1)) - 1).ToArray();
            int[] mirrored = [.. targets.Select(j => last - j)];
            using SharedBitVector target = Choose(result, mirrored), source = Choose(result, [.. sources.Select(j => last - j)]);
            var products = await engine.AndAsync([(target, source)], cancellation).ConfigureAwait(false);
            using (products[0]) Replace(result, mirrored, products[0], add: false);
        }

        return result;
    }

    /// <summary>The lowest bits of x.</summary>
    /// <remarks>Prefix sums after Sklansky: 2 + ⌈log₂ w⌉ rounds.</remarks>
    public static async Task<SharedBitVector> ToBitsAsync(
        IVectorEngine engine, SharedVector x, int bits, CancellationToken cancellation = default)
    {
        var (a, b) = await engine.SplitAsync(x, bits, cancellation).ConfigureAwait(false);
        using (a)
        using (b)
        using (var sum = SharedVectors.Xor(a, b))
        {
            if (bits == 1) return SharedVectors.Planes(sum, 0, 1);
            var g = (await engine.AndAsync([(a, b)], cancellation).ConfigureAwait(false))[0];
            var p = SharedVectors.Planes(sum, 0, bits);
            for (var distance = 1; distance < bits; distance *= 2)
            {
                // Plane j of the upper half of its block takes in the last plane of the lower half.
                var targets = Enumerable.Range(0, bits).Where(j => (j & distance) != 0).ToArray();
                var sources = targets.Select(j => (j & ~(distance - 1)) - 1).ToArray();
                var later = targets.Where(j => j >= 2 * distance).ToArray();                     // the others reach down to bit 0 now: no p
                using SharedBitVector targetP = Choose(p, targets), sourceG = Choose(g, sources);
                using SharedBitVector laterP = Choose(p, later), sourceP = Choose(p, [.. later.Select(j => (j & ~(distance - 1)) - 1)]);
                var products = await engine.AndAsync([(targetP, sourceG), (laterP, sourceP)], cancellation).ConfigureAwait(false);
                Replace(g, targets, products[0], add: true);
                Replace(p, later, products[1], add: false);
                products[0].Dispose();
                products[1].Dispose();
            }

            p.Dispose();
            using (g)
            using (SharedBitVector carries = SharedVectors.Planes(g, 0, bits - 1), upper = SharedVectors.Planes(sum, 1, bits - 1), lowest = SharedVectors.Planes(sum, 0, 1))
            using (var top = SharedVectors.Xor(upper, carries))
                return SharedVectors.Stack(lowest, top);
        }
    }

    /// <summary>choice[i] = 1 ? x[i] : y[i], for choices that are words 0 or 1: y + choice · (x − y). One round.</summary>
    public static async Task<SharedVector> SelectAsync(
        IVectorEngine engine, SharedVector choice, SharedVector x, SharedVector y, CancellationToken cancellation = default)
    {
        using var difference = SharedVectors.Subtract(x, y);
        var product = await engine.MultiplyAsync([(choice, difference)], cancellation).ConfigureAwait(false);
        using (product[0]) return SharedVectors.Add(y, product[0]);
    }

    /// <summary>min and max of x[i] and y[i], for words as <see cref="LessThanAsync"/> takes them.</summary>
    public static async Task<(SharedVector Minimum, SharedVector Maximum)> MinMaxAsync(
        IVectorEngine engine, SharedVector x, SharedVector y, int bits, CancellationToken cancellation = default)
    {
        using var less = await LessThanAsync(engine, x, y, bits, cancellation).ConfigureAwait(false);
        using var choice = await engine.ToWordsAsync(less, cancellation).ConfigureAwait(false);
        var minimum = await SelectAsync(engine, choice, x, y, cancellation).ConfigureAwait(false);
        using var sum = SharedVectors.Add(x, y);
        return (minimum, SharedVectors.Subtract(sum, minimum));
    }

    private static unsafe SharedBitVector Choose(SharedBitVector x, int[] planes)
    {
        var result = SharedBitVector.Allocate(x.Length, planes.Length, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            for (var j = 0; j < planes.Length; j++)
                new Span<ulong>(x.Plane(c, planes[j]), x.Stride).CopyTo(new Span<ulong>(result.Plane(c, j), x.Stride));
        }

        return result;
    }

    private static unsafe void Replace(SharedBitVector x, int[] planes, SharedBitVector by, bool add)
    {
        for (var c = 0; c < x.ComponentCount; c++)
        {
            for (var j = 0; j < planes.Length; j++)
            {
                if (add) WordKernels.Add<Bits64>(WordKernels.Best, x.Plane(c, planes[j]), by.Plane(c, j), x.Plane(c, planes[j]), x.Stride);
                else new Span<ulong>(by.Plane(c, j), x.Stride).CopyTo(new Span<ulong>(x.Plane(c, planes[j]), x.Stride));
            }
        }
    }
}

using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>Products: by whatever means <see cref="IProducts"/> has.</content>
public sealed partial class TwoPartyEngine
{
    private const int CellsAtATime = 1 << 18; // of a matrix product, whose terms are laid out one by one

    /// <summary>x[i] · y[i] of a column of one party and a column of the other: transfers in one direction alone, half the price of a product of shares or less.</summary>
    /// <param name="own">This party's column.</param>
    /// <param name="length">Its length; public, and the same at both.</param>
    /// <param name="chooser">Whose column is taken bit by bit. The price is its width, so better the narrower one.</param>
    /// <param name="bits">Width of the chooser's words, 1 to 64: signed numbers in [−2^(bits−1), 2^(bits−1)) as two's complement of 64 bits. Public.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Another length than stated, or a word of the chooser over the declared width.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public async Task<SharedVector> ProductsOfColumnsAsync(
        ReadOnlyMemory<ulong> own, int length, PartyId chooser, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 64);
        RequireLength(Parties[Index], own, length);
        var chooses = IndexOf(chooser) == Index;
        var half = 1UL << (bits - 1);
        using var words = NativeBuffer<ulong>.Allocate(length);
        for (var i = 0; i < length; i++) words.Span[i] = chooses ? Lifted(own.Span[i], half) : own.Span[i];

        // x·y = x·(y + 2^(bits−1)) − 2^(bits−1)·x, so that what is taken bit by bit is not negative.
        var product = await _products.MultiplyKnownAsync(words, bits, chooses, cancellation).ConfigureAwait(false);
        if (!chooses)
        {
            for (var i = 0; i < length; i++) product.Span[i] = unchecked(product.Span[i] - (half * words.Span[i]));
        }

        return new SharedVector(length, product);
    }

    /// <summary>Σ x[i] · y[i] of a column of one party and a column of the other, one word; as <see cref="ProductsOfColumnsAsync"/>.</summary>
    public async Task<SharedVector> InnerProductOfColumnsAsync(
        ReadOnlyMemory<ulong> own, int length, PartyId chooser, int bits, CancellationToken cancellation = default)
    {
        using var products = await ProductsOfColumnsAsync(own, length, chooser, bits, cancellation).ConfigureAwait(false);
        return SharedVectors.Total(products);
    }

    /// <inheritdoc/>
    public async Task<SharedVector[]> MultiplyAsync(
        IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default)
    {
        foreach (var (x, y) in pairs) RequireSame(x.Length, y.Length);
        using SharedVector allX = SharedVectors.Concatenate([.. pairs.Select(pair => pair.X)]), allY = SharedVectors.Concatenate([.. pairs.Select(pair => pair.Y)]);
        var all = await _products.MultiplyAsync(allX.Buffer(0), allY.Buffer(0), cancellation).ConfigureAwait(false);
        if (pairs.Count == 1) return [new SharedVector(allX.Length, all)];
        var products = new SharedVector[pairs.Count];
        var at = 0;
        for (var i = 0; i < products.Length; i++)
        {
            products[i] = SharedVector.Allocate(pairs[i].X.Length, 1);
            all.Span.Slice(at, products[i].Length).CopyTo(products[i].Component(0));
            at += products[i].Length;
        }

        all.Dispose();
        return products;
    }

    /// <inheritdoc/>
    public async Task<SharedVector> SumOfProductsAsync(
        IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default)
    {
        foreach (var (x, _) in pairs) RequireSame(pairs[0].X.Length, x.Length);
        var products = await MultiplyAsync(pairs, cancellation).ConfigureAwait(false);
        for (var i = 1; i < products.Length; i++)
        {
            AddTo(products[0], products[i]);
            products[i].Dispose();
        }

        return products[0];
    }

    /// <inheritdoc/>
    public async Task<SharedVector> InnerProductsAsync(
        IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default)
    {
        var products = pairs.All(pair => ReferenceEquals(pair.X, pair.Y))
            ? await SquaresAsync([.. pairs.Select(pair => pair.X)], cancellation).ConfigureAwait(false)
            : await MultiplyAsync(pairs, cancellation).ConfigureAwait(false);
        SharedVector[] totals = [.. products.Select(SharedVectors.Total)];
        var result = SharedVectors.Concatenate(totals);
        foreach (var part in products.Concat(totals)) part.Dispose();
        return result;
    }

    /// <summary>x[i]² = x₀² + x₁² + 2·x₀·x₁: one product of what each party knows, half the price of a product of shares.</summary>
    private async Task<SharedVector[]> SquaresAsync(SharedVector[] vectors, CancellationToken cancellation)
    {
        using var all = SharedVectors.Concatenate(vectors);
        var crossed = await _products.MultiplyKnownAsync(all.Buffer(0), 64, chooses: Index == 1, cancellation).ConfigureAwait(false);
        for (var i = 0; i < crossed.Length; i++) crossed.Span[i] = unchecked((2 * crossed.Span[i]) + (all.Buffer(0).Span[i] * all.Buffer(0).Span[i]));
        using var squares = new SharedVector(crossed.Length, crossed);
        return [.. vectors.Select((x, k) => SharedVectors.Slice(squares, vectors.Take(k).Sum(before => before.Length), x.Length))];
    }

    /// <inheritdoc/>
    /// <remarks>The price of rows · inner · columns products.</remarks>
    public async Task<SharedVector> MatrixProductAsync(
        SharedVector x, SharedVector y, int rows, int inner, int columns, CancellationToken cancellation = default)
    {
        RequireSame(x.Length, checked(rows * inner));
        RequireSame(y.Length, checked(inner * columns));
        var result = SharedVector.Allocate(checked(rows * columns), 1, zeroed: true);
        var rowsAtATime = Math.Max(1, CellsAtATime / Math.Max(1, checked(inner * columns)));
        for (var first = 0; first < rows; first += rowsAtATime)
        {
            var count = Math.Min(rowsAtATime, rows - first);
            var (left, right) = Terms(x, y, first, count, inner, columns);
            using (left)
            using (right)
            {
                var terms = await MultiplyAsync([(left, right)], cancellation).ConfigureAwait(false);
                using (terms[0]) AddTerms(terms[0], result, first, count, inner, columns);
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public async Task<SharedBitVector[]> AndAsync(
        IReadOnlyList<(SharedBitVector X, SharedBitVector Y)> pairs, CancellationToken cancellation = default)
    {
        foreach (var (x, y) in pairs)
        {
            RequireSame(x.Length, y.Length);
            RequireSame(x.Planes, y.Planes);
        }

        using NativeBuffer<ulong> allX = Together(pairs.Select(pair => pair.X)), allY = Together(pairs.Select(pair => pair.Y));
        using var product = await _products.AndAsync(allX, allY, cancellation).ConfigureAwait(false);
        var results = new SharedBitVector[pairs.Count];
        var at = 0;
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = SharedBitVector.Allocate(pairs[i].X.Length, pairs[i].X.Planes, 1, zeroed: true);
            at += Spread(product.Span[at..], results[i]);
        }

        return results;
    }

    /// <summary>The words in use of all planes of all vectors, one after the other: not what fills planes up to whole registers.</summary>
    private static NativeBuffer<ulong> Together(IEnumerable<SharedBitVector> vectors)
    {
        var all = vectors.ToList();
        var words = NativeBuffer<ulong>.Allocate(all.Sum(vector => checked(vector.Planes * WordsInUse(vector))));
        var at = 0;
        foreach (var vector in all)
        {
            var used = WordsInUse(vector);
            for (var j = 0; j < vector.Planes; j++, at += used) vector.Buffer(0).Span.Slice(j * vector.Stride, used).CopyTo(words.Span[at..]);
        }

        return words;
    }

    /// <summary>The other way round; gives how many words were taken.</summary>
    private static int Spread(ReadOnlySpan<ulong> words, SharedBitVector to)
    {
        var used = WordsInUse(to);
        for (var j = 0; j < to.Planes; j++) words.Slice(j * used, used).CopyTo(to.Buffer(0).Span[(j * to.Stride)..]);
        return to.Planes * used;
    }

    private static int WordsInUse(SharedBitVector vector) => (vector.Length + 63) / 64;

    private static unsafe (SharedVector Left, SharedVector Right) Terms(SharedVector x, SharedVector y, int first, int rows, int inner, int columns)
    {
        var count = checked(rows * inner * columns);
        SharedVector left = SharedVector.Allocate(count, 1), right = SharedVector.Allocate(count, 1);
        nint at = 0;
        for (var i = first; i < first + rows; i++)
        {
            for (var k = 0; k < inner; k++)
            {
                for (var j = 0; j < columns; j++, at++)
                    (left.Pointer(0)[at], right.Pointer(0)[at]) = (x.Pointer(0)[((nint)i * inner) + k], y.Pointer(0)[((nint)k * columns) + j]);
            }
        }

        return (left, right);
    }

    private static unsafe void AddTerms(SharedVector terms, SharedVector result, int first, int rows, int inner, int columns)
    {
        nint at = 0;
        for (var i = first; i < first + rows; i++)
        {
            for (var k = 0; k < inner; k++)
            {
                for (var j = 0; j < columns; j++, at++)
                {
                    ref var cell = ref result.Pointer(0)[((nint)i * columns) + j];
                    cell = unchecked(cell + terms.Pointer(0)[at]);
                }
            }
        }
    }

    private static unsafe void AddTo(SharedVector sum, SharedVector x) =>
        WordKernels.Add<Integers64>(WordKernels.Best, sum.Pointer(0), x.Pointer(0), sum.Pointer(0), x.Length);

    private static ulong Lifted(ulong word, ulong half)
    {
        var lifted = unchecked(word + half);
        return half == 1UL << 63 || lifted < 2 * half
            ? lifted
            : throw new ArgumentException("A word of the column is over its declared width.", nameof(word));
    }

    private static void RequireSame(int x, int y)
    {
        if (x != y) throw new ArgumentException("The shapes do not fit.", nameof(y));
    }
}

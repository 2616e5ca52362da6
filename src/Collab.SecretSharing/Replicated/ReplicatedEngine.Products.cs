using Collab.Primitives;
using Collab.SecretSharing.Replicated.Verification;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>Products: each party adds up what it can of the nine terms, under a share of zero, and sends that one word on.</content>
public sealed partial class ReplicatedEngine
{
    /// <inheritdoc/>
    public async Task<SharedVector[]> MultiplyAsync(
        IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default)
    {
        foreach (var (x, y) in pairs) RequireSame(x.Length, y.Length);
        var own = Products(pairs);
        var received = await WordMessages.ExchangeAsync(own, _previous, _next, ProductStep, cancellation).ConfigureAwait(false); // 3 →
        await RecordAsync<Integers64>(_words, received, cancellation).ConfigureAwait(false);
        return Deal(own, received, [.. pairs.Select(pair => pair.X.Length)]).Select((pair, i) => new SharedVector(pairs[i].X.Length, pair.Own, pair.Next)).ToArray();
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

        var own = Products(pairs);
        var received = await WordMessages.ExchangeAsync(own, _previous, _next, ProductStep, cancellation).ConfigureAwait(false); // 3 →
        await RecordAsync<Bits64>(_bits, received, cancellation).ConfigureAwait(false);
        return Deal(own, received, [.. pairs.Select(pair => pair.X.WordCount)])
            .Select((pair, i) => new SharedBitVector(pairs[i].X.Length, pairs[i].X.Planes, pair.Own, pair.Next)).ToArray();
    }

    /// <inheritdoc/>
    public async Task<SharedVector> SumOfProductsAsync(
        IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default)
    {
        foreach (var (x, y) in pairs)
        {
            RequireSame(pairs[0].X.Length, x.Length);
            RequireSame(x.Length, y.Length);
        }

        if (IsChecked)
        {
            var products = await MultiplyAsync(pairs, cancellation).ConfigureAwait(false);
            for (var i = 1; i < products.Length; i++)
            {
                AddTo(products[0], products[i]);
                products[i].Dispose();
            }

            return products[0];
        }

        var own = SumOfProducts(pairs);
        return new SharedVector(own.Length, own, await WordMessages.ExchangeAsync(own, _previous, _next, ProductStep, cancellation).ConfigureAwait(false)); // 3 →
    }

    /// <inheritdoc/>
    public async Task<SharedVector> InnerProductsAsync(
        IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default)
    {
        foreach (var (x, y) in pairs) RequireSame(x.Length, y.Length);
        if (IsChecked)
        {
            var products = await MultiplyAsync(pairs, cancellation).ConfigureAwait(false);
            SharedVector[] totals = [.. products.Select(SharedVectors.Total)];
            foreach (var product in products) product.Dispose();
            return SharedVectors.Concatenate(totals);
        }

        var own = InnerProducts(pairs);
        return new SharedVector(own.Length, own, await WordMessages.ExchangeAsync(own, _previous, _next, ProductStep, cancellation).ConfigureAwait(false)); // 3 →
    }

    /// <inheritdoc/>
    public async Task<SharedVector> MatrixProductAsync(
        SharedVector x, SharedVector y, int rows, int inner, int columns, CancellationToken cancellation = default)
    {
        RequireSame(x.Length, checked(rows * inner));
        RequireSame(y.Length, checked(inner * columns));
        if (IsChecked)
        {
            if (inner == 0) return SharedVector.Allocate(checked(rows * columns), 2, zeroed: true);
            var terms = Enumerable.Range(0, inner).Select(k => (
                SharedVectors.Pick(x, [.. Enumerable.Range(0, rows * columns).Select(cell => (cell / columns * inner) + k)]),
                SharedVectors.Pick(y, [.. Enumerable.Range(0, rows * columns).Select(cell => (k * columns) + (cell % columns))]))).ToArray();
            var sum = await SumOfProductsAsync(terms, cancellation).ConfigureAwait(false);
            foreach (var (left, right) in terms)
            {
                left.Dispose();
                right.Dispose();
            }

            return sum;
        }

        var own = Cells(x, y, rows, inner, columns);
        return new SharedVector(own.Length, own, await WordMessages.ExchangeAsync(own, _previous, _next, ProductStep, cancellation).ConfigureAwait(false)); // 3 →
    }

    private unsafe NativeBuffer<ulong> Products(IReadOnlyList<(SharedVector X, SharedVector Y)> pairs)
    {
        var own = NativeBuffer<ulong>.Allocate(pairs.Sum(pair => pair.X.Length));
        var at = 0;
        foreach (var (x, y) in pairs)
        {
            MaskedProduct<Integers64>(_words, x.Pointer(0), x.Pointer(1), y.Pointer(0), y.Pointer(1), own.Pointer + at, x.Length);
            at += x.Length;
        }

        return own;
    }

    private unsafe NativeBuffer<ulong> Products(IReadOnlyList<(SharedBitVector X, SharedBitVector Y)> pairs)
    {
        var own = NativeBuffer<ulong>.Allocate(pairs.Sum(pair => pair.X.WordCount));
        var at = 0;
        foreach (var (x, y) in pairs)
        {
            MaskedProduct<Bits64>(_bits, x.Pointer(0), x.Pointer(1), y.Pointer(0), y.Pointer(1), own.Pointer + at, x.WordCount);
            at += x.WordCount;
        }

        return own;
    }

    private unsafe NativeBuffer<ulong> SumOfProducts(IReadOnlyList<(SharedVector X, SharedVector Y)> pairs)
    {
        var n = pairs[0].X.Length;
        var own = NativeBuffer<ulong>.Allocate(n);
        ZeroShares(own.Pointer, n);
        using NativeBuffer<ulong> term = NativeBuffer<ulong>.Allocate(MaskedAtATime), zeros = NativeBuffer<ulong>.AllocateZeroed(MaskedAtATime);
        foreach (var (x, y) in pairs)
        {
            for (var start = 0; start < n; start += MaskedAtATime)
            {
                var count = Math.Min(MaskedAtATime, n - start);
                WordKernels.ReplicatedProduct<Integers64>(
                    WordKernels.Best, x.Pointer(0) + start, x.Pointer(1) + start, y.Pointer(0) + start, y.Pointer(1) + start,
                    zeros.Pointer, zeros.Pointer, term.Pointer, count);
                WordKernels.Add<Integers64>(WordKernels.Best, own.Pointer + start, term.Pointer, own.Pointer + start, count);
            }
        }

        return own;
    }

    private unsafe NativeBuffer<ulong> InnerProducts(IReadOnlyList<(SharedVector X, SharedVector Y)> pairs)
    {
        var own = NativeBuffer<ulong>.Allocate(pairs.Count);
        ZeroShares(own.Pointer, own.Length);
        for (var i = 0; i < pairs.Count; i++)
        {
            var (x, y) = pairs[i];
            var inner = WordKernels.ReplicatedInner(WordKernels.Best, x.Pointer(0), x.Pointer(1), y.Pointer(0), y.Pointer(1), x.Length);
            own.Span[i] = unchecked(own.Span[i] + inner);
        }

        return own;
    }

    private unsafe NativeBuffer<ulong> Cells(SharedVector x, SharedVector y, int rows, int inner, int columns)
    {
        using var transposed = SharedVector.Allocate(y.Length, 2);
        for (var c = 0; c < 2; c++)
        {
            for (var k = 0; k < inner; k++)
            {
                for (var j = 0; j < columns; j++) transposed.Pointer(c)[((nint)j * inner) + k] = y.Pointer(c)[((nint)k * columns) + j];
            }
        }

        var own = NativeBuffer<ulong>.Allocate(checked(rows * columns));
        ZeroShares(own.Pointer, own.Length);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                nint row = (nint)i * inner, column = (nint)j * inner;
                ref var cell = ref own.Span[(i * columns) + j];
                cell = unchecked(cell + WordKernels.ReplicatedInner(
                    WordKernels.Best, x.Pointer(0) + row, x.Pointer(1) + row, transposed.Pointer(0) + column, transposed.Pointer(1) + column, inner));
            }
        }

        return own;
    }

    private static unsafe void AddTo(SharedVector sum, SharedVector x)
    {
        for (var c = 0; c < 2; c++) WordKernels.Add<Integers64>(WordKernels.Best, sum.Pointer(c), x.Pointer(c), sum.Pointer(c), x.Length);
    }

    /// <summary>Both parties of a key draw the same words in the same order, or their streams would part.</summary>
    private unsafe void MaskedProduct<TRing>(ProductLog? log, ulong* x0, ulong* x1, ulong* y0, ulong* y1, ulong* d, int n)
        where TRing : struct, IWordRing
    {
        using NativeBuffer<ulong> m0 = NativeBuffer<ulong>.Allocate(MaskedAtATime), m1 = NativeBuffer<ulong>.Allocate(MaskedAtATime);
        var logged = log?.Append(n) ?? 0;
        for (var start = 0; start < n; start += MaskedAtATime)
        {
            var count = Math.Min(MaskedAtATime, n - start);
            Draw(_ownStream, m0.Pointer, count);
            Draw(_nextStream, m1.Pointer, count);
            WordKernels.ReplicatedProduct<TRing>(
                WordKernels.Best, x0 + start, x1 + start, y0 + start, y1 + start, m0.Pointer, m1.Pointer, d + start, count);
            if (log is null) continue;
            Log(0, x0 + start);
            Log(1, x1 + start);
            Log(2, y0 + start);
            Log(3, y1 + start);
            Log(4, m0.Pointer);
            Log(5, m1.Pointer);

            void Log(int column, ulong* words) => new Span<ulong>(words, count).CopyTo(new Span<ulong>(log.Column(column) + logged + start, count));
        }
    }

    /// <summary>This party's shares of zeros.</summary>
    private unsafe void ZeroShares(ulong* d, int n)
    {
        using var other = NativeBuffer<ulong>.Allocate(n);
        Draw(_ownStream, d, n);
        Draw(_nextStream, other.Pointer, n);
        WordKernels.Subtract<Integers64>(WordKernels.Best, d, other.Pointer, d, n);
    }

    private static unsafe void Draw(RandomSource stream, ulong* d, int n)
    {
        if (n > 0) stream.Fill(new Span<byte>(d, checked(n * sizeof(ulong))));
    }

    /// <summary>Cuts the two components of one round into those of its operations.</summary>
    private static (NativeBuffer<ulong> Own, NativeBuffer<ulong> Next)[] Deal(NativeBuffer<ulong> own, NativeBuffer<ulong> next, int[] counts)
    {
        if (counts.Length == 1) return [(own, next)];
        using (own)
        using (next)
        {
            var parts = new (NativeBuffer<ulong> Own, NativeBuffer<ulong> Next)[counts.Length];
            var at = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                parts[i] = (NativeBuffer<ulong>.Allocate(counts[i]), NativeBuffer<ulong>.Allocate(counts[i]));
                own.Span.Slice(at, counts[i]).CopyTo(parts[i].Own.Span);
                next.Span.Slice(at, counts[i]).CopyTo(parts[i].Next.Span);
                at += counts[i];
            }

            return parts;
        }
    }

    private static void RequireSame(int x, int y)
    {
        if (x != y) throw new ArgumentException("The shapes do not fit.", nameof(y));
    }
}

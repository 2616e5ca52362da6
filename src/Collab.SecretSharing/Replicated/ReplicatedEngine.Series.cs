using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>Sums of sines: x₀ + x₁, which party 0 knows, and x₂, which both others know, are the two parts of the angle.</content>
public sealed partial class ReplicatedEngine
{
    /// <inheritdoc/>
    /// <remarks>An input of 2 · terms · length words by party 0, then one sum of products: two rounds.</remarks>
    public async Task<SharedVector> SineSeriesAsync(SharedVector x, int periodBits, ReadOnlyMemory<double> coefficients, CancellationToken cancellation = default)
    {
        if (IsChecked) throw new NotSupportedException("Nobody proves that party 0 gives the sines of what it has.");
        ArgumentOutOfRangeException.ThrowIfLessThan(periodBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(periodBits, 64);
        var (n, count) = (x.Length, checked(2 * coefficients.Length * x.Length));
        var own = Index == 0 ? FirstSines(x, periodBits, coefficients) : [];
        using var first = await InputAsync(Parties[0], own, count, cancellation).ConfigureAwait(false);
        Array.Clear(own);
        using var second = SecondSines(x, periodBits, coefficients.Length, count);
        (SharedVector X, SharedVector Y)[] pairs = [.. Enumerable.Range(0, 2 * coefficients.Length).Select(part => (SharedVectors.Slice(first, part * n, n), SharedVectors.Slice(second, part * n, n)))];
        var sum = await SumOfProductsAsync(pairs, cancellation).ConfigureAwait(false);
        foreach (var (left, right) in pairs)
        {
            left.Dispose();
            right.Dispose();
        }

        return sum;
    }

    private static unsafe ulong[] FirstSines(SharedVector x, int periodBits, ReadOnlyMemory<double> coefficients)
    {
        using var sum = NativeBuffer<ulong>.Allocate(x.Length);
        WordKernels.Add<Integers64>(WordKernels.Best, x.Pointer(0), x.Pointer(1), sum.Pointer, x.Length);
        return SineSeries.First(sum.Span, periodBits, coefficients.Span);
    }

    /// <summary>The second part's words as component 2, which its two holders share without a message.</summary>
    private SharedVector SecondSines(SharedVector x, int periodBits, int terms, int count)
    {
        var words = SharedVector.Allocate(count, 2, zeroed: true);
        var component = (2 - Index + 3) % 3;
        if (component < 2) SineSeries.Second(x.Component(component), periodBits, terms).CopyTo(words.Component(component));
        return words;
    }
}

using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>Sums of sines: the two shares are the two parts of the angle.</content>
public sealed partial class TwoPartyEngine
{
    /// <inheritdoc/>
    /// <remarks>One product of columns for each sine and cosine: 2 · terms · length of them, the second party choosing 24 bits.</remarks>
    public async Task<SharedVector> SineSeriesAsync(SharedVector x, int periodBits, ReadOnlyMemory<double> coefficients, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(periodBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(periodBits, 64);
        var own = Index == 0 ? SineSeries.First(x.Component(0), periodBits, coefficients.Span) : SineSeries.Second(x.Component(0), periodBits, coefficients.Length);
        using var products = await ProductsOfColumnsAsync(own, own.Length, Parties[1], SineSeries.SecondBits, cancellation).ConfigureAwait(false);
        Array.Clear(own);
        return SumOfParts(products, x.Length);
    }

    private static SharedVector SumOfParts(SharedVector products, int length)
    {
        var sum = SharedVector.Allocate(length, 1, zeroed: true);
        var to = sum.Component(0);
        for (var from = 0; from < products.Length; from += length)
        {
            var part = products.Component(0).Slice(from, length);
            for (var i = 0; i < length; i++) to[i] = unchecked(to[i] + part[i]);
        }

        return sum;
    }
}

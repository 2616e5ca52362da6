using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>What is predicted of shared scores: specs/train-linear.md, steps 3 and 4.</summary>
internal static class Sigmoid
{
    /// <summary>Fraction bits of what the smooth sigmoid gives.</summary>
    public const int Fraction = 52;

    /// <summary>Beyond it the smooth sigmoid is taken for 0 or 1: wrong by 6.2 · 10^-6 at most.</summary>
    public const int Limit = 12;

    private const int PeriodBits = 5; // of the series: 32, so that ±12 leaves it room to turn back

    /// <summary>Of Σ c_k · sin(2πkz/32) the nearest to 1/(1 + e^−z) − 1/2 within the limit: wrong by 2.1 · 10^-6 at most. From tests/vectors/r/sigmoid-series.R.</summary>
    public static ReadOnlyMemory<double> Series { get; } = new double[]
    {
        0.601053729218, -0.003119267962, 0.126053491002, 0.006135608259, 0.024395396386, 0.015441059142, -0.006539276291, 0.016483381170, -0.011393425943,
        0.011589237134, -0.007676696696, 0.005828960813, -0.003379290845, 0.002062374156, -0.000969764766, 0.000460406368, -0.000145789871, 0.000045508176,
    };

    /// <summary>Predictions from scores less labels, with the fraction bits of errors.</summary>
    public static async Task<SharedVector> ErrorsAsync(
        IVectorEngine engine, LinearFamily family, SharedVector scores, SharedVector labels, LinearScale scale, CancellationToken cancellation)
    {
        if (family == LinearFamily.LogisticThreePieces)
        {
            using var line = engine.Affine(scores, 1, 1UL << (scale.Score - 1));
            using var clamped = await engine.ClampAsync(line, scale.Score - scale.Error, 1UL << scale.Error, cancellation).ConfigureAwait(false);
            return SharedVectors.Subtract(clamped, labels);
        }

        using var predicted = family == LinearFamily.Regression ? null : await SmoothAsync(engine, scores, scale.Score, cancellation).ConfigureAwait(false);
        using var exact = SharedVectors.Subtract(predicted ?? scores, labels);
        return await engine.RoundAsync(exact, scale.Prediction - scale.Error, cancellation).ConfigureAwait(false);
    }

    /// <summary>The smooth sigmoid of scores with so many fraction bits, at most 49, with <see cref="Fraction"/>.</summary>
    public static async Task<SharedVector> SmoothAsync(IVectorEngine engine, SharedVector scores, int fraction, CancellationToken cancellation)
    {
        using var series = await engine.SineSeriesAsync(scores, fraction + PeriodBits, Series, cancellation).ConfigureAwait(false);
        using var middle = engine.Affine(series, 1, 1UL << (Fraction - 1));
        return await BetweenAsync(engine, scores, (ulong)Limit << fraction, middle, Fraction, cancellation).ConfigureAwait(false);
    }

    /// <summary>0 below −limit, 1 from the limit on, and what is given between: with a = [z &lt; −limit] and c = [z &lt; limit] it is (1 − c) + (c − a) · middle.</summary>
    private static async Task<SharedVector> BetweenAsync(IVectorEngine engine, SharedVector scores, ulong limit, SharedVector middle, int fraction, CancellationToken cancellation)
    {
        using SharedVector above = engine.Affine(scores, 1, limit), below = engine.Affine(scores, 1, unchecked(0 - limit)), both = SharedVectors.Concatenate(above, below);
        using var negative = await VectorComparisons.BitAsync(engine, both, 63, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false);
        using SharedVector a = SharedVectors.Slice(words, 0, scores.Length), c = SharedVectors.Slice(words, scores.Length, scores.Length), between = SharedVectors.Subtract(c, a);
        using var inside = (await engine.MultiplyAsync([(between, middle)], cancellation).ConfigureAwait(false))[0];
        using var upper = engine.Affine(c, unchecked(0 - (1UL << fraction)), 1UL << fraction);
        return SharedVectors.Add(inside, upper);
    }
}

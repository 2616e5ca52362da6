using Collab.FederatedLearning.Columns;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>First and second derivatives of the loss at shared scores, with f fraction bits: the same integers on shares and in clear.</summary>
/// <remarks>Logistic: the chance less the label, and the slope. Squared: the score less the label, no further than 4 from 0, and 1.</remarks>
internal static class SecretDerivatives
{
    /// <summary>The second derivative of every row, where all have the same.</summary>
    public static long? ConstantSecond(TrainingLoss loss, SecretTreeScale scale) => loss == TrainingLoss.Squared ? 1L << scale.Fraction : null;

    /// <summary>A label as derivatives take it: with f fraction bits, for squared loss with 16.</summary>
    public static ulong[] Labels(TreeSettings settings, SecretTreeScale scale, ReadOnlySpan<double> labels)
    {
        var bits = settings.Loss == TrainingLoss.Logistic ? scale.Fraction : SecretTreeScale.Score;
        var words = new ulong[labels.Length];
        for (var i = 0; i < words.Length; i++) words[i] = unchecked((ulong)(long)Math.Round(Math.ScaleB(labels[i] / settings.LabelBound, bits)));
        return words;
    }

    /// <summary>The derivatives of all rows.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="scale">Widths.</param>
    /// <param name="scores">A score for each row, or one that all rows have.</param>
    /// <param name="labels">A label for each row.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<NodeSums> AtAsync(
        IVectorEngine engine, TrainingLoss loss, SecretTreeScale scale, SharedVector scores, SharedVector labels, CancellationToken cancellation)
    {
        if (loss == TrainingLoss.Squared)
        {
            using SharedVector all = scores.Length == labels.Length ? SharedVectors.Slice(scores, 0, scores.Length) : VectorParts.Repeated(scores, labels.Length), residuals = SharedVectors.Subtract(all, labels);
            using var clipped = await ClippedAsync(engine, scale, residuals, cancellation).ConfigureAwait(false);
            var ones = new ulong[labels.Length];
            Array.Fill(ones, 1UL << scale.Fraction);
            return new(await RoundedAsync(engine, clipped, SecretTreeScale.Score - scale.Fraction, cancellation).ConfigureAwait(false), engine.Constant(ones));
        }

        using var exact = await ScorePieces.EvaluateAsync(engine, scores, scale.ScoreBits, cancellation).ConfigureAwait(false);
        using var rounded = await RoundedAsync(engine, exact, ScorePieces.Fraction - scale.Fraction, cancellation).ConfigureAwait(false);
        using var values = scores.Length == labels.Length ? SharedVectors.Slice(rounded, 0, rounded.Length) : VectorParts.Repeated(rounded, labels.Length);
        using var chances = SharedVectors.Slice(values, 0, labels.Length);
        return new(SharedVectors.Subtract(chances, labels), SharedVectors.Slice(values, labels.Length, labels.Length));
    }

    /// <summary>The derivatives of one row in clear.</summary>
    public static (long First, long Second) At(TrainingLoss loss, SecretTreeScale scale, long score, long label)
    {
        if (loss == TrainingLoss.Squared)
        {
            var limit = (long)scale.Range << SecretTreeScale.Score;
            return (Rounded(Math.Clamp(score - label, -limit, limit), SecretTreeScale.Score - scale.Fraction), 1L << scale.Fraction);
        }

        var (chance, slope) = ScorePieces.At(score);
        return (Rounded(chance, ScorePieces.Fraction - scale.Fraction) - label, Rounded(slope, ScorePieces.Fraction - scale.Fraction));
    }

    /// <summary>x / 2^bits to the nearest, halves up.</summary>
    public static async Task<SharedVector> RoundedAsync(IVectorEngine engine, SharedVector x, int bits, CancellationToken cancellation)
    {
        if (bits == 0) return SharedVectors.Slice(x, 0, x.Length);
        using var lifted = engine.Affine(x, 1, 1UL << (bits - 1));
        return await engine.ShiftRightAsync(lifted, bits, cancellation).ConfigureAwait(false);
    }

    /// <summary>The same in clear.</summary>
    public static long Rounded(long x, int bits) => bits == 0 ? x : (x + (1L << (bits - 1))) >> bits;

    /// <summary>x, no further than the range from 0: with a = [x &lt; −r] and b = [r &lt; x] it is x·(1 − a − b) + r·(b − a).</summary>
    private static async Task<SharedVector> ClippedAsync(IVectorEngine engine, SecretTreeScale scale, SharedVector x, CancellationToken cancellation)
    {
        var limit = (ulong)scale.Range << SecretTreeScale.Score;
        using SharedVector above = engine.Affine(x, 1, limit), below = engine.Affine(x, ulong.MaxValue, limit), both = SharedVectors.Concatenate(above, below);
        using var beyond = await VectorComparisons.BitAsync(engine, both, scale.ScoreBits, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(beyond, cancellation).ConfigureAwait(false);
        using SharedVector a = SharedVectors.Slice(words, 0, x.Length), b = SharedVectors.Slice(words, x.Length, x.Length);
        using SharedVector either = SharedVectors.Add(a, b), inside = engine.Affine(either, ulong.MaxValue, 1), side = SharedVectors.Subtract(b, a), edge = engine.Affine(side, limit, 0);
        using var kept = (await engine.MultiplyAsync([(x, inside)], cancellation).ConfigureAwait(false))[0];
        return SharedVectors.Add(kept, edge);
    }
}

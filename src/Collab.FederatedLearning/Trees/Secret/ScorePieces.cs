using Collab.FederatedLearning.Columns;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>The chance of a score and its slope, each as a parabola on 12 pieces of [−8, 8) and constant beyond: exact integer arithmetic, alike on shares and in clear.</summary>
/// <remarks>
/// Each parabola meets 1/(1 + e^−z), or the greater of its slope and 2^-7, at both ends and in the middle of its piece: wrong by at most 0.00082 and 0.00124; the slope is at least 0.0065.
/// Written by tests/oracles/score_pieces.py.
/// </remarks>
internal static class ScorePieces
{
    /// <summary>Fraction bits of what comes out.</summary>
    public const int Fraction = 54;

    private static readonly int[] Borders = [-8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8];

    // α + βz + γz² with 54, 38 and 22 fraction bits: of the piece below each border, then of the last.
    private static readonly (long Constant, long Linear, long Square)[] Chances =
    [
        (6041130890430, 0, 0),
        (586284792739314, 2190703471, 2068),
        (2411965088907970, 11853408731, 14833),
        (5379960160914902, 34213054207, 56939),
        (7957072260264441, 60720914587, 125095),
        (9220725790807464, 79576679628, 195398),
        (9007199254740992, 71132560111, 116267),
        (9007199254740992, 71132560111, -116267),
        (8793672718674514, 79576679628, -195398),
        (10057326249217490, 60720914587, -125095),
        (12634438348567196, 34213054207, -56939),
        (15602433420573984, 11853408731, -14833),
        (17428113716742732, 2190703471, -2068),
        (18008357378591556, 0, 0),
    ];

    private static readonly (long Constant, long Linear, long Square)[] Slopes =
    [
        (140737488355328, 0, 0),
        (140737488355328, 0, 0),
        (2802420590257354, 14891822368, 20657),
        (4866016119752987, 30396111129, 49772),
        (6200216959026388, 43827920549, 83574),
        (5430994177021979, 30647246940, 27788),
        (4503599627370496, 1813392761, -196256),
        (4503599627370496, -1813392761, -196256),
        (5430994177021985, -30647246940, 27788),
        (6200216959026431, -43827920549, 83574),
        (4866016119752880, -30396111129, 49772),
        (2802420590257350, -14891822368, 20657),
        (140737488355328, 0, 0),
        (140737488355328, 0, 0),
    ];

    /// <summary>Chance and slope of a score in clear.</summary>
    public static (long Chance, long Slope) At(long score)
    {
        var piece = Borders.Count(border => score >= (long)border << SecretTreeScale.Score);
        return (At(Chances[piece], score), At(Slopes[piece], score));
    }

    /// <summary>Chances and slopes of n shared scores: 2n words, the chances first.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="scores">n words.</param>
    /// <param name="bits">No score, less any border, is 2^bits or more.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> EvaluateAsync(IVectorEngine engine, SharedVector scores, int bits, CancellationToken cancellation)
    {
        SharedVector[] distances = [.. Borders.Select(border => engine.Affine(scores, 1, unchecked((ulong)-((long)border << SecretTreeScale.Score))))];
        using var all = SharedVectors.Concatenate(distances);
        foreach (var distance in distances) distance.Dispose();
        using var below = await VectorComparisons.BitAsync(engine, all, bits, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(below, cancellation).ConfigureAwait(false);

        // (γz + β)·z + α, for both functions at once.
        using SharedVector square = Weighted(engine, words, row => row.Square), linear = Weighted(engine, words, row => row.Linear), constant = Weighted(engine, words, row => row.Constant);
        using var twice = SharedVectors.Concatenate(scores, scores);
        using var slanted = (await engine.MultiplyAsync([(square, twice)], cancellation).ConfigureAwait(false))[0];
        using var factor = SharedVectors.Add(slanted, linear);
        using var product = (await engine.MultiplyAsync([(factor, twice)], cancellation).ConfigureAwait(false))[0];
        return SharedVectors.Add(product, constant);
    }

    private static long At((long Constant, long Linear, long Square) piece, long score) => (((piece.Square * score) + piece.Linear) * score) + piece.Constant;

    /// <summary>One coefficient of each score's piece, for chances and then for slopes: that of the last piece, and for each border that is above the score the step to the piece below.</summary>
    private static SharedVector Weighted(IVectorEngine engine, SharedVector below, Func<(long Constant, long Linear, long Square), long> coefficient)
    {
        var n = below.Length / Borders.Length;
        var parts = new SharedVector[2];
        foreach (var (place, table) in new[] { Chances, Slopes }.Index())
        {
            var factors = new ulong[below.Length];
            for (var b = 0; b < Borders.Length; b++) factors.AsSpan(b * n, n).Fill(unchecked((ulong)(coefficient(table[b]) - coefficient(table[b + 1]))));
            using var weighted = SharedVectors.MultiplyPublic(below, factors);
            parts[place] = VectorParts.SumOfParts(weighted, n);
        }

        using SharedVector chances = parts[0], slopes = parts[1];
        using SharedVector first = engine.Affine(chances, 1, unchecked((ulong)coefficient(Chances[^1]))), second = engine.Affine(slopes, 1, unchecked((ulong)coefficient(Slopes[^1])));
        return SharedVectors.Concatenate(first, second);
    }
}

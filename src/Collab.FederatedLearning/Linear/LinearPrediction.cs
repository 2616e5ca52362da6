using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>Predictions by a linear model whose parts stay apart: each party shares its part's score of every row, and the sum alone is opened, to the label owner (specs/predict.md).</summary>
public static class LinearPrediction
{
    /// <summary>Fraction bits of shared scores.</summary>
    public const int Fraction = 32;

    /// <summary>The largest magnitude of a part's score, as a power of two.</summary>
    public const int MostBits = 20;

    /// <summary>A row's score is out of range.</summary>
    public static readonly ErrorCode ScoreOverRange = new(
        "linear.score-over-range", ErrorKind.InvalidInput, "Correct the row: a value is far from all that the model was trained on.");

    /// <summary>One party's part.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="family">What the model is.</param>
    /// <param name="part">This party's part of it.</param>
    /// <param name="columns">Its columns as they are, each of the same rows in the same order as at the others.</param>
    /// <param name="rows">How many.</param>
    /// <param name="labelOwner">Who gets the predictions.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>At the label owner, shape [rows]: chances, or numbers in the units of the labels; null elsewhere.</returns>
    /// <exception cref="CollabException"><see cref="ScoreOverRange"/>, before anything is sent of the rows.</exception>
    /// <remarks>Each score is right to 2^−32 for each party. Cost: a shared word a row and party, and one opening.</remarks>
    public static async Task<double[]?> PredictAsync(
        IVectorEngine engine, LinearFamily family, LinearPart part, IReadOnlyList<double[]> columns, int rows, PartyId labelOwner, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        using var scores = await ShareScoresAsync(engine, part, columns, rows, cancellation).ConfigureAwait(false);
        return await engine.OpenAsync(scores, [labelOwner], cancellation).ConfigureAwait(false) is { } opened
            ? [.. opened.Select(word => PredictionOf(family, part, LinearScale.Number(word, Fraction)))]
            : null;
    }

    /// <summary>The rows' scores, shared, with <see cref="Fraction"/> bits behind the point: for whoever computes on and opens none.</summary>
    public static async Task<SharedVector> ShareScoresAsync(
        IVectorEngine engine, LinearPart part, IReadOnlyList<double[]> columns, int rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count != part.Weights.Count || columns.Any(column => column.Length != rows)) throw new ArgumentException("A number for each row and column of the part.", nameof(columns));
        var words = WordsOf(part, columns, rows);
        var sum = engine.Constant(new ulong[rows]);
        try
        {
            foreach (var party in engine.Parties)
            {
                using var one = await engine.InputAsync(party, party == engine.Parties[engine.Index] ? words : default, rows, cancellation).ConfigureAwait(false);
                using var before = sum;
                sum = SharedVectors.Add(before, one);
            }

            return sum;
        }
        finally
        {
            Array.Clear(words);
        }
    }

    /// <summary>What a model says of a score: a chance, or a number in the units of the labels.</summary>
    public static double PredictionOf(LinearFamily family, LinearPart part, double score)
    {
        ArgumentNullException.ThrowIfNull(part);
        return family switch
        {
            LinearFamily.Regression => part.LabelScale is { } scale ? scale.Mean + (scale.Deviation * score) : score,
            LinearFamily.LogisticThreePieces => Math.Clamp(score + 0.5, 0, 1),
            _ => 1 / (1 + Math.Exp(-score)),
        };
    }

    private static ulong[] WordsOf(LinearPart part, IReadOnlyList<double[]> columns, int rows)
    {
        var (words, row) = (new ulong[rows], new double[columns.Count]);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < row.Length; j++) row[j] = columns[j][i];
            var score = part.Score(row);
            if (!(Math.Abs(score) < 1 << MostBits)) throw new CollabException(ScoreOverRange, "A row's score is no number, or out of the range of shared scores.");
            words[i] = LinearScale.Word(score, Fraction);
        }

        Array.Clear(row);
        return words;
    }
}

using Collab.Primitives;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Scores as whole numbers: s stands for s / 2^<paramref name="Fraction"/>, and |s| &lt; 2^(<paramref name="Bits"/> − 1).</summary>
/// <param name="Bits">With the sign, 2 to 40. What a comparison or a sort costs grows with them.</param>
/// <param name="Fraction">0 to 38.</param>
public readonly record struct ScoreFormat(int Bits, int Fraction)
{
    /// <summary>Most bits: with 2^20 rows their sum stays below 2^60.</summary>
    public const int MostBits = 40;

    /// <summary>16 fraction bits, within ±128.</summary>
    public static ScoreFormat Default => new(24, 16);

    /// <summary>The first whole number beyond the range.</summary>
    public long Limit => 1L << (Bits - 1);

    /// <summary>The number that a whole number stands for.</summary>
    public double Number(long score) => Math.ScaleB(score, -Fraction);

    /// <summary>The nearest whole number of each score, or of one party's part of it.</summary>
    /// <param name="scores">Numbers, shape [rows].</param>
    /// <param name="parts">How many parties' parts make a score: each keeps to its share of the range.</param>
    /// <exception cref="CollabException"><see cref="EvaluationErrors.ScoreOverRange"/>; says of no row which.</exception>
    public long[] Words(ReadOnlySpan<double> scores, int parts = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        Check();
        var words = new long[scores.Length];
        var most = (Limit - 1) / parts;
        for (var i = 0; i < words.Length; i++)
        {
            var scaled = Math.Round(Math.ScaleB(scores[i], Fraction));
            if (!(Math.Abs(scaled) <= most)) throw new CollabException(EvaluationErrors.ScoreOverRange, "A score is no number, or beyond the range of its format.");
            words[i] = (long)scaled;
        }

        return words;
    }

    /// <summary>Throws unless both numbers are in their range.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public void Check()
    {
        if (Bits is < 2 or > MostBits || Fraction < 0 || Fraction > Bits - 2) throw new ArgumentException("2 to 40 bits, and a fraction that leaves a sign and a bit.");
    }
}

using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>The fixed-point numbers of a training: how many fraction bits everything has. Public; follows from settings and the number of columns.</summary>
/// <remarks>Derivation: specs/train-linear.md, "Parameters and why".</remarks>
internal sealed record LinearScale
{
    private const int LeastFraction = 8;
    private const int LeastRowBits = 9;            // outliers of few columns: up to 512 deviations among all parties
    private const int ProductBits = 61;            // a score stays below 2^61, where every shift and comparison is exact

    /// <summary>A weight beyond this in magnitude, at the end of an epoch, ends training.</summary>
    public const int WeightLimit = 4;

    private const int WeightBits = 3;              // weights up to 8 within an epoch

    /// <param name="settings">What is trained.</param>
    /// <param name="columns">Of all parties, with the intercept.</param>
    /// <exception cref="CollabException"><see cref="LinearErrors.TooCoarse"/>.</exception>
    public LinearScale(LinearSettings settings, int columns)
    {
        Rate = settings.LearningRate / settings.Batch;
        RateShift = (int)Math.Ceiling(-Math.Log2(Rate));
        RowBits = Math.Max(LeastRowBits, 4 + (int)Math.Ceiling(Math.Log2(columns + 1)));
        Score = ProductBits - RowBits - WeightBits;
        Feature = (Score - RateShift - ((Score - RateShift) / 3)) / 2;
        Error = Score - RateShift - (2 * Feature);
        Prediction = settings.Family switch { LinearFamily.Logistic => Sigmoid.Fraction, LinearFamily.Regression => Score, _ => Error };
        if (Feature < LeastFraction || Error < LeastFraction) throw new CollabException(LinearErrors.TooCoarse, "Columns, batch and learning rate leave too few fraction bits.");
    }

    /// <summary>η / batch.</summary>
    public double Rate { get; }

    /// <summary>k, with η / batch · 2^k in [1, 2).</summary>
    public int RateShift { get; }

    /// <summary>The absolute values of a standardized row sum up to less than 2 to this power.</summary>
    public int RowBits { get; }

    /// <summary>Fraction bits of scores.</summary>
    public int Score { get; }

    /// <summary>Fraction bits of predictions and labels.</summary>
    public int Prediction { get; }

    /// <summary>Fraction bits of standardized values.</summary>
    public int Feature { get; }

    /// <summary>Fraction bits of errors in a gradient.</summary>
    public int Error { get; }

    /// <summary>Fraction bits of values times η / batch.</summary>
    public int Scaled => Feature + RateShift;

    /// <summary>Fraction bits of weights: an error times a scaled value needs no rounding.</summary>
    public int Weight => Scaled + Error;

    /// <summary>Width of values, scaled or not, as signed words.</summary>
    public int ValueBits => RowBits + Feature + 2;

    /// <summary>The word nearest to x.</summary>
    public static ulong Word(double x, int fraction) => unchecked((ulong)(long)Math.Round(Math.ScaleB(x, fraction)));

    /// <summary>What a signed word stands for.</summary>
    public static double Number(ulong word, int fraction) => Math.ScaleB(unchecked((long)word), -fraction);
}

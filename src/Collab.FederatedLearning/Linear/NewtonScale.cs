using System.Numerics;
using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>The fixed-point numbers of Newton's method. Public; follows from rows and columns.</summary>
/// <remarks>Derivation: specs/train-linear.md, "Newton's method".</remarks>
internal sealed record NewtonScale
{
    /// <summary>Fraction bits of weights w.</summary>
    public const int Weight = 16;

    /// <summary>Fraction bits of means and of residuals in sums.</summary>
    public const int Error = 20;

    /// <summary>Fraction bits of each party's part of the linear predictor.</summary>
    public const int Predictor = 44;

    /// <summary>Fraction bits of what the label owner tells.</summary>
    public const int Told = 40;

    private const int SumBits = 60;             // Σ w·x·xᵀ is at most n in magnitude
    private const int LeastFraction = 8;
    private const int LeastRowBits = 9;
    private const int EntriesAtATime = 1 << 18; // of a batch

    /// <exception cref="CollabException"><see cref="LinearErrors.TooCoarse"/>.</exception>
    public NewtonScale(LinearFamily family, int rows, int columns)
    {
        Label = family == LinearFamily.Logistic ? Sigmoid.Fraction : Told;
        RowBits = Math.Max(LeastRowBits, 4 + (int)Math.Ceiling(Math.Log2(columns + 1)));
        Feature = (SumBits - Weight - BitOperations.Log2((uint)rows) - 1) / 2;
        if (Feature < LeastFraction || columns >= rows) throw new CollabException(LinearErrors.TooCoarse, "Too many rows or columns for fixed-point sums.");
    }

    /// <summary>Fraction bits of labels, and of means before they are rounded; a standardized label is at most √n.</summary>
    public int Label { get; }

    /// <summary>The absolute values of a standardized row sum up to less than 2 to this power.</summary>
    public int RowBits { get; }

    /// <summary>Fraction bits of standardized values.</summary>
    public int Feature { get; }

    /// <summary>Width of values as signed words.</summary>
    public int ValueBits => RowBits + Feature + 2;

    /// <summary>First row and rows of each batch.</summary>
    public static IEnumerable<(int Start, int Rows)> BatchesOf(int rows, int columns)
    {
        var size = Math.Max(1, EntriesAtATime / columns);
        for (var start = 0; start < rows; start += size) yield return (start, Math.Min(size, rows - start));
    }
}

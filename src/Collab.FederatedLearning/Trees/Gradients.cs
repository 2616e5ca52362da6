using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>First and second derivatives of the loss of each row, whole numbers in units of 2^-f: they tell labels, and are zeroed by <see cref="Dispose"/>.</summary>
internal sealed class Gradients(int rows) : IDisposable
{
    /// <summary>Sums stay at or below this in magnitude, whatever the rows: what every way of summing has room for.</summary>
    public const long LargestSum = 1L << 32;

    private const int FewestFractionBits = 6;

    /// <summary>First derivatives, shape [rows].</summary>
    public long[] First { get; } = GC.AllocateArray<long>(rows, pinned: true);

    /// <summary>Second derivatives, shape [rows], each at least one unit.</summary>
    public long[] Second { get; } = GC.AllocateArray<long>(rows, pinned: true);

    /// <summary>The largest |first derivative| that is let pass: the logistic loss has no larger, the squared loss with labels within their bound begins at 2.</summary>
    public static int Range(TrainingLoss loss) => loss == TrainingLoss.Logistic ? 1 : 4;

    /// <summary>Whether second derivatives differ from row to row: those of squared loss are 1.</summary>
    public static bool HaveSecond(TrainingLoss loss) => loss == TrainingLoss.Logistic;

    /// <summary>f: as many bits as leave the sum over all rows within <see cref="LargestSum"/>.</summary>
    /// <exception cref="CollabException">There are too many rows: <see cref="TreeErrors.TooManyRows"/>.</exception>
    public static int FractionBits(TrainingLoss loss, long rows)
    {
        var bits = TreeSettings.MostFractionBits;
        while (bits >= FewestFractionBits && (Int128)rows * Range(loss) << bits > LargestSum) bits--;
        return bits >= FewestFractionBits ? bits : throw new CollabException(TreeErrors.TooManyRows, "Sums over so many rows have no room.");
    }

    /// <summary>Derivatives at the scores.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="labels">Labels in score units, shape [rows].</param>
    /// <param name="scores">Scores, shape [rows].</param>
    /// <param name="fractionBits">f.</param>
    /// <exception cref="CollabException">One is out of range: <see cref="TreeErrors.GradientOverRange"/>.</exception>
    public static Gradients At(TrainingLoss loss, ReadOnlySpan<long> labels, ReadOnlySpan<long> scores, int fractionBits)
    {
        var result = new Gradients(labels.Length);
        var one = (double)(1L << fractionBits);
        var inRange = true;
        for (var i = 0; i < labels.Length; i++)
        {
            var (score, label) = (Scores.ToDouble(scores[i]), Scores.ToDouble(labels[i]));
            var (first, second) = (score - label, 1.0);
            if (loss == TrainingLoss.Logistic)
            {
                var chance = Scores.Chance(score);
                (first, second) = (chance - label, chance * (1 - chance));
            }

            inRange &= Math.Abs(first) <= Range(loss);
            result.First[i] = (long)Math.Round(Math.Clamp(first, -4, 4) * one);
            result.Second[i] = Math.Max(1, (long)Math.Round(second * one));
        }

        if (inRange) return result;
        result.Dispose();
        throw new CollabException(TreeErrors.GradientOverRange, "A gradient is outside the range that sums have room for: training diverges, or labels exceed their bound.");
    }

    /// <summary>The sums over rows.</summary>
    public GradientSums Over(ReadOnlySpan<int> rows)
    {
        long first = 0, second = 0;
        foreach (var row in rows)
        {
            first += First[row];
            second += Second[row];
        }

        return new(first, second);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(First.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Second.AsSpan()));
    }
}

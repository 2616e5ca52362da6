using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>Count, sum and sum of squares of labels in score units: all that the first score needs, and additive over owners.</summary>
internal readonly record struct LabelSums(long Count, Int128 Sum, Int128 Squares)
{
    public static LabelSums Of(ReadOnlySpan<long> labels)
    {
        Int128 sum = 0, squares = 0;
        foreach (var label in labels)
        {
            sum += label;
            squares += (Int128)label * label;
        }

        return new(labels.Length, sum, squares);
    }

    /// <summary>The score that is best for all rows alike: log-odds or mean.</summary>
    /// <exception cref="CollabException">All labels are equal, or there is no row: <see cref="TreeErrors.LabelConstant"/>.</exception>
    public long FirstScore(TrainingLoss loss)
    {
        if (Count * Squares == Sum * Sum) throw new CollabException(TreeErrors.LabelConstant, "All labels are equal: there is nothing to learn.");
        var mean = (double)Sum / Count;
        return loss == TrainingLoss.Squared
            ? (long)Math.Round(mean)
            : Scores.Of(Math.Log(mean / (Scores.Of(1) - mean)));
    }
}

/// <summary>Labels as the loss takes them.</summary>
internal static class Labels
{
    /// <summary>Labels in score units: 0 and 1, or numbers divided by their bound.</summary>
    /// <exception cref="CollabException">A label is missing or none that the loss has: <see cref="TreeErrors.LabelUnfit"/>.</exception>
    public static long[] ToScores(TreeSettings settings, ReadOnlySpan<double> labels)
    {
        var result = new long[labels.Length];
        var fit = true;
        for (var i = 0; i < labels.Length; i++)
        {
            var label = labels[i] / settings.LabelBound;
            fit &= settings.Loss == TrainingLoss.Logistic ? label is 0 or 1 : Math.Abs(label) <= 1;
            result[i] = fit ? Scores.Of(label) : 0;
        }

        return fit
            ? result
            : throw new CollabException(TreeErrors.LabelUnfit, settings.Loss == TrainingLoss.Logistic ? "Every label is 0 or 1." : "Every label is a number within the bound.");
    }
}

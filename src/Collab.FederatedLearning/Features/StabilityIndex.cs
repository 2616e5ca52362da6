namespace Collab.FederatedLearning.Features;

/// <summary>How far the shares of bins have moved between two sets of rows: Σ (actual − expected)·ln(actual/expected).</summary>
/// <remarks>
/// Of two periods of one owner, or of two owners that tell each other how many rows each bin has. The usual reading (Siddiqi 2006): below 0.1 stable, above 0.25 moved. A bin that one of them has no rows in counts with half a row there.
/// </remarks>
public static class StabilityIndex
{
    /// <summary>The index of counts.</summary>
    /// <param name="expected">Rows in each bin, of training or the earlier period; not all 0.</param>
    /// <param name="actual">Rows in the same bins, later; not all 0.</param>
    /// <exception cref="ArgumentException">There are other bins, no rows, or fewer than none.</exception>
    public static double Of(IReadOnlyList<long> expected, IReadOnlyList<long> actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        if (expected.Count != actual.Count || expected.Concat(actual).Any(rows => rows < 0)) throw new ArgumentException("There are the rows of the same bins.", nameof(actual));
        double before = expected.Sum(), after = actual.Sum();
        if (before == 0 || after == 0) throw new ArgumentException("There are rows.", nameof(actual));
        var index = 0.0;
        for (var bin = 0; bin < expected.Count; bin++)
        {
            if (expected[bin] + actual[bin] == 0) continue;
            var (p, q) = (Math.Max(expected[bin], 0.5) / before, Math.Max(actual[bin], 0.5) / after);
            index += (q - p) * Math.Log(q / p);
        }

        return index;
    }
}

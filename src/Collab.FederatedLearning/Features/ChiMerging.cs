namespace Collab.FederatedLearning.Features;

/// <summary>Merges bins whose labels hardly differ.</summary>
internal static class ChiMerging
{
    /// <summary>Groups of bins, each in the order in which bins are merged.</summary>
    /// <param name="merge">When it ends.</param>
    /// <param name="counts">Of all bins; those of the last, of missing values, are not merged.</param>
    /// <param name="ordered">Whether bins have an order; else they are put in that of their share of bads, then of their numbers.</param>
    /// <remarks>The pair with the smallest χ² is merged, of equal ones the first; bins without rows thereby join the one before, the first that behind. O(bins²).</remarks>
    public static List<List<int>> Groups(ChiMerge merge, BinCounts counts, bool ordered)
    {
        var bins = Enumerable.Range(0, counts.Goods.Count - 1);
        if (!ordered) bins = bins.OrderBy(bin => (double)counts.Bads[bin] / Math.Max(1, counts.Of(bin))).ThenBy(bin => bin);
        List<List<int>> groups = [.. bins.Select(bin => new List<int> { bin })];
        List<(long Good, long Bad)> sums = [.. groups.Select(group => (counts.Goods[group[0]], counts.Bads[group[0]]))];
        while (groups.Count > 1)
        {
            var (at, least) = (0, double.PositiveInfinity);
            for (var i = 0; i + 1 < groups.Count; i++)
            {
                var chi = Chi(sums[i], sums[i + 1]);
                if (chi < least) (at, least) = (i, chi);
            }

            if (groups.Count <= merge.MostBins && least >= merge.Threshold / 1000.0) break;
            groups[at].AddRange(groups[at + 1]);
            sums[at] = (sums[at].Good + sums[at + 1].Good, sums[at].Bad + sums[at + 1].Bad);
            groups.RemoveAt(at + 1);
            sums.RemoveAt(at + 1);
        }

        return groups;
    }

    /// <summary>χ² of two bins and two labels, without correction; 0 where a label or a bin has no rows.</summary>
    internal static double Chi((long Good, long Bad) a, (long Good, long Bad) b)
    {
        double good = a.Good + b.Good, bad = a.Bad + b.Bad, first = a.Good + a.Bad, second = b.Good + b.Bad;
        if (good == 0 || bad == 0 || first == 0 || second == 0) return 0;
        var difference = ((double)a.Good * b.Bad) - ((double)a.Bad * b.Good);
        return (good + bad) * difference * difference / good / bad / first / second;
    }
}

namespace Collab.FederatedLearning.Features;

/// <summary>Merges bins whose labels hardly differ.</summary>
internal static class ChiMerging
{
    /// <summary>Merges groups of bins.</summary>
    /// <param name="merge">When it ends.</param>
    /// <param name="counts">Of all groups, in the places of their first bins.</param>
    /// <param name="groups">The groups that may be merged, in order of their bins.</param>
    /// <param name="ordered">Whether bins have an order; else groups are put in that of their share of bads, then of their first bins.</param>
    /// <remarks>The pair with the smallest χ² is merged, of equal ones the first; groups without rows thereby join a neighbour. O(bins²).</remarks>
    public static List<List<int>> Merge(ChiMerge merge, BinCounts counts, IEnumerable<List<int>> groups, bool ordered)
    {
        List<(List<int> Bins, long Good, long Bad)> sums = [.. groups.Select(group => (group, counts.Goods[group[0]], counts.Bads[group[0]]))];
        if (!ordered) sums = [.. sums.OrderBy(sum => (double)sum.Bad / Math.Max(1, sum.Good + sum.Bad)).ThenBy(sum => sum.Bins[0])];
        while (sums.Count > 1)
        {
            var (at, least) = (0, double.PositiveInfinity);
            for (var i = 0; i + 1 < sums.Count; i++)
            {
                var chi = Chi((sums[i].Good, sums[i].Bad), (sums[i + 1].Good, sums[i + 1].Bad));
                if (chi < least) (at, least) = (i, chi);
            }

            if (sums.Count <= merge.MostBins && least >= merge.Threshold / 1000.0) break;
            var (lower, upper) = (sums[at], sums[at + 1]);
            sums[at] = ([.. lower.Bins, .. upper.Bins], lower.Good + upper.Good, lower.Bad + upper.Bad);
            sums.RemoveAt(at + 1);
        }

        return [.. sums.Select(sum => sum.Bins)];
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

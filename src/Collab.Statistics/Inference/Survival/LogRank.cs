using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Survival;

/// <summary>Do groups survive alike? The log-rank test (Mantel and Haenszel), as R's <c>survdiff</c>.</summary>
public static class LogRank
{
    /// <summary>The test over groups whose tables have the same times.</summary>
    /// <param name="groups">A table for each group; the same times in all, with zeros where nothing happened.</param>
    /// <returns>Observed and expected events by group's number from 1, the statistic, its degrees of freedom and p-value.</returns>
    /// <exception cref="ArgumentException">There are fewer than two groups, or their times differ.</exception>
    public static Finding Test(IReadOnlyList<LifeTable> groups)
    {
        if (groups.Count < 2) throw new ArgumentException("At least two groups.", nameof(groups));
        if (groups.Any(group => !group.Times.SequenceEqual(groups[0].Times))) throw new ArgumentException("The times differ.", nameof(groups));
        var (observed, expected) = (new double[groups.Count], new double[groups.Count]);
        var variance = new double[groups.Count, groups.Count];
        for (var i = 0; i < groups[0].Times.Count; i++)
        {
            double n = groups.Sum(group => group.AtRisk[i]), d = groups.Sum(group => group.Events[i]);
            if (d == 0) continue;
            for (var g = 0; g < groups.Count; g++)
            {
                var share = groups[g].AtRisk[i] / n;
                observed[g] += groups[g].Events[i];
                expected[g] += d * share;
                if (n <= 1) continue; // one alone at risk has no variance
                for (var h = 0; h < groups.Count; h++)
                    variance[g, h] += d * (n - d) / (n - 1) * share * ((g == h ? 1 : 0) - groups[h].AtRisk[i] / n);
            }
        }

        // The differences add up to 0 and the variance is singular by that much: groups nobody expects an event of fall out, and one of the rest.
        int[] kept = [.. Enumerable.Range(0, groups.Count).Where(g => expected[g] > 0).Skip(1)];
        var finding = new FindingBuilder("Log-rank test").Exact("parameter", kept.Length);
        var difference = Vector<double>.Build.Dense([.. kept.Select(g => observed[g] - expected[g])]);
        var statistic = kept.Length == 0
            ? 0
            : difference * Matrix<double>.Build.Dense(kept.Length, kept.Length, (r, c) => variance[kept[r], kept[c]]).Cholesky().Solve(difference);
        finding.Special("statistic", statistic)
            .Special("p.value", kept.Length == 0 ? double.NaN : Tail.ChiSquared(statistic, kept.Length));
        for (var g = 0; g < groups.Count; g++)
        {
            var term = (g + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            finding.Near("observed", observed[g], term).Near("expected", expected[g], term);
        }

        return finding.Build();
    }
}

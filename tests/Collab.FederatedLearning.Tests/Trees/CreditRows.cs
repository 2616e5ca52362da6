using System.Globalization;
using Collab.FederatedLearning.Trees;

namespace Collab.FederatedLearning.Tests.Trees;

/// <summary>Public data as trees take them: columns by name, labels, and columns made up where a test needs many rows.</summary>
internal sealed record CreditRows(IReadOnlyList<(string Name, double[] Values)> Columns, double[] Labels)
{
    public static CreditRows German { get; } = Read("german_credit.csv", "Class", "Bad");

    public static CreditRows Mortgages { get; } = Read("hmda.csv", "deny", "yes");

    public static CreditRows Read(string file, string label, string positive)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", file)).Select(line => line.Split(',')).ToArray();
        var at = Array.IndexOf(lines[0], label);
        return new(
            [
                .. Enumerable.Range(1, lines[0].Length - 1).Where(c => c != at)
                    .Select(c => (lines[0][c], lines.Skip(1).Select(line => Number(line[c])).ToArray())),
            ],
            [.. lines.Skip(1).Select(line => line[at] == positive ? 1.0 : 0)]);
    }

    /// <summary>Rows that pass, in order.</summary>
    public CreditRows Where(Func<int, bool> row)
    {
        double[] Kept(double[] values) => [.. values.Where((_, i) => row(i))];
        return new([.. Columns.Select(c => (c.Name, Kept(c.Values)))], Kept(Labels));
    }

    /// <summary>The columns in bins of equal frequency.</summary>
    public BinnedColumn[] Binned(int bins) =>
        [.. Columns.Select(c => BinnedColumn.Of(FeatureBins.EqualFrequency(c.Name, c.Values, bins), c.Values))];

    /// <summary>The columns in bins that are there already.</summary>
    public BinnedColumn[] Binned(IReadOnlyList<FeatureBins> bins) => [.. Columns.Select((c, i) => BinnedColumn.Of(bins[i], c.Values))];

    /// <summary>The share of pairs of a positive and a negative row that are in order, ties counting half.</summary>
    public static double Area(IReadOnlyList<double> scores, IReadOnlyList<double> labels)
    {
        var (below, pairs, zeros) = (0.0, 0.0, 0.0);
        foreach (var tie in scores.Zip(labels).GroupBy(p => p.First).OrderBy(g => g.Key))
        {
            double ones = tie.Count(p => p.Second == 1), here = tie.Count() - ones;
            below += ones * (zeros + (here / 2));
            zeros += here;
            pairs += ones;
        }

        return below / (pairs * zeros);
    }

    private static double Number(string cell) => cell switch
    {
        "yes" => 1,
        "no" => 0,
        "" => double.NaN,
        _ => double.Parse(cell, CultureInfo.InvariantCulture),
    };
}

namespace Collab.FederatedLearning.Clustering;

/// <summary>The plain twin of <see cref="KMeans"/>: the same integers on all columns together.</summary>
public static class PlainKMeans
{
    /// <summary>Clusters in clear.</summary>
    /// <param name="settings">As there.</param>
    /// <param name="rows">The columns of all parties, in their order.</param>
    /// <exception cref="ArgumentException">Settings do not fit.</exception>
    public static ClusterResult Run(ClusterSettings settings, ClusterRows rows)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(rows);
        var width = rows.Columns.Count;
        var values = rows.Values;
        settings.Check(rows.Rows, width);
        var centres = new long[settings.Clusters][];
        for (var c = 0; c < centres.Length; c++)
        {
            centres[c] = new long[width];
            for (var j = 0; j < width; j++) centres[c][j] = settings.StartCentres is { } declared ? ClusterRows.Word(declared[c][j]) : values[(j * rows.Rows) + settings.StartRows[c]];
        }

        var sizes = new int[centres.Length];
        for (var iteration = 0; iteration < settings.Iterations; iteration++)
        {
            var sums = new long[centres.Length, width];
            Array.Clear(sizes);
            for (var i = 0; i < rows.Rows; i++)
            {
                var nearest = Nearest(centres, values, i, rows.Rows);
                sizes[nearest]++;
                for (var j = 0; j < width; j++) sums[nearest, j] += values[(j * rows.Rows) + i];
            }

            for (var c = 0; c < centres.Length; c++)
            {
                for (var j = 0; j < width && sizes[c] > 0; j++) centres[c][j] = (long)Math.Floor(sums[c, j] / (decimal)sizes[c]);
            }
        }

        bool Opened(int c) => sizes[c] >= settings.MinimumSize;
        return new(
            [.. centres.Select((centre, c) => Opened(c) ? centre.Select(ClusterRows.Number).ToArray() : null)],
            [.. sizes.Select((size, c) => Opened(c) && settings.WithSizes ? size : (int?)null)]);
    }

    private static int Nearest(long[][] centres, ReadOnlySpan<long> values, int row, int rows)
    {
        var (nearest, largest) = (0, long.MinValue);
        for (var c = 0; c < centres.Length; c++)
        {
            var nearness = 0L;
            for (var j = 0; j < centres[c].Length; j++) nearness += ((2 * values[(j * rows) + row]) - centres[c][j]) * centres[c][j];
            if (nearness > largest) (nearest, largest) = (c, nearness);
        }

        return nearest;
    }
}

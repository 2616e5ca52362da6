using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.FederatedLearning.Clustering;

/// <summary>What is agreed of a clustering before it begins: the same at every party.</summary>
/// <remarks>Checked by <see cref="Check"/>.</remarks>
public sealed record ClusterSettings
{
    /// <summary>Most clusters.</summary>
    public const int MostClusters = 256;

    /// <summary>The rows whose values are the first centres, one for each cluster, each once; public. <see cref="RowsOf"/> takes them from a public seed.</summary>
    public IReadOnlyList<int> StartRows { get; init; } = [];

    /// <summary>Or the first centres themselves, in standard deviations from the mean, a number for each column of all parties; null where rows are named.</summary>
    public IReadOnlyList<double[]>? StartCentres { get; init; }

    /// <summary>Passes over the rows, 1 to 1000: all are made, whether centres still move or not.</summary>
    public int Iterations { get; init; } = 10;

    /// <summary>Of a cluster of fewer rows neither centre nor size is opened; 1 to 2^20.</summary>
    public int MinimumSize { get; init; } = 10;

    /// <summary>Whether the sizes of the other clusters are opened with their centres.</summary>
    public bool WithSizes { get; init; }

    /// <summary>k.</summary>
    public int Clusters => StartCentres?.Count ?? StartRows.Count;

    /// <summary>The digest of all of it, for parties to compare.</summary>
    public Digest Id => Digest.Of("collab-cluster-settings-1", new CanonicalWriter()
        .List(StartRows, (w, row) => w.UInt32((uint)row))
        .Boolean(StartCentres is not null)
        .List(StartCentres ?? [], (w, centre) => w.List(centre, (v, number) => v.Int64(BitConverter.DoubleToInt64Bits(number))))
        .UInt32((uint)Iterations).UInt32((uint)MinimumSize).Boolean(WithSizes).Written);

    /// <summary>So many different rows of n, by a public seed: the same at every party.</summary>
    /// <exception cref="ArgumentException">There are not so many.</exception>
    public static int[] RowsOf(ulong seed, int clusters, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clusters, rows);
        using var random = new AesPrg(new Gf128(seed, 0));
        var chosen = new List<int>();
        while (chosen.Count < clusters)
        {
            var row = (int)((UInt128)random.NextUInt64() * (ulong)rows >> 64);
            if (!chosen.Contains(row)) chosen.Add(row);
        }

        return [.. chosen];
    }

    /// <summary>Throws unless every number is in its range.</summary>
    /// <param name="rows">n.</param>
    /// <param name="columns">Columns of all parties.</param>
    /// <exception cref="ArgumentException">One is not.</exception>
    public void Check(int rows, int columns)
    {
        if (rows is < 2 or > 1 << 20) throw new ArgumentException("There are 2 to 2^20 rows.", nameof(rows));
        if (columns is < 1 or > 1 << 10) throw new ArgumentException("There are 1 to 1024 columns.", nameof(columns));
        if (Clusters is < 2 or > MostClusters || (StartCentres is not null && StartRows.Count > 0)) throw new ArgumentException("There are 2 to 256 clusters, by rows or by centres.", nameof(StartRows));
        if (StartRows.Any(row => row < 0 || row >= rows) || StartRows.Distinct().Count() != StartRows.Count) throw new ArgumentException("Rows that there are, each once.", nameof(StartRows));
        if (StartCentres is not null && StartCentres.Any(centre => centre.Length != columns || centre.Any(x => !(Math.Abs(x) < ClusterRows.Limit))))
            throw new ArgumentException("A number below 32 for each column.", nameof(StartCentres));
        if (Iterations is < 1 or > 1000) throw new ArgumentException("There are 1 to 1000 iterations.", nameof(Iterations));
        if (MinimumSize is < 1 or > 1 << 20) throw new ArgumentException("The least size is 1 to 2^20.", nameof(MinimumSize));
    }
}

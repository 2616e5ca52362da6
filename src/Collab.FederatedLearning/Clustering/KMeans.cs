using Collab.FederatedLearning.Columns;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Clustering;

/// <summary>Clusters of the rows of two or three parties' columns by k-means: values, distances, clusters of rows and centres stay shared; at the end the centres are opened, of clusters that are large enough.</summary>
/// <remarks>
/// Steps are numbered as in specs/cluster.md. Source: Lloyd, IEEE Transactions on Information Theory 28(2), 1982; on shares Mohassel, Rosulek, Trieu, PoPETs 2020(4). The caller aligns the rows. As strong as the engine.
/// </remarks>
public static class KMeans
{
    /// <summary>One party's part.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="settings">Clusters, iterations and what is opened; the same at every party.</param>
    /// <param name="columns">How many columns each party has, in the engine's order; public.</param>
    /// <param name="own">This party's columns.</param>
    /// <param name="receivers">Who gets the result.</param>
    /// <param name="progress">Told of the number of iterations done.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The result at a receiver; null elsewhere.</returns>
    /// <exception cref="ArgumentException">Settings or columns do not fit what is stated.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <remarks>Timing depends on rows, columns and settings alone. Cost: the spec's section Cost.</remarks>
    public static async Task<ClusterResult?> RunAsync(
        IVectorEngine engine, ClusterSettings settings, IReadOnlyList<int> columns, ClusterRows own, IReadOnlyCollection<PartyId> receivers, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(receivers);
        if (columns.Count != engine.Parties.Count || columns[engine.Index] != own.Columns.Count) throw new ArgumentException("The columns of every party.", nameof(columns));
        int rows = own.Rows, width = columns.Sum();
        settings.Check(rows, width);

        using var values = await ISharedColumns.ShareAsync(engine, [.. columns], Words(own.Values), rows, ClusterRows.Fraction + 6, cancellation).ConfigureAwait(false);  // 1
        var centres = await StartAsync(engine, settings, columns, own, cancellation).ConfigureAwait(false);                                                             // 2
        SharedVector? sizes = null;
        try
        {
            for (var iteration = 0; iteration < settings.Iterations; iteration++)
            {
                using var nearness = await NearnessAsync(engine, values, centres, rows, width, cancellation).ConfigureAwait(false);                                    // 3
                using var marks = await SharedArgmax.MarkAsync(engine, nearness, rows, Bits(width), cancellation).ConfigureAwait(false);                               // 4
                using var members = VectorParts.Transposed(marks, rows, settings.Clusters);
                sizes?.Dispose();
                sizes = Totals(members, settings.Clusters);
                using var sums = await values.TransposedProductsAsync(members, settings.Clusters, cancellation).ConfigureAwait(false);                                  // 5
                using var old = centres;
                centres = await MeansAsync(engine, sums, sizes, old, width, cancellation).ConfigureAwait(false);                                                        // 6
                progress?.Report(iteration + 1);
            }

            return await OpenAsync(engine, settings, centres, sizes!, width, receivers, cancellation).ConfigureAwait(false);                                            // 7
        }
        finally
        {
            centres.Dispose();
            sizes?.Dispose();
        }
    }

    /// <summary>No nearness is 2 to the power of this: 2·x·m − m·m with 36 fraction bits, |x| and |m| at most 32 in each column.</summary>
    internal static int Bits(int columns) => (2 * ClusterRows.Fraction) + 12 + (int)Math.Ceiling(Math.Log2(columns));

    private static ulong[] Words(ReadOnlySpan<long> values)
    {
        var words = new ulong[values.Length];
        for (var i = 0; i < words.Length; i++) words[i] = unchecked((ulong)values[i]);
        return words;
    }

    /// <summary>Centre after centre: as declared, or the values of rows that their owners give.</summary>
    private static async Task<SharedVector> StartAsync(IVectorEngine engine, ClusterSettings settings, IReadOnlyList<int> columns, ClusterRows own, CancellationToken cancellation)
    {
        if (settings.StartCentres is { } declared)
            return engine.Constant([.. declared.SelectMany(centre => centre.Select(x => unchecked((ulong)ClusterRows.Word(x))))]);
        var parts = new SharedVector[columns.Count];
        for (var party = 0; party < parts.Length; party++)
        {
            var values = party == engine.Index ? OfRows(own, settings.StartRows) : null;
            parts[party] = await engine.InputAsync(engine.Parties[party], values, columns[party] * settings.Clusters, cancellation).ConfigureAwait(false);
        }

        using var all = SharedVectors.Concatenate(parts);                                                  // column after column
        foreach (var part in parts) part.Dispose();
        return VectorParts.Transposed(all, columns.Sum(), settings.Clusters);
    }

    private static ulong[] OfRows(ClusterRows own, IReadOnlyList<int> rows)
    {
        var words = new ulong[own.Columns.Count * rows.Count];
        for (var i = 0; i < words.Length; i++) words[i] = unchecked((ulong)own.Values[(i / rows.Count * own.Rows) + rows[i % rows.Count]]);
        return words;
    }

    /// <summary>For each row, for each centre m, 2·x·m − m·m: the distance to it, negated, but for what is the same for all of them.</summary>
    private static async Task<SharedVector> NearnessAsync(IVectorEngine engine, ISharedColumns values, SharedVector centres, int rows, int width, CancellationToken cancellation)
    {
        var clusters = centres.Length / width;
        using var products = await values.ProductsAsync(centres, clusters, cancellation).ConfigureAwait(false);
        SharedVector[] each = [.. Enumerable.Range(0, clusters).Select(c => SharedVectors.Slice(centres, c * width, width))];
        using var squares = await engine.InnerProductsAsync([.. each.Select(centre => (centre, centre))], cancellation).ConfigureAwait(false);
        foreach (var centre in each) centre.Dispose();
        using SharedVector twice = engine.Affine(products, 2, 0), own = VectorParts.Repeated(squares, rows), nearness = SharedVectors.Subtract(twice, own);
        return VectorParts.Transposed(nearness, clusters, rows);
    }

    private static SharedVector Totals(SharedVector members, int clusters)
    {
        var rows = members.Length / clusters;
        SharedVector[] totals = [.. Enumerable.Range(0, clusters).Select(c =>
        {
            using var part = SharedVectors.Slice(members, c * rows, rows);
            return SharedVectors.Total(part);
        })];
        var all = SharedVectors.Concatenate(totals);
        foreach (var total in totals) total.Dispose();
        return all;
    }

    /// <summary>The means of the clusters' rows, ⌊sum / size⌋; a cluster without rows keeps its centre.</summary>
    private static async Task<SharedVector> MeansAsync(IVectorEngine engine, SharedVector sums, SharedVector sizes, SharedVector old, int width, CancellationToken cancellation)
    {
        using var each = VectorParts.Repeated(sizes, width);
        using var means = await SharedQuotient.FloorAsync(engine, sums, each, 21, cancellation).ConfigureAwait(false);
        using var less = engine.Affine(sizes, 1, ulong.MaxValue);
        using var negative = await VectorComparisons.BitAsync(engine, less, 21, cancellation).ConfigureAwait(false);
        using SharedVector empty = await engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false), keeps = VectorParts.Repeated(empty, width);
        return await VectorComparisons.SelectAsync(engine, keeps, old, means, cancellation).ConfigureAwait(false);
    }

    /// <summary>Step 7: which clusters are large enough, to all; then of those alone the centres, and the sizes if agreed, to the receivers.</summary>
    private static async Task<ClusterResult?> OpenAsync(
        IVectorEngine engine, ClusterSettings settings, SharedVector centres, SharedVector sizes, int width, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation)
    {
        using var excess = engine.Affine(sizes, 1, unchecked((ulong)-(long)settings.MinimumSize));
        using var less = await VectorComparisons.BitAsync(engine, excess, 21, cancellation).ConfigureAwait(false);
        var small = await engine.OpenBitsAsync(less, engine.Parties, cancellation).ConfigureAwait(false);
        int[] kept = [.. Enumerable.Range(0, settings.Clusters).Where(c => (small![c] & 1) == 0)];
        using SharedVector all = SharedVectors.Concatenate(centres, sizes),
            told = SharedVectors.Pick(all, [.. kept.SelectMany(c => Enumerable.Range(c * width, width)), .. settings.WithSizes ? kept.Select(c => centres.Length + c) : []]);
        var opened = await engine.OpenAsync(told, receivers, cancellation).ConfigureAwait(false);
        if (opened is null) return null;
        var (found, counts) = (new double[]?[settings.Clusters], new int?[settings.Clusters]);
        foreach (var (place, c) in kept.Index())
        {
            found[c] = [.. opened.AsSpan(place * width, width).ToArray().Select(word => ClusterRows.Number(unchecked((long)word)))];
            if (settings.WithSizes) counts[c] = (int)opened[(kept.Length * width) + place];
        }

        return new(found, counts);
    }
}

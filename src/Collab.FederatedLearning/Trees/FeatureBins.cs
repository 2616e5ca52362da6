using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>How the values of one column fall into bins: numbers between edges, or one bin for each known category; the last bin is that of what is missing.</summary>
/// <remarks>Immutable. It tells the edges or the categories of a column, and belongs to the column's owner.</remarks>
public sealed class FeatureBins
{
    /// <summary>Most bins of a column, that of missing values included: a bin's number is a byte.</summary>
    public const int MostBins = 256;

    private FeatureBins(string name, double[]? edges, string[]? categories) => (Name, _edges, _categories) = (name, edges, categories);

    private readonly double[]? _edges;
    private readonly string[]? _categories;

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>Whether the bins are categories and have no order.</summary>
    public bool IsCategory => _categories is not null;

    /// <summary>Bins of values: those of missing values not counted. At least 1.</summary>
    public int ValueBins => _edges is not null ? _edges.Length + 1 : _categories!.Length;

    /// <summary>The bin of missing values, and of categories that are not known.</summary>
    public int MissingBin => ValueBins;

    /// <summary>All bins.</summary>
    public int Count => ValueBins + 1;

    /// <summary>The upper edges, inclusive, of all bins but the last, ascending; empty for categories.</summary>
    public ReadOnlySpan<double> Edges => _edges;

    /// <summary>The categories in order of their bins; empty for numbers.</summary>
    public IReadOnlyList<string> Categories => _categories ?? [];

    /// <summary>Bins of numbers.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="edges">Finite, strictly ascending, at most 254: x is in the first bin whose edge is not below x, or in the last.</param>
    /// <exception cref="ArgumentException">The edges are not so.</exception>
    public static FeatureBins Ordered(string name, params ReadOnlySpan<double> edges)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (edges.Length > MostBins - 2) throw new ArgumentException("There are at most 254 edges.", nameof(edges));
        for (var i = 0; i < edges.Length; i++)
        {
            if (!double.IsFinite(edges[i]) || (i > 0 && !(edges[i - 1] < edges[i]))) throw new ArgumentException("Edges are finite and ascend.", nameof(edges));
        }

        return new(name, edges.ToArray(), null);
    }

    /// <summary>One bin for each category.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="categories">1 to 255, in ordinal order, each once.</param>
    /// <exception cref="ArgumentException">The categories are not so.</exception>
    public static FeatureBins Categorical(string name, IReadOnlyList<string> categories)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(categories);
        if (categories.Count is 0 or > MostBins - 1) throw new ArgumentException("There are 1 to 255 categories.", nameof(categories));
        for (var i = 1; i < categories.Count; i++)
        {
            if (string.CompareOrdinal(categories[i - 1], categories[i]) >= 0) throw new ArgumentException("Categories ascend in ordinal order.", nameof(categories));
        }

        return new(name, null, [.. categories]);
    }

    /// <summary>Bins of numbers with about as many values in each: at most <paramref name="count"/>, each with whole groups of equal values.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">The column; NaN is missing.</param>
    /// <param name="count">Most bins of values, 1 to 255.</param>
    /// <exception cref="CollabException">A value is infinite: <see cref="TreeErrors.ValueUnfit"/>.</exception>
    /// <remarks>An edge lies between two neighbouring values. A bin is closed once it has its share of the values not yet in a bin. O(n log n). Spec: train-trees, section Bins.</remarks>
    public static FeatureBins EqualFrequency(string name, ReadOnlySpan<double> values, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostBins - 1);
        var sorted = new double[values.Length];
        var present = 0;
        foreach (var value in values)
        {
            if (double.IsInfinity(value)) throw Unfit(name);
            if (!double.IsNaN(value)) sorted[present++] = value;
        }

        Array.Sort(sorted, 0, present);
        return OfSorted(name, sorted.AsSpan(0, present), count);
    }

    /// <summary>As <see cref="EqualFrequency"/>, of values that are finite and ascend.</summary>
    internal static FeatureBins OfSorted(string name, ReadOnlySpan<double> sorted, int count)
    {
        var present = sorted.Length;
        var distinct = present == 0 ? 0 : 1;
        for (var i = 1; i < present; i++) distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
        var edges = new List<double>();
        long remaining = present, inBin = 0;
        for (var i = 0; i < present - 1 && edges.Count < count - 1; i++)
        {
            inBin++;
            if (sorted[i] == sorted[i + 1]) continue;                        // equal values stay together
            if (distinct > count && inBin * (count - edges.Count) < remaining) continue;
            edges.Add(Between(sorted[i], sorted[i + 1]));
            (remaining, inBin) = (remaining - inBin, 0);
        }

        return Ordered(name, [.. edges]);
    }

    /// <summary>One bin for each category that occurs; null is missing.</summary>
    /// <exception cref="ArgumentException">There is none, or there are more than 255.</exception>
    public static FeatureBins OfCategories(string name, IReadOnlyCollection<string?> values) =>
        Categorical(name, [.. values.OfType<string>().Distinct().Order(StringComparer.Ordinal)]);

    /// <summary>The bin of a number; NaN is missing.</summary>
    /// <exception cref="CollabException">The number is infinite: <see cref="TreeErrors.ValueUnfit"/>.</exception>
    /// <exception cref="InvalidOperationException">The bins are categories.</exception>
    public byte BinOf(double value)
    {
        if (_edges is null) throw new InvalidOperationException("The column has categories.");
        if (double.IsNaN(value)) return (byte)MissingBin;
        if (double.IsInfinity(value)) throw Unfit(Name);
        var found = Array.BinarySearch(_edges, value);
        return (byte)(found >= 0 ? found : ~found);
    }

    /// <summary>The bin of a category: that of missing values for null, and for a category that was not there in training.</summary>
    /// <exception cref="InvalidOperationException">The bins are of numbers.</exception>
    public byte BinOf(string? category)
    {
        if (_categories is null) throw new InvalidOperationException("The column has numbers.");
        var found = category is null ? -1 : Array.BinarySearch(_categories, category, StringComparer.Ordinal);
        return (byte)(found >= 0 ? found : MissingBin);
    }

    /// <summary>Name, kind, edges or categories.</summary>
    internal void Encode(CanonicalWriter writer)
    {
        writer.Text(Name).Boolean(IsCategory);
        if (_categories is { } categories) writer.List(categories, (w, category) => w.Text(category));
        else writer.List(_edges!, (w, edge) => w.Int64(BitConverter.DoubleToInt64Bits(edge)));
    }

    /// <summary>Reads what <see cref="Encode"/> writes, strictly.</summary>
    internal static FeatureBins Decode(ref CanonicalReader reader)
    {
        var name = reader.Text();
        try
        {
            return reader.Boolean()
                ? Categorical(name, reader.List((ref CanonicalReader r) => r.Text()))
                : Ordered(name, reader.List((ref CanonicalReader r) => BitConverter.Int64BitsToDouble(r.Int64())));
        }
        catch (ArgumentException)
        {
            throw new MalformedException("bins in order, not too many");
        }
    }

    // a ≤ result < b: half way, unless rounding would reach b.
    private static double Between(double a, double b)
    {
        var middle = (a / 2) + (b / 2);
        return a <= middle && middle < b ? middle : a;
    }

    private static CollabException Unfit(string name) => new(TreeErrors.ValueUnfit, $"Column {name} has an infinite value.");
}

using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>For each bin of each feature, the sums of first and second derivatives over the rows of one node, exact, in units of 2^-f.</summary>
public sealed class Histogram
{
    /// <summary>A histogram of zeros.</summary>
    /// <param name="layout">Where which bin is.</param>
    public Histogram(HistogramLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        (Layout, First, Second) = (layout, new long[layout.Bins], new long[layout.Bins]);
    }

    /// <summary>Where which bin is.</summary>
    public HistogramLayout Layout { get; }

    /// <summary>Sums of first derivatives, shape [bins].</summary>
    internal long[] First { get; }

    /// <summary>Sums of second derivatives, shape [bins].</summary>
    internal long[] Second { get; }

    /// <summary>The sums over all bins of a feature: over the rows of the node.</summary>
    internal GradientSums TotalOf(int feature)
    {
        var (start, end) = (Layout.StartOf(feature), Layout.StartOf(feature + 1));
        long first = 0, second = 0;
        for (var i = start; i < end; i++)
        {
            first += First[i];
            second += Second[i];
        }

        return new(first, second);
    }

    /// <summary>Sums over rows of columns that stand in the layout from a feature on.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="from">The place of the first of them in the layout.</param>
    /// <param name="rows">The rows of the node.</param>
    /// <param name="gradients">The derivatives of all rows.</param>
    /// <remarks>Where memory is touched depends on bins: it is for the owner's own data. O(columns · rows).</remarks>
    internal void Add(IReadOnlyList<BinnedColumn> columns, int from, ReadOnlySpan<int> rows, Gradients gradients)
    {
        ReadOnlySpan<long> first = gradients.First, second = gradients.Second;
        for (var c = 0; c < columns.Count; c++)
        {
            var bins = columns[c].Rows;
            var (start, count) = (Layout.StartOf(from + c), Layout.Features[from + c].Count);
            Span<long> g = First.AsSpan(start, count), h = Second.AsSpan(start, count);
            unchecked
            {
                foreach (var row in rows)
                {
                    var bin = bins[row];
                    g[bin] += first[row];
                    h[bin] += second[row];
                }
            }
        }
    }

    /// <summary>This less another: the histogram of a node's other child.</summary>
    internal Histogram Less(Histogram other)
    {
        var result = new Histogram(Layout);
        for (var i = 0; i < First.Length; i++)
        {
            result.First[i] = First[i] - other.First[i];
            result.Second[i] = Second[i] - other.Second[i];
        }

        return result;
    }
}

/// <summary>Sums of first and second derivatives over some rows, in units of 2^-f.</summary>
internal readonly record struct GradientSums(long First, long Second)
{
    public static GradientSums operator +(GradientSums a, GradientSums b) => new(a.First + b.First, a.Second + b.Second);

    public static GradientSums operator -(GradientSums a, GradientSums b) => new(a.First - b.First, a.Second - b.Second);
}

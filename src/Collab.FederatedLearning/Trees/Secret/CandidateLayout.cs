namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>All splits that a node may take, in one order that is public: party after party, feature after feature, bin after bin of values.</summary>
/// <remarks>
/// A split at a bin sends to the left the rows at or below it, of categories those in it; missing values go to the right. The one at the last bin of numbers divides what is there from what is missing.
/// Number 0 stands for no split: all rows to the left.
/// </remarks>
internal sealed class CandidateLayout
{
    private readonly FeatureShape[][] _features;

    /// <summary>The splits by these features of each party.</summary>
    /// <exception cref="ArgumentException">There is no feature, or one has no bins or more than 255 of values.</exception>
    public CandidateLayout(IReadOnlyList<IReadOnlyList<FeatureShape>> features)
    {
        _features = [.. features.Select(own => own.ToArray())];
        if (_features.Any(own => own.Any(f => f.ValueBins is < 1 or >= FeatureBins.MostBins))) throw new ArgumentException("A feature has 1 to 255 bins of values.", nameof(features));
        Counts = [.. _features.Select(own => own.Sum(f => f.ValueBins))];
        if (Splits == 0) throw new ArgumentException("There is a feature at least.", nameof(features));
    }

    /// <summary>How many splits each party's features have.</summary>
    public int[] Counts { get; }

    /// <summary>How many there are.</summary>
    public int Splits => Counts.Sum();

    /// <summary>How many there are, no split included.</summary>
    public int Count => Splits + 1;

    /// <summary>Throws unless a party's columns are those that it states.</summary>
    /// <exception cref="ArgumentException">They are not, or not of so many rows.</exception>
    public void Require(int party, IReadOnlyList<BinnedColumn> columns, int rows)
    {
        if (!columns.Select(c => new FeatureShape(c.Bins.ValueBins, c.Bins.IsCategory)).SequenceEqual(_features[party])) throw new ArgumentException("The features that the party states.", nameof(columns));
        if (columns.Any(c => c.Rows.Length != rows)) throw new ArgumentException("All columns have a value for each row.", nameof(columns));
    }

    /// <summary>For each split of the columns, for each row, 1 where the row goes to the left: split after split.</summary>
    public static ulong[] Sides(IReadOnlyList<BinnedColumn> columns, int rows)
    {
        var sides = new ulong[checked(columns.Sum(c => c.Bins.ValueBins) * rows)];
        var at = 0;
        foreach (var column in columns)
        {
            var shape = new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory);
            for (var bin = 0; bin < shape.ValueBins; bin++, at += rows)
            {
                for (var row = 0; row < rows; row++) sides[at + row] = shape.GoesLeft(column.Rows[row], (byte)bin, missingLeft: false) ? 1UL : 0;
            }
        }

        return sides;
    }
}

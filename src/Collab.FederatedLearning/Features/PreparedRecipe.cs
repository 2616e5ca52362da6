using Collab.FederatedLearning.Trees;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>A recipe of which only weights of evidence are open, for which labels are needed: these may be at another owner.</summary>
public sealed class PreparedRecipe
{
    private readonly FeatureRecipe _recipe;
    private readonly FittedStep[] _steps;
    private readonly int[] _open;

    internal PreparedRecipe(FeatureRecipe recipe, FittedStep[] steps)
    {
        (_recipe, _steps) = (recipe, steps);
        _open = [.. Enumerable.Range(0, steps.Length).Where(i => steps[i].Map is BinMap { Output: BinOutput.Weight })];
    }

    /// <summary>The bins of the columns that wait for labels, in order; empty when the recipe is ready to be finished.</summary>
    public IReadOnlyList<FeatureBins> Open => [.. _open.Select(i => ((BinMap)_steps[i].Map).Bins)];

    /// <summary>The columns that wait for labels, in bins.</summary>
    /// <param name="from">The first of <see cref="Open"/> that is wanted.</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">The rows of training.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>One byte a row and column. A row whose level counts nowhere is in the last bin.</returns>
    /// <exception cref="CollabException">A value is refused: <see cref="FeatureErrors"/>.</exception>
    public async Task<IReadOnlyList<BinnedColumn>> BinAsync(int from, int count, ITrainingRows rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        FittedStep[] steps = [.. _open.Skip(from).Take(count).Select(i => _steps[i])];
        var binned = steps.Select(_ => new List<byte>()).ToArray();
        await foreach (var batch in rows.ReadAsync([.. steps.Select(step => step.Column)], cancellation).WithCancellation(cancellation).ConfigureAwait(false))
        {
            for (var i = 0; i < steps.Length; i++) steps[i].Bin(batch.Columns[i], binned[i]);
        }

        return [.. steps.Select((step, i) => BinnedColumn.OfBins(((BinMap)step.Map).Bins, [.. binned[i]]))];
    }

    /// <summary>The fitted recipe.</summary>
    /// <param name="counts">For each of <see cref="Open"/> the goods and bads of its bins; null where they are not told, and every weight is 0.</param>
    /// <exception cref="ArgumentException">There are more or fewer, or of other bins.</exception>
    public FittedRecipe Finish(params IReadOnlyList<BinCounts?> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count != _open.Length) throw new ArgumentException("There are counts of each column that waits for labels.", nameof(counts));
        var steps = _steps.ToArray();
        for (var i = 0; i < _open.Length; i++)
        {
            var (step, map) = (steps[_open[i]], (BinMap)steps[_open[i]].Map);
            if (counts[i] is not { } told) continue;
            if (told.Goods.Count != map.Bins.Count || told.Bads.Count != map.Bins.Count || told.GroupOf.Count != map.Bins.Count) throw new ArgumentException("There is a count for each bin.", nameof(counts));
            var merge = ((WeightOfEvidence)_recipe.Steps[_open[i]].Transformation).Merge;
            steps[_open[i]] = step with { Map = Weighted(map, told, merge) };
        }

        return new(_recipe.Id, _recipe.Scale, steps);
    }

    private BinMap Weighted(BinMap map, BinCounts counts, ChiMerge? merge)
    {
        var (bins, last) = (map.Bins, map.Bins.MissingBin);
        var groups = counts.Groups.ToList();
        if (merge is not null)
        {
            var apart = groups.Where(group => group is [var only] && only == last).ToList();           // missing values, unless they are counted with others
            groups = [.. ChiMerging.Merge(merge, counts, groups.Except(apart), !bins.IsCategory), .. apart];
        }

        long Sum(IReadOnlyList<long> of, List<int> group) => group.Sum(bin => counts.GroupOf[bin] == bin ? of[bin] : 0);
        var weights = EvidenceWeights.Of(new([.. groups.Select(g => Sum(counts.Goods, g))], [.. groups.Select(g => Sum(counts.Bads, g))])).Weights;
        var values = new long[bins.Count];
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var bin in groups[g]) values[bin] = FeatureRange.Round(weights[g] * FeatureRange.PowerOfTen(_recipe.Scale), bins.Name);
        }

        // Numbers get fewer bins; levels keep theirs, with the weight of their group.
        if (bins.IsCategory) return map with { Values = values };
        int[] tops = [.. groups.Where(group => group.Min() < last).Select(group => group.Where(bin => bin < last).Max()).Order()];
        return map with { Bins = FeatureBins.Ordered(bins.Name, [.. tops.SkipLast(1).Select(top => bins.Edges[top])]), Values = [.. tops.Select(top => values[top]), values[last]] };
    }
}

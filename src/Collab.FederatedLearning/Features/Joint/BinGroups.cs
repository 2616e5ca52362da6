using Collab.FederatedLearning.Trees;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>How the owner of bins merges them until none has too few of a label: each bin is counted in the place of its group's first.</summary>
internal sealed class BinGroups
{
    private readonly bool _ordered;
    private readonly long[] _sizes;
    private List<List<int>> _groups;

    /// <summary>Each bin by itself.</summary>
    public BinGroups(BinnedColumn column)
    {
        _ordered = !column.Bins.IsCategory;
        _sizes = new long[column.Bins.Count];
        foreach (var bin in column.Rows) _sizes[bin]++;
        _groups = [.. Enumerable.Range(0, _sizes.Length).Select(bin => new List<int> { bin })];
    }

    /// <summary>For each bin the first of its group.</summary>
    public byte[] GroupOf
    {
        get
        {
            var of = new byte[_sizes.Length];
            foreach (var group in _groups) group.ForEach(bin => of[bin] = (byte)group[0]);
            return of;
        }
    }

    /// <summary>Rows of each group, in the place of its first bin.</summary>
    public ulong[] Sizes
    {
        get
        {
            var sizes = new ulong[_sizes.Length];
            foreach (var group in _groups) sizes[group[0]] = (ulong)SizeOf(group);
            return sizes;
        }
    }

    /// <summary>Merges every group that has too few with another.</summary>
    /// <param name="tooFew">By the place of a group's first bin.</param>
    /// <returns>Whether there is more than one group with rows left to ask for.</returns>
    public bool Merge(ReadOnlySpan<bool> tooFew)
    {
        if (_ordered) MergeNeighbours(tooFew);
        else MergeTogether(tooFew, _groups);
        return _groups.Count(group => SizeOf(group) > 0) > 1;
    }

    // Numbers: with the smaller neighbour, from the lowest on; missing values, which have none, with the smallest group.
    private void MergeNeighbours(ReadOnlySpan<bool> tooFew)
    {
        var missing = _groups.Find(group => group.Contains(_sizes.Length - 1))!;
        var alone = missing.Count == 1;
        var values = alone ? _groups.Where(group => group != missing).ToList() : _groups;
        List<bool> few = [];
        foreach (var group in values) few.Add(tooFew[group[0]]);
        for (var i = 0; i < values.Count && values.Count > 1;)
        {
            if (!few[i])
            {
                i++;
                continue;
            }

            var left = i == values.Count - 1 || (i > 0 && SizeOf(values[i - 1]) <= SizeOf(values[i + 1])) ? i - 1 : i;
            values[left].AddRange(values[left + 1]);
            values.RemoveAt(left + 1);
            few.RemoveAt(left + 1);
            few[left] = false;                                     // asked for anew before it is merged again
            i = left + 1;
        }

        if (alone && tooFew[missing[0]]) values.MinBy(SizeOf)!.Add(missing[0]);
        else if (alone) values.Add(missing);
        _groups = values;
    }

    // Levels: all with too few become one group, with the smallest of the others if there is but one.
    private void MergeTogether(ReadOnlySpan<bool> tooFew, List<List<int>> groups)
    {
        List<List<int>> few = [], rest = [];
        foreach (var group in groups) (tooFew[group[0]] ? few : rest).Add(group);
        if (few.Count == 1 && rest.Where(group => SizeOf(group) > 0).MinBy(SizeOf) is { } smallest)
        {
            rest.Remove(smallest);
            few.Add(smallest);
        }

        _groups = few.Count == 0 ? rest : [.. rest, [.. few.SelectMany(group => group).Order()]];
    }

    private long SizeOf(List<int> group) => group.Sum(bin => _sizes[bin]);
}

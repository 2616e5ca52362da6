using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>A map from 128-bit keys to values of 0 or 16 bytes, on disk: layers of immutable sorted runs, so that a change costs what it changes.</summary>
/// <remarks>
/// A snapshot: <see cref="Extend"/> writes new files and describes a new snapshot, this one stays valid. Layers are merged while the one
/// below is not more than twice as large as the one above, so there are at most log₂ of the size of them, and a record is copied
/// log₂(size/change) times over its life (O'Neil et al., The log-structured merge-tree, 1996).
/// </remarks>
internal sealed class RecordStore : IDisposable
{
    private readonly string _folder;
    private readonly string _name;
    private readonly int _valueSize;
    private readonly List<(SortedRun? Puts, SortedRun? Removals)> _runs = [];

    public RecordStore(string folder, string name, int valueSize, IReadOnlyList<Segment> segments)
    {
        (_folder, _name, _valueSize, Segments) = (folder, name, valueSize, segments);
        try
        {
            foreach (var segment in segments)
            {
                var puts = segment.Puts is { } put ? SortedRun.Open(folder, put, valueSize) : null;
                _runs.Add((puts, null));
                if (segment.Removals is { } removed) _runs[^1] = (puts, SortedRun.Open(folder, removed, 0));
                if ((puts?.Count ?? 0) != segment.PutCount || (_runs[^1].Removals?.Count ?? 0) != segment.RemovalCount)
                {
                    throw IncrementalStateException.Damaged("a file of records has another length");
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The layers, the oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>Looks ascending keys up.</summary>
    /// <param name="keys">Ascending, distinct.</param>
    /// <param name="values">Receives the value of each key found; shape [n].</param>
    /// <returns>Which keys are there; shape [n].</returns>
    public bool[] Find(UInt128[] keys, UInt128[] values)
    {
        var found = new bool[keys.Length];
        int[] open = [.. Enumerable.Range(0, keys.Length)];
        for (var layer = _runs.Count - 1; layer >= 0 && open.Length > 0; layer--)
        {
            var settled = new bool[open.Length];
            var asked = Array.ConvertAll(open, i => keys[i]);
            var at = open;
            _runs[layer].Removals?.Find(asked, (i, _) => settled[i] = true);
            _runs[layer].Puts?.Find(asked, (i, value) =>
            {
                settled[i] = true;
                found[at[i]] = true;
                values[at[i]] = value;
            });
            open = [.. open.Where((_, i) => !settled[i])];
        }

        return found;
    }

    /// <summary>All records, ascending.</summary>
    public IEnumerable<(UInt128 Key, UInt128 Value)> Read()
    {
        IEnumerable<(UInt128 Key, UInt128 Value, bool There)> all = [];
        foreach (var (puts, removals) in _runs) all = Over(all, Layer(puts, removals));
        return all.Where(record => record.There).Select(record => (record.Key, record.Value));
    }

    /// <summary>Writes a change as a new layer, merges layers that have become too many, and describes the snapshot that results.</summary>
    /// <param name="puts">Ascending, distinct keys and their values.</param>
    /// <param name="removals">Ascending, distinct keys.</param>
    public IReadOnlyList<Segment> Extend((UInt128 Key, UInt128 Value)[] puts, UInt128[] removals)
    {
        if (puts.Length == 0 && removals.Length == 0) return Segments;
        // How many of the top layers go into one with the change; sizes are known before anything is written.
        var merged = 0;
        var size = (long)puts.Length + removals.Length;
        while (merged < Segments.Count && Segments[^(merged + 1)].Size <= 2 * size) size += Segments[^(++merged)].Size;

        IEnumerable<(UInt128, UInt128, bool)> all = [];
        foreach (var (below, taken) in _runs.TakeLast(merged)) all = Over(all, Layer(below, taken));
        all = Over(all, Layer(puts, removals));
        return [.. Segments.SkipLast(merged), Write(all, oldest: merged == Segments.Count)];
    }

    public void Dispose()
    {
        foreach (var (puts, removals) in _runs)
        {
            puts?.Dispose();
            removals?.Dispose();
        }
    }

    private Segment Write(IEnumerable<(UInt128 Key, UInt128 Value, bool There)> records, bool oldest)
    {
        var name = $"{_name}-{Guid.NewGuid():n}";
        using var puts = new SortedRunWriter(_folder, name + ".puts", _valueSize);
        using var removals = new SortedRunWriter(_folder, name + ".removals", 0);
        foreach (var (key, value, there) in records)
        {
            if (there) puts.Append(key, value);
            // Below the oldest layer there is nothing to take away; a put hides what lies below it in any case.
            else if (!oldest) removals.Append(key, 0);
        }

        return new Segment(Keep(puts), Keep(removals), puts.Count, removals.Count);

        string? Keep(SortedRunWriter writer)
        {
            writer.Finish();
            if (writer.Count > 0) return writer.Name;
            File.Delete(Path.Combine(_folder, writer.Name));
            return null;
        }
    }

    private static IEnumerable<(UInt128 Key, UInt128 Value, bool There)> Layer(SortedRun? puts, SortedRun? removals) =>
        Over((removals?.Read() ?? []).Select(record => (record.Key, default(UInt128), false)), (puts?.Read() ?? []).Select(record => (record.Key, record.Value, true)));

    private static IEnumerable<(UInt128 Key, UInt128 Value, bool There)> Layer((UInt128 Key, UInt128 Value)[] puts, UInt128[] removals) =>
        Over(removals.Select(key => (key, default(UInt128), false)), puts.Select(record => (record.Key, record.Value, true)));

    /// <summary>Merges two ascending streams; where both have a key, the upper one says what is.</summary>
    private static IEnumerable<(UInt128 Key, UInt128 Value, bool There)> Over(
        IEnumerable<(UInt128 Key, UInt128 Value, bool There)> lower, IEnumerable<(UInt128 Key, UInt128 Value, bool There)> upper)
    {
        using var a = lower.GetEnumerator();
        using var b = upper.GetEnumerator();
        bool hasA = a.MoveNext(), hasB = b.MoveNext();
        while (hasA || hasB)
        {
            if (!hasB || (hasA && a.Current.Key < b.Current.Key))
            {
                yield return a.Current;
                hasA = a.MoveNext();
                continue;
            }

            if (hasA && a.Current.Key == b.Current.Key) hasA = a.MoveNext();
            yield return b.Current;
            hasB = b.MoveNext();
        }
    }
}

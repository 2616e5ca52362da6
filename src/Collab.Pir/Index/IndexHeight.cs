namespace Collab.Pir.Index;

/// <summary>Records of a list that lie beside one another in the matrix, and so share its rows.</summary>
/// <param name="FirstRow">The first of their rows.</param>
/// <param name="Items">Where in the list they are, by column.</param>
internal readonly record struct IndexHeight(int FirstRow, ArraySegment<int> Items)
{
    /// <summary>A list parted by height, from the top.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A record is not of the table.</exception>
    public static List<IndexHeight> Of(IndexShape shape, int[] records)
    {
        var (sorted, items) = ((int[])records.Clone(), new int[records.Length]);
        for (var i = 0; i < items.Length; i++) items[i] = i;
        Array.Sort(sorted, items);                                  // by height, and by column in each
        if (sorted.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sorted[0], nameof(records));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sorted[^1], shape.Records, nameof(records));
        }

        var heights = new List<IndexHeight>();
        for (var start = 0; start < items.Length;)
        {
            var (height, end) = (sorted[start] / shape.Columns, start + 1);
            while (end < items.Length && sorted[end] / shape.Columns == height) end++;
            heights.Add(new(height * shape.RecordSize, new(items, start, end - start)));
            start = end;
        }

        return heights;
    }
}

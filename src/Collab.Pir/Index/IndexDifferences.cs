namespace Collab.Pir.Index;

/// <summary>By how much bytes of one height grew, and in which columns: a matrix that multiplies rows of A.</summary>
/// <param name="FirstRow">The first row of the table and the hint.</param>
/// <param name="Places">Which of the columns that were given, k of them.</param>
/// <param name="Factors">−255 to 255, row-major, shape [record size, k].</param>
internal sealed record IndexDifferences(int FirstRow, int[] Places, short[] Factors)
{
    /// <summary>The matrices of some changes.</summary>
    /// <param name="shape">Of the table.</param>
    /// <param name="changes">By column.</param>
    /// <param name="begin">The first that is meant.</param>
    /// <param name="end">The first after it that is not.</param>
    /// <param name="columns">The columns of those, ascending, each once.</param>
    public static IndexDifferences[] Of(IndexShape shape, IReadOnlyList<IndexChange> changes, int begin, int end, List<int> columns)
    {
        var (records, places) = (new int[end - begin], new int[end - begin]);
        for (var (i, place) = (0, 0); i < records.Length; i++)
        {
            records[i] = changes[begin + i].Record;
            while (columns[place] != records[i] % shape.Columns) place++;
            places[i] = place;
        }

        return [.. IndexHeight.Of(shape, records).Select(height =>
        {
            var factors = new short[checked(height.Items.Count * shape.RecordSize)];
            for (var j = 0; j < height.Items.Count; j++)
                changes[begin + height.Items[j]].CopyDifferences(factors.AsSpan(j), height.Items.Count);
            return new IndexDifferences(height.FirstRow, [.. height.Items.Select(item => places[item])], factors);
        })];
    }
}

namespace Collab.Psi.Circuit;

/// <summary>The receiver's items in bins, at most one in each, every item in one of its three.</summary>
internal static class CuckooTable
{
    private const int Empty = -1;
    private const int LongestWalk = 512;

    /// <summary>Places all items; timing depends on them, which only their owner sees.</summary>
    /// <param name="binsOfItems">bins[j·n + i] is the j-th bin of item i, shape [3, n].</param>
    /// <param name="binCount">Bins.</param>
    /// <returns>The item of each bin, −1 for none; null when no placement exists.</returns>
    public static int[]? PlaceVariableTime(ReadOnlySpan<int> binsOfItems, int binCount)
    {
        var items = new int[binCount];
        Array.Fill(items, Empty);
        var n = binsOfItems.Length / BinLayout.Choices;
        var state = 0x9E3779B97F4A7C15UL;                                    // where the walk turns need not be secret or fresh
        for (var i = 0; i < n; i++)
        {
            var (homeless, from) = (i, Empty);
            for (var step = 0; step < LongestWalk && homeless != Empty; step++)
            {
                var free = FreeBin(binsOfItems, items, homeless, n);
                if (free != Empty)
                {
                    (items[free], homeless) = (homeless, Empty);
                    break;
                }

                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                var choice = (int)(state % BinLayout.Choices);
                var bin = binsOfItems[(choice * n) + homeless];
                if (bin == from) bin = binsOfItems[((choice + 1) % BinLayout.Choices * n) + homeless];
                (items[bin], homeless, from) = (homeless, items[bin], bin);
            }

            if (homeless != Empty && !Augment(binsOfItems, items, homeless, n)) return null;
        }

        return items;
    }

    private static int FreeBin(ReadOnlySpan<int> bins, int[] items, int item, int n)
    {
        for (var j = 0; j < BinLayout.Choices; j++)
        {
            var bin = bins[(j * n) + item];
            if (items[bin] == Empty) return bin;
        }

        return Empty;
    }

    /// <summary>When the walk gave up: the shortest way to a free bin, found if there is any.</summary>
    private static bool Augment(ReadOnlySpan<int> bins, int[] items, int item, int n)
    {
        var cameFrom = new Dictionary<int, int>();                           // bin → the bin whose item may move here; −1 for the homeless one
        var queue = new Queue<(int Item, int Bin)>([(item, Empty)]);
        while (queue.TryDequeue(out var at))
        {
            for (var j = 0; j < BinLayout.Choices; j++)
            {
                var bin = bins[(j * n) + at.Item];
                if (!cameFrom.TryAdd(bin, at.Bin)) continue;
                if (items[bin] != Empty)
                {
                    queue.Enqueue((items[bin], bin));
                    continue;
                }

                for (var to = bin; ;)
                {
                    var before = cameFrom[to];
                    items[to] = before == Empty ? item : items[before];
                    if (before == Empty) return true;
                    to = before;
                }
            }
        }

        return false;
    }
}

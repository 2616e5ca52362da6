using System.Runtime.CompilerServices;

namespace Collab.SecretSharing.Expressions;

/// <summary>What one party computes of its own rows, or anybody of all rows when they are at one place: the meaning of the language.</summary>
/// <param name="self">The party whose rows these are; its rows alone are at hand.</param>
/// <param name="rows">How many rows each party has.</param>
/// <param name="columns">The columns at hand by name.</param>
internal sealed class PlainEvaluation(int self, IReadOnlyList<int> rows, IReadOnlyDictionary<string, long[]> columns)
{
    private readonly Dictionary<Node, long[]> _known = [];

    public long[] Of(Node node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return _known.TryGetValue(node, out var known) ? known : _known[node] = Compute(node);
    }

    private long[] Compute(Node node)
    {
        long[] At(int argument) => Of(node.Arguments[argument]);
        return node.Operation switch
        {
            Operation.Constant => [(long)node.Low],
            Operation.Input => columns[node.Input],
            Operation.Row => [.. Enumerable.Range(1, rows[self]).Select(i => (long)i)],
            Operation.Serial => [.. Enumerable.Range(1 + rows.Take(self).Sum(), rows[self]).Select(i => (long)i)],
            Operation.Party => [.. Enumerable.Repeat(self + 1L, rows[self])],
            Operation.Add => Zip(At(0), At(1), (a, b) => a + b),
            Operation.Subtract => Zip(At(0), At(1), (a, b) => a - b),
            Operation.Multiply => Zip(At(0), At(1), (a, b) => a * b),
            Operation.Less => Zip(At(0), At(1), (a, b) => a < b ? 1 : 0),
            Operation.Equal => Zip(At(0), At(1), (a, b) => a == b ? 1 : 0),
            Operation.Select => Choose(At(0), At(1), At(2)),
            Operation.Sum => [At(0).Sum()],
            Operation.Best => [At(1)[PlaceOfLargest(At(0))]],
            Operation.Top => Largest(node, At(0), node.Count),
            Operation.Order => Ordered(At(0), At(1)),
            Operation.RunningTotals => Totals(At(0)),
            Operation.Element => [node.Count <= At(0).Length ? At(0)[node.Count - 1] : throw ProgramErrors.TooFewRows(node.Count)],
            _ => throw new ArgumentException("No such operation.", nameof(node)),
        };
    }

    /// <summary>The place of the first of the largest.</summary>
    public static int PlaceOfLargest(long[] keys)
    {
        var best = 0;
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i] > keys[best]) best = i;
        }

        return best;
    }

    /// <summary>So many largest of a party's rows; the lowest value of the range where there are fewer.</summary>
    public static long[] LargestOrLow(Node node, long[] values, int count) =>
        [.. values.OrderDescending().Take(count), .. Enumerable.Repeat((long)node.Low, Math.Max(0, count - values.Length))];

    private static long[] Largest(Node node, long[] values, int count) =>
        values.Length >= count ? LargestOrLow(node, values, count) : throw ProgramErrors.TooFewRows(count);

    private static long[] Ordered(long[] keys, long[] values) => [.. Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]).Select(i => values[i])];

    private static long[] Totals(long[] values)
    {
        var total = 0L;
        return Array.ConvertAll(values, value => total += value);
    }

    private static long[] Zip(long[] a, long[] b, Func<long, long, long> operation)
    {
        var length = a.Length == 1 ? b.Length : a.Length;
        var result = new long[length];
        for (var i = 0; i < length; i++) result[i] = operation(a.Length == 1 ? a[0] : a[i], b.Length == 1 ? b[0] : b[i]);
        return result;
    }

    private static long[] Choose(long[] choice, long[] yes, long[] no)
    {
        var length = Math.Max(choice.Length, Math.Max(yes.Length, no.Length));
        static long Of(long[] values, int i) => values[values.Length == 1 ? 0 : i];
        return [.. Enumerable.Range(0, length).Select(i => Of(choice, i) != 0 ? Of(yes, i) : Of(no, i))];
    }
}

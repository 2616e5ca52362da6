using System.Buffers.Binary;
using System.Text;
using Collab.Data.Keys;
using Collab.Jobs;

namespace Collab.Engine.Runs;

/// <summary>Turns what a protocol says of keys into what a receiver is told of its rows.</summary>
/// <param name="question">The question.</param>
/// <param name="input">The receiver's input.</param>
/// <param name="rows">The receiver's keys and rows.</param>
internal sealed class IntersectionOutcome(IntersectionQuestion question, PlanInput input, KeyedRows rows)
{
    private readonly IReadOnlyList<IReadOnlyList<string>> _keys = question.KeysOf(input);

    /// <summary>The result of a question that tells rows.</summary>
    /// <param name="matches">The places of the keys that match, ascending.</param>
    /// <param name="there">For differences: how many keys the other owner has, by alternative.</param>
    public JobResult Of(IReadOnlyList<int> matches, IReadOnlyList<long> there) => question.Reveal switch
    {
        // A row whose key is blank cannot match by it, so it is a break as well: it is not known to be equal.
        Reveal.Differences => new JobResult.Differences(_keys, [.. Linked(matches, row => row.By.Count < question.KeyCount)], Counts(matches, there)),
        _ when question.KeyCount > 1 => new JobResult.LinkedRows(_keys, [.. Linked(matches, row => row.By.Count > 0)]),
        _ => new JobResult.Intersection(input.Key, MatchesOf(matches)),
    };

    /// <summary>The result of a join.</summary>
    /// <param name="join">What is joined.</param>
    /// <param name="matches">The places of the keys that match, ascending.</param>
    /// <param name="labels">Their labels, shape [matches, size].</param>
    /// <param name="size">Bytes of a label.</param>
    public JobResult Of(Reveal.Join join, IReadOnlyList<int> matches, ReadOnlyMemory<byte> labels, int size)
    {
        var label = new Dictionary<int, int>(matches.Count);
        for (var i = 0; i < matches.Count; i++) label.Add(matches[i], i);
        var told = rows.Outcome(label.ContainsKey).Where(row => row.Matched.Contains(true)).ToList();
        return new JobResult.Join(_keys, join.Of, join.Columns, new LazyList<JoinedRow>(told.Count, i =>
        {
            var first = told[i].Keys[told[i].Matched.Index().First(entry => entry.Item).Index];
            return new JoinedRow(ToLinkedRow(told[i]), JoinLabels.Read(labels.Slice(label[first] * size, size).Span, join.Columns.Count));
        }));
    }

    /// <summary>Keys by their places, ascending, as the receiver is told of them.</summary>
    /// <remarks>Made when they are asked for: of millions of matches only their places are held.</remarks>
    public LazyList<Match> MatchesOf(IReadOnlyList<int> matches)
    {
        if (question.KeyRule.Duplicate != DuplicateKeys.All) return Matches(matches.Count, i => (rows.Keys.Row(matches[i]), matches[i]));
        var matched = Marked(matches);
        var all = rows.Outcome(key => matched[key]).Where(row => row.Matched[0]).Select(row => (row.Row, Key: row.Keys[0])).ToList();
        return Matches(all.Count, i => all[i]);

        LazyList<Match> Matches(int count, Func<int, (long Row, int Key)> at) =>
            new(count, i => new Match(at(i).Row, PartsOf(rows.Keys[at(i).Key].Span)));
    }

    private IEnumerable<LinkedRow> Linked(IReadOnlyList<int> matches, Func<LinkedRow, bool> isTold)
    {
        var matched = Marked(matches);
        return rows.Outcome(key => matched[key]).Select(ToLinkedRow).Where(isTold);
    }

    private LinkedRow ToLinkedRow(KeyedRow row)
    {
        var values = new Dictionary<string, string>();
        foreach (var (columns, key) in _keys.Zip(row.Keys))
        {
            var parts = key < 0 ? null : PartsOf(rows.Keys[key].Span);
            foreach (var (i, column) in columns.Index())
            {
                if (parts is not null) values[column] = parts[i];
                else values.TryAdd(column, "");
            }
        }

        return new LinkedRow(row.Row, [.. values.Values], [.. row.Matched.Index().Where(entry => entry.Item).Select(entry => entry.Index + 1)]);
    }

    private List<KeyCounts> Counts(IReadOnlyList<int> matches, IReadOnlyList<long> there)
    {
        var matched = new long[question.KeyCount];
        foreach (var key in matches) matched[question.KeyCount == 1 ? 0 : rows.Keys[key].Span[0] - 1]++;
        return [.. matched.Select((count, i) => new KeyCounts(rows.CountOf[i], count, there[i]))];
    }

    private bool[] Marked(IReadOnlyList<int> matches)
    {
        var marked = new bool[rows.Keys.Count];
        foreach (var key in matches) marked[key] = true;
        return marked;
    }

    private List<string> PartsOf(ReadOnlySpan<byte> key) => PartsOfKey(question.KeyCount > 1 ? key[1..] : key); // behind the number of the alternative

    /// <summary>A canonical key back in its parts: u32 length and UTF-8 each.</summary>
    internal static List<string> PartsOfKey(ReadOnlySpan<byte> key)
    {
        var parts = new List<string>();
        while (!key.IsEmpty)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(key);
            parts.Add(Encoding.UTF8.GetString(key.Slice(4, size)));
            key = key[(4 + size)..];
        }

        return parts;
    }
}

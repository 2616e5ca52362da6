using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Expressions;

/// <summary>What a program does and costs, for given numbers of rows: said before anybody approves it.</summary>
/// <param name="Shared">Values that the parties work out of their own rows and share.</param>
/// <param name="Products">Products on shares.</param>
/// <param name="Comparisons">Comparisons on shares.</param>
/// <param name="Sorted">Values sorted on shares.</param>
/// <param name="Opened">What is opened: its name, how many values, and whether it has a value for each row.</param>
/// <param name="Messages">Messages of all parties.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record ProgramOutlook(
    long Shared, long Products, long Comparisons, long Sorted, IReadOnlyList<(string Name, int Count, bool IsPerRow)> Opened, long Messages, long Bytes)
{
    /// <summary>About how many triples of each kind two parties use if they made enough ahead.</summary>
    public (long Products, long Conjunctions) Triples { get; init; }
}

/// <content>The outlook of a program.</content>
public sealed partial class JointProgram
{
    /// <summary>What it does and costs with so many rows of each party.</summary>
    /// <param name="security">Whether one party may deviate.</param>
    /// <param name="rows">Rows of each party in order; the most that each may have when null.</param>
    public ProgramOutlook Describe(SecurityModel security, IReadOnlyList<int>? rows = null)
    {
        var count = new Counter(rows ?? _mostRows, security == SecurityModel.Malicious, Dealer is not null);
        foreach (var opened in _opened) count.Visit(opened.Value);
        return count.Outlook([.. _opened.Select(o => (o.Name, o.Value.Extent.LengthWith(rows ?? _mostRows), o.Value.Extent.Kind is ExtentKind.AllRows or ExtentKind.RowsOf))]);
    }

    // Walks what SharedEvaluation does.
    private sealed class Counter(IReadOnlyList<int> rows, bool isChecked, bool isDealt)
    {
        private const long CheckMessages = 40, CheckBytes = 229_000; // proofs of words and of bits before an opening
        private readonly VectorTraffic _traffic = new(rows.Count, isChecked, isDealt);
        private readonly HashSet<Node> _seen = [];
        private readonly HashSet<(Node Key, Node Value)> _sorted = [];
        private readonly int _parties = rows.Count;
        private long _shared, _products, _comparisons, _sortedValues;

        public ProgramOutlook Outlook(IReadOnlyList<(string Name, int Count, bool IsPerRow)> opened)
        {
            var checks = isChecked ? opened.Count + 1 : 0;
            _traffic.Send(_traffic.IsPair ? 4 : 12, _traffic.IsPair ? 24 : 150); // the numbers of rows, and the keys of three
            if (isDealt) _traffic.Send(3, 0);                       // two seeds, and the end
            else if (_traffic.IsPair) _traffic.Send(2, 2);          // what each has in store: nothing, or less is made
            return new(
                _shared, _products, _comparisons, _sortedValues, opened,
                _traffic.Messages + ((_traffic.IsPair ? 2 : 6) * opened.Count) + (checks * CheckMessages),
                _traffic.Bytes + opened.Sum(o => (_traffic.IsPair ? 16L : 48) * o.Count) + (checks * CheckBytes))
            {
                Triples = _traffic.Triples,
            };
        }

        public void Visit(Node node)
        {
            if (!_seen.Add(node)) return;
            var length = node.Extent.LengthWith(rows);
            if (node.Knower.IsLocal)
            {
                if (node.Knower.Kind != KnowerKind.Everybody) Bring(length, node.Knower.Kind == KnowerKind.One ? 1 : _parties);
                return;
            }

            var argument = node.Arguments[0];
            var isEach = argument.Knower.Kind == KnowerKind.EachItsRows;
            switch (node.Operation)
            {
                case Operation.Sum when isEach:
                    Bring(_parties, _parties);
                    return;
                case Operation.Best when isEach && node.Arguments[1].Knower.IsLocal && node.Arguments[1].Knower.Kind != KnowerKind.One:
                    Bring(2 * _parties, 2 * _parties);
                    Tournament(_parties, Node.BitsBetween(argument, argument));
                    return;
                case Operation.Top when isEach:
                    Bring(_parties * node.Count, _parties);
                    Sort(_parties * node.Count, WidthOf(argument), 1);
                    return;
            }

            foreach (var one in node.Arguments) Visit(one);
            switch (node.Operation)
            {
                case Operation.Multiply when node.Arguments.All(a => a.Knower.Kind != KnowerKind.Everybody):
                case Operation.Select:
                    Multiply(length);
                    break;
                case Operation.Less or Operation.Equal:
                    Compare(length, Node.BitsBetween(argument, node.Arguments[1]));
                    break;
                case Operation.Best:
                    Tournament(argument.Extent.LengthWith(rows), Node.BitsBetween(argument, argument));
                    break;
                case Operation.Top:
                    Sort(argument.Extent.LengthWith(rows), WidthOf(argument), 1);
                    break;
                case Operation.Order when _sorted.Add((argument, node.Arguments[1])):
                    Sort(length, WidthOf(argument), 1);
                    break;
            }
        }

        private static int WidthOf(Node key) => (int)Math.Max(1, (key.High - key.Low).GetBitLength());

        private void Bring(long count, int messages)
        {
            _shared += count;
            _traffic.Input(count, messages);
            for (var vector = 0; isChecked && vector < messages; vector++) _traffic.Compare(Math.Max(1, 2 * count / messages), 63); // the ranges
        }

        private void Multiply(long count)
        {
            _products += count;
            _traffic.Multiply(count);
        }

        private void Compare(long count, int bits)
        {
            _comparisons += count;
            _traffic.Compare(count, bits);
        }

        private void Tournament(long count, int bits)
        {
            for (; count > 1; count = (count + 1) / 2)
            {
                Compare(count / 2, bits);
                Multiply(count / 2 * 2);
            }
        }

        private void Sort(long count, int bits, int vectors)
        {
            if (count < 2) return;
            _sortedValues += count;
            if (isChecked || _traffic.IsPair) _traffic.Compare(count, bits); // to bits, which a sort by comparisons does not need for itself
            _traffic.Sort(count, bits, vectors, VectorTraffic.Log(count));
        }
    }
}

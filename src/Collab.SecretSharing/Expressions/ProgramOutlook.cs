using System.Numerics;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

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
    long Shared, long Products, long Comparisons, long Sorted, IReadOnlyList<(string Name, int Count, bool IsPerRow)> Opened, long Messages, long Bytes);

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

    // Walks what SharedEvaluation does. The rates are those of "Cost" in specs/replicated-sharing.md and two-party-ring.md, for all parties together; what
    // proofs add is measured on vectors of 3 to 900 elements (SealedBidTests), and less for longer ones.
    private sealed class Counter(IReadOnlyList<int> rows, bool isChecked, bool isDealt)
    {
        private const double PlaneRow = 512;                       // elements to which bit planes are filled up
        private const long CheckMessages = 40, CheckBytes = 229_000; // proofs of words and of bits before an opening
        private readonly int _proved = isChecked ? 7 : 1;          // what passes for each byte of the protocol itself
        private readonly HashSet<Node> _seen = [];
        private readonly HashSet<(Node Key, Node Value)> _sorted = [];
        private readonly int _parties = rows.Count;
        private long _shared, _products, _comparisons, _sortedValues, _messages = rows.Count == 2 ? 4 : 12;
        private double _bytes = rows.Count == 2 ? 24 : 150, _transfers;

        private bool IsPair => _parties == 2;

        public ProgramOutlook Outlook(IReadOnlyList<(string Name, int Count, bool IsPerRow)> opened)
        {
            var checks = isChecked ? opened.Count + 1 : 0;
            if (isDealt) _messages += 3;                            // two seeds, and the end
            if (_transfers > 0)
            {
                _messages += 14;                                    // the set-up of transfers, both ways
                _bytes += (2 * ExtendedTransfers.SetUpCost.Bytes) + ExtendedTransfers.CostOf(TransferForm.Extension, (long)_transfers).Bytes;
            }

            return new(
                _shared, _products, _comparisons, _sortedValues, opened,
                _messages + ((IsPair ? 2 : 6) * opened.Count) + (checks * CheckMessages),
                (long)_bytes + opened.Sum(o => (IsPair ? 16L : 48) * o.Count) + (checks * CheckBytes));
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
            if (IsPair) return;                                     // a value stays with its owner, whole
            _messages += messages;
            _bytes += 8 * count;
            for (var vector = 0; isChecked && vector < messages; vector++) Compare(Math.Max(1, 2 * count / messages), 63, counted: false); // the ranges
        }

        private void Multiply(long count)
        {
            _products += count;
            Words(count);
        }

        private void Words(double count)
        {
            _messages += isDealt ? 4 : IsPair ? 6 : 3;
            _bytes += (isDealt ? 40 : IsPair ? 2 * 296.0 : 24.0 * _proved) * count;
            if (IsPair && !isDealt) _transfers += 128 * count;
        }

        private void Compare(long count, int bits, bool counted = true)
        {
            if (counted) _comparisons += count;
            if (IsPair)
            {
                var padded = Math.Ceiling(count / PlaneRow) * PlaneRow;
                _messages += 4 * (4 + Log(bits));
                _bytes += padded * (isDealt ? 114 + 40 : 46 * 2) * bits / 63; // with a dealer 182 conjunctions of 5/8 bytes, and a word
                if (!isDealt) _transfers += padded * 364 * bits / 63;
                return;
            }

            _messages += 3 * (4 + Log(bits));
            _bytes += 3 * _proved * ((Math.Ceiling(count / PlaneRow) * PlaneRow * (((bits + 1) / 24.0) + (3 * bits / 8.0))) + (count * 10.7));
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
            Compare(count, bits, counted: false);                   // to bits
            if (!isChecked && !IsPair)
            {
                _messages += 3L * 8 * ((bits + 1) / 2);
                _bytes += 3 * 88.0 * count * ((bits + 1) / 2);
                return;
            }

            var t = Log(count);
            for (var stage = 0; stage < t * (t + 1) / 2; stage++)
            {
                Compare(count / 2, bits + t, counted: false);
                Words((vectors + 1.0) * (count / 2));
            }
        }

        private static int Log(long value) => value <= 1 ? 0 : BitOperations.Log2((ulong)value - 1) + 1;
    }
}

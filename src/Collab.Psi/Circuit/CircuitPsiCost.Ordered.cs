using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Vectors;

namespace Collab.Psi.Circuit;

/// <content>What ranks over rows that match cost.</content>
public sealed partial record CircuitPsiCost
{
    // A row of the orderer in its shares, as 16 bytes a word with passing copies, and the sorted bins.
    private const long BytesPerOrderedRow = 400;

    /// <summary>Aligning two tables once and all plans of <see cref="JoinedRanks"/> over them, when every smallest group is reached.</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver, who orders its rows.</param>
    /// <param name="plans">What is opened, plan after plan.</param>
    /// <param name="form">How transfers are made.</param>
    /// <param name="isAligned">Whether the rows are aligned already.</param>
    /// <remarks>Rank sums are counted exactly; comparisons of distances and quantiles as <see cref="VectorTraffic"/> reckons them, with transfers by extension.</remarks>
    public static CircuitPsiCost OfOrdered(int senderItems, int receiverItems, IReadOnlyList<OrderedPlan> plans, TransferForm form, bool isAligned = false)
    {
        var operations = new Operations(form);
        var shared = Of(senderItems, receiverItems, new CircuitPlan(), operations);     // 1
        var isEmpty = senderItems == 0 || receiverItems == 0;
        var (bins, rows) = isEmpty ? (0, 0) : (BinLayout.Of(receiverItems).BinCount, receiverItems);
        if (isAligned) (shared, operations) = (new(0, 0, 0, 0, 0), new Operations(form));
        HashSet<(int?, int?)> members = [], exchanged = [];
        foreach (var plan in plans)
        {
            operations.Send(2 * Digest.Size);                                           // 2
            if (plan.SubsetOfSender is { } subset && members.Add((subset, null))) operations.And(bins); // 3
            if (plan.SubsetOfReceiver is not null && members.Add((plan.SubsetOfSender, plan.SubsetOfReceiver))) operations.And(bins); // 3
            if (plan.Statistic == OrderedStatistic.Correlation)
            {
                var ofSender = isEmpty ? default : (Bins: BinLayout.Of(senderItems).BinCount, Rows: senderItems);
                if (plan.SubsetOfReceiver is { } exchangedSubset && exchanged.Add((exchangedSubset, null))) operations.And(ofSender.Bins); // 3, in the other direction
                if (plan.SubsetOfSender is not null && exchanged.Add((plan.SubsetOfReceiver, plan.SubsetOfSender))) operations.And(ofSender.Bins); // 3
                if (!isEmpty) operations.Send(StoreBytes(senderItems));                 // 11
                operations.Correlated((bins, rows), ofSender);                          // 4 – 13
                continue;
            }

            if (plan.AreGroupsOfSender && !isEmpty) operations.Send((plan.GroupCount - 1) * StoreBytes(senderItems)); // 3
            operations.Ordered(plan, bins, rows);                                       // 3 – 10
        }

        var cost = operations.AddedTo(shared);
        return cost with { MemoryBytes = cost.MemoryBytes + (BytesPerOrderedRow * bins) };
    }

    private sealed partial class Operations
    {
        private const int RowWordBits = 64;

        /// <summary>Steps 3 to 10 of specs/joined-ranks.md.</summary>
        public void Ordered(OrderedPlan plan, int bins, int rows)
        {
            var (groups, words) = (plan.GroupCount, new VectorTraffic(2, isChecked: false));
            for (var g = 1; g < groups; g++) And(bins);                                 // 3
            Moves(KnownMoves.MovesOfPermutation(bins), RowShares.SizeOf(false, groups)); // 4
            Select(rows, RowWordBits, groups);                                          // 4
            Threshold(CountBits, groups, opens: false);                                 // 5
            for (var left = groups; left > 1; left -= left / 2) And(left / 2);
            Send(2);
            switch (plan.Statistic)
            {
                case OrderedStatistic.RankSums:
                    for (var run = 0; run < 3; run++) Moves(KnownMoves.MovesOfCarry(rows), sizeof(ulong)); // 6, 7
                    Select(rows, RowWordBits, (2 * groups) + 4);                        // 7
                    Send(Gf128.Size * (2L * groups + 1));                               // 10
                    break;
                case OrderedStatistic.Distance:
                    Moves(KnownMoves.MovesOfCarry(rows), sizeof(ulong));                // 8
                    Select(rows, RowWordBits, 7);                                       // 8
                    words.Largest(rows);                                                // 8
                    Send(Gf128.Size * (groups + 2L));
                    break;
                default:
                    Halvings(plan.Targets.Count, rows, words);                          // 9
                    Send(Gf128.Size * ((long)groups + plan.Targets.Count));
                    break;
            }

            (_bytes, _flights) = (_bytes + words.Bytes, _flights + words.Messages);
        }

        /// <summary>A correlation: steps 4 to 7 in both directions, and 10 to 13.</summary>
        public void Correlated((int Bins, int Rows) ofReceiver, (int Bins, int Rows) ofSender)
        {
            var tagBits = TaggedRows.TagBits(ofSender.Rows);
            foreach (var ((bins, rows), bits, runs, selections) in new[] { (ofReceiver, tagBits + 1, 3, 5), (ofSender, 1, 4, 7) })
            {
                Moves(KnownMoves.MovesOfPermutation(bins), RowShares.SizeOf(false, bits)); // 4
                for (var run = 0; run < runs; run++) Moves(KnownMoves.MovesOfCarry(rows), sizeof(ulong)); // 6, 7, 13
                Select(rows, RowWordBits, selections);                                  // 4, 7, 13
            }

            Threshold(CountBits);                                                       // 5
            for (var party = 0; party < 2; party++)
            {
                Moves(KnownMoves.MovesOfExchange(ofReceiver.Rows), RowShares.SizeOf(true, tagBits)); // 12
                Moves(KnownMoves.MovesOfPermutation(ofReceiver.Rows + ofSender.Rows), RowShares.SizeOf(true, tagBits)); // 12
            }

            Send(2 * Bytes((long)(ofReceiver.Rows + ofSender.Rows) * tagBits));         // 12
            Send(Gf128.Size * 4L);                                                      // 10
        }

        private void Halvings(int targets, int rows, VectorTraffic words)
        {
            for (var left = targets; left > 0 && rows > 0; left -= OrderedRows.TargetsAtATime(rows))
            {
                var together = Math.Min(left, OrderedRows.TargetsAtATime(rows));
                for (var half = OrderedRows.PlacesOf(rows) / 2; half > 0; half /= 2)
                {
                    words.Compare(together, RowWordBits - 1);
                    Select(together * half, RowWordBits, 4);
                }
            }
        }

        private void Select(int count, int wordBits, int times)
        {
            for (var i = 0; i < times; i++) Select(count, wordBits);
        }

        private void Moves(IEnumerable<int> batches, int rowSize)
        {
            foreach (var moves in batches)
            {
                Take(moves);
                Send(Bytes(moves));
                Send((long)moves * rowSize);
            }
        }
    }
}

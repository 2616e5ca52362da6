using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Ranks;

namespace Collab.Psi.Circuit;

/// <content>Spearman's correlation of two columns, of which each party has one: specs/joined-ranks.md, steps 11 to 13.</content>
public static partial class JoinedRanks
{
    /// <summary>One party's part of a correlation of ranks: N, Σ of products of twice the ranks, Σ (t³ − t) of the receiver's column and of the sender's.</summary>
    /// <param name="rows">The rows of both, aligned; the plan's sender and receiver are those of this alignment.</param>
    /// <param name="exchanged">The same rows aligned with the roles exchanged, with the same subsets.</param>
    /// <param name="values">The value of each of this party's rows; of at most <see cref="MostRows"/> at either.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>What the plan opens, at the party it names; null at the other.</returns>
    /// <exception cref="ArgumentException">A column of another length, too many rows, or a plan that is none; nothing was sent.</exception>
    /// <exception cref="CollabException">With <see cref="CircuitTotals.GroupTooSmall"/>: too few rows match; nothing was opened, and another plan may follow.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<OrderedTotals?> CorrelateAsync(
        SharedRows rows, SharedRows exchanged, ReadOnlyMemory<long> values, OrderedPlan plan, CancellationToken cancellation = default)
    {
        CheckCorrelation(rows, exchanged, values, plan);
        await JoinedTotals.AgreeAsync(rows.Channel, Agreement, plan.Digest(), cancellation).ConfigureAwait(false);                                   // 2 ↔
        var ofReceiver = rows.IsSender ? null : new RowOrder(rows, values.Span, plan.SubsetOfReceiver);
        var ofSender = rows.IsSender ? new RowOrder(exchanged, values.Span, plan.SubsetOfSender) : null;
        var tagBits = TaggedRows.TagBits(exchanged.ReceiverCount);
        using var tagged = await TaggedAsync(rows, exchanged, ofSender, ofReceiver, tagBits, plan, cancellation).ConfigureAwait(false);              // 11 ↔
        using var ordered = await OrderedRows.CreateAsync(
            rows.Engine, BooleanParty.Second, ofReceiver?.Joined, [tagged.BitsOf(tagBits, rows.ReceiverCount)], cancellation).ConfigureAwait(false); // 4 ↔
        using var counts = ordered.Counts;
        await RequireEnoughAsync(rows.Engine, counts, plan, cancellation).ConfigureAwait(false);                                                     // 5 ↔
        using var ranks = await ordered.DoubledRanksAsync(cancellation).ConfigureAwait(false);                                                       // 6 ↔
        var tiesOfReceiver = await ordered.TiesAsync(cancellation).ConfigureAwait(false);                                                            // 7 ↔
        var (atSender, met) = await OrderAsync(exchanged, ofSender, plan.Exchanged, cancellation).ConfigureAwait(false);                             // 3, 4 ↔
        using (atSender)
        using (met)
        {
            var placed = await TaggedRows.PlaceAsync(rows.Engine, ranks, tagged, met, rows.Random, cancellation).ConfigureAwait(false);              // 12 ↔
            var products = await atSender.SumOfDoubledRanksAsync(placed, cancellation).ConfigureAwait(false);                                        // 13 ↔
            var tiesOfSender = await atSender.TiesAsync(cancellation).ConfigureAwait(false);                                                         // 7 ↔
            Array.Clear(placed);
            using var statistics = new SharedWords([products, tiesOfReceiver, tiesOfSender], WordBits);
            return await OpenTotalsAsync(rows, counts, statistics, plan, cancellation).ConfigureAwait(false);                                        // 10 →
        }
    }

    private static void CheckCorrelation(SharedRows rows, SharedRows exchanged, ReadOnlyMemory<long> values, OrderedPlan plan)
    {
        plan.Check();
        if (plan.Statistic != OrderedStatistic.Correlation) throw new ArgumentException("A plan of a correlation.", nameof(plan));
        if (rows.IsSender == exchanged.IsSender) throw new ArgumentException("Aligned in both directions.", nameof(exchanged));
        if (values.Length != rows.RowCount) throw new ArgumentException("A value for each row.", nameof(values));
        if (Math.Max(rows.ReceiverCount, exchanged.ReceiverCount) > MostRows) throw new ArgumentException($"At most {MostRows} rows are ordered.", nameof(rows));
    }

    /// <summary>Step 11: of each row of the receiver, in its order, the tag of the sender's row of that key in the lower bits, meaningless where none matches, and whether one does above.</summary>
    private static async Task<RowShares> TaggedAsync(
        SharedRows rows, SharedRows exchanged, RowOrder? ofSender, RowOrder? ofReceiver, int tagBits, OrderedPlan plan, CancellationToken cancellation)
    {
        var tags = new ulong[rows.IsSender ? rows.RowCount : 0];
        for (var place = 0; ofSender is not null && place < exchanged.ReceiverCount; place++) tags[exchanged.Items![ofSender.Bins[place]]] = (ulong)place + 1;
        var bits = await rows.BitsAsync(tags, cancellation).ConfigureAwait(false);                                                                   // 11 →
        var members = await rows.MembersAsync(plan.SubsetOfSender, plan.SubsetOfReceiver, cancellation).ConfigureAwait(false);                       // 3 ↔
        for (var bin = 0; bin < bits.Length; bin++) bits[bin] = (bits[bin] & ((1UL << tagBits) - 1)) | (members.Share.Bit(bin) << tagBits);
        var tagged = new RowShares(null, bits, tagBits + 1);
        await KnownMoves.PermuteAsync(rows.Engine, BooleanParty.Second, ofReceiver?.Bins ?? default, tagged, cancellation).ConfigureAwait(false);    // 4 ↔
        Array.Clear(tags);
        return tagged;
    }

    /// <summary>Steps 3 and 4 in the other direction: the sender's rows in its order, and for each whether it counts.</summary>
    private static async Task<(OrderedRows Ordered, SharedBits Members)> OrderAsync(SharedRows exchanged, RowOrder? ofSender, OrderedPlan plan, CancellationToken cancellation)
    {
        using var group = await RowGroups.ShareAsync(exchanged, default, plan, cancellation).ConfigureAwait(false);                                  // 3 ↔
        await KnownMoves.PermuteAsync(exchanged.Engine, BooleanParty.Second, ofSender?.Bins ?? default, group, cancellation).ConfigureAwait(false);  // 4 ↔
        var ordered = await OrderedRows.CreateAsync(
            exchanged.Engine, BooleanParty.Second, ofSender?.Joined, [group.BitsOf(0, exchanged.ReceiverCount)], cancellation).ConfigureAwait(false); // 4 ↔
        return (ordered, group.BitsOf(0, exchanged.ReceiverCount));
    }
}

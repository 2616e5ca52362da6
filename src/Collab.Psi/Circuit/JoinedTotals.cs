using System.Buffers;
using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Totals of products of columns of two parties over the rows whose keys match, which neither party learns; opened to the receiver, from the plan's smallest group on.</summary>
/// <remarks>
/// Semi-honest. Both learn one bit: whether the rows that match, and those of every cell, reach the smallest group. The receiver learns the totals, exactly;
/// nothing else. Steps: specs/analysis-joined.md. Source of the products: Gilboa, CRYPTO 1999, with correlated transfers.
/// </remarks>
public static class JoinedTotals
{
    private const int WordBits = 128;
    private const int CountBits = 32;

    private static readonly StepId Agreement = new("analysis-joined.2");

    /// <summary>One party's part; several plans may follow one another over the same rows.</summary>
    /// <param name="rows">The rows of both, aligned.</param>
    /// <param name="columns">A value of each row of this party, for each of the plan's columns of it, shape [p][n]; those of rows outside its subset are not looked at.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The total of each term of the plan, in its order, at the receiver; null at the sender.</returns>
    /// <exception cref="ArgumentException">A value is outside its column's range, or the plan is none; nothing was sent.</exception>
    /// <exception cref="InsecureParametersException">A total could wrap; nothing was sent.</exception>
    /// <exception cref="CollabException">With <see cref="CircuitTotals.GroupTooSmall"/>: too few rows match; nothing was opened, and another plan may follow.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<IReadOnlyList<BigInteger>?> OpenAsync(
        SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, CancellationToken cancellation = default)
    {
        plan.Check();
        CheckColumns(rows, columns, plan);
        await AgreeAsync(rows.Channel, plan, cancellation).ConfigureAwait(false);                                                                   // 2 ↔
        var ofSender = await rows.ColumnsAsync(plan.OfSender.Count, rows.IsSender ? columns : [], cancellation).ConfigureAwait(false);              // 3 →
        using var terms = new JoinedTerms(
            rows, await rows.MembersAsync(plan.SubsetOfSender, plan.SubsetOfReceiver, cancellation).ConfigureAwait(false), ofSender, columns, plan); // 4 ↔
        using var count = await terms.TotalAsync(new(null, null), cancellation).ConfigureAwait(false);                                              // 5 ↔
        var enough = await IsEnoughAsync(rows.Engine, count, plan, cancellation).ConfigureAwait(false);                                             // 6 ↔
        var totals = new SharedWords?[plan.Terms.Count];
        try
        {
            for (var t = 0; t < totals.Length; t++)
            {
                if (!plan.Terms[t].IsCell) continue;
                totals[t] = await terms.TotalAsync(plan.Terms[t], cancellation).ConfigureAwait(false);                                              // 5 ↔
                using var cell = await IsEnoughAsync(rows.Engine, totals[t]!, plan, cancellation).ConfigureAwait(false);                            // 6 ↔
                using var before = enough;
                enough = await BooleanGates.AndAsync(rows.Engine, before, cell, cancellation).ConfigureAwait(false);                                // 6 ↔
            }

            var opened = await BooleanGates.OpenAsync(rows.Engine, enough, cancellation).ConfigureAwait(false);                                     // 6 ↔
            if (!opened[0])
                throw new CollabException(CircuitTotals.GroupTooSmall, "Fewer rows match, or are in a cell, than the plan's least group; nothing was opened.");

            for (var t = 0; t < totals.Length; t++)
                totals[t] ??= await terms.TotalAsync(plan.Terms[t], cancellation).ConfigureAwait(false);                                            // 7 ↔
            using var all = new SharedWords([.. totals.Select(total => total!.Share[0])], WordBits);
            var words = await WordOpening.OpenAsync(rows.Engine, all, BooleanParty.Second, cancellation).ConfigureAwait(false);                     // 8 →
            return words is null ? null : [.. words.Select(word => (BigInteger)unchecked((Int128)word))];
        }
        finally
        {
            enough.Dispose();
            foreach (var total in totals) total?.Dispose();
        }
    }

    private static void CheckColumns(SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan)
    {
        var (declared, subset) = rows.IsSender ? (plan.OfSender, plan.SubsetOfSender) : (plan.OfReceiver, plan.SubsetOfReceiver);
        if (columns.Count != declared.Count) throw new ArgumentException("As many columns as the plan has of this party.", nameof(columns));
        for (var k = 0; k < columns.Count; k++)
        {
            if (columns[k].Length != rows.RowCount) throw new ArgumentException("A value for each row.", nameof(columns));
            for (var row = 0; row < columns[k].Length; row++)
            {
                var value = columns[k].Span[row];
                if ((value < declared[k].Least || value > declared[k].Largest) && rows.IsIn(row, subset))
                    throw new ArgumentException("Values within the range of their column.", nameof(columns));
            }
        }
    }

    private static async Task AgreeAsync(IChannel channel, JoinedPlan plan, CancellationToken cancellation)
    {
        var own = new PlanAnnouncement(plan.Digest());
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<PlanAnnouncement>(Agreement, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer == own, channel.Peer, Agreement, "the plan of these totals");
    }

    /// <summary>A number of rows is below 2^24, so its shares modulo 2^128 are shares modulo 2^32.</summary>
    private static async Task<SharedBits> IsEnoughAsync(BooleanEngine engine, SharedWords rows, JoinedPlan plan, CancellationToken cancellation)
    {
        using var count = new SharedWords([rows.Share[0] & uint.MaxValue], CountBits);
        return await ThresholdTest.AtLeastAsync(engine, count, plan.MinimumGroup, cancellation).ConfigureAwait(false);
    }

    /// <summary>Step 2, both ways: which plan.</summary>
    internal readonly record struct PlanAnnouncement(Digest Plan) : IMessage<PlanAnnouncement>
    {
        public void Encode(IBufferWriter<byte> destination)
        {
            Plan.CopyTo(destination.GetSpan(Digest.Size));
            destination.Advance(Digest.Size);
        }

        public static PlanAnnouncement Decode(ReadOnlySpan<byte> payload) =>
            payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("the digest of a plan, 32 bytes");
    }
}

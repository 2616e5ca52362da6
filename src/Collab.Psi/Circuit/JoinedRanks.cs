using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Ranks;

namespace Collab.Psi.Circuit;

/// <summary>A party's own columns of its rows for <see cref="JoinedRanks"/>.</summary>
/// <param name="Values">At the receiver of the alignment the value of each row; nothing at the sender.</param>
/// <param name="Groups">At the party that knows groups the group of each row; nothing at the other. Rows outside its subset may have any.</param>
public sealed record OrderedColumns(ReadOnlyMemory<long> Values, ReadOnlyMemory<int> Groups);

/// <summary>What was opened.</summary>
/// <param name="Counts">How many rows count in each group.</param>
/// <param name="Statistics">The statistics of the plan, modulo 2^64.</param>
public sealed record OrderedTotals(IReadOnlyList<long> Counts, IReadOnlyList<ulong> Statistics);

/// <summary>Ranks, distances and quantiles of a column of one party over the rows that match, which neither party learns; opened to one of them, from the plan's smallest group on.</summary>
/// <remarks>
/// Semi-honest. Both learn one bit: whether the rows of every group reach the smallest group. The party named learns the counts and the statistics, exactly; nothing else. The column's
/// owner orders its rows itself, and what is shared of them follows by an oblivious permutation. Steps: specs/joined-ranks.md.
/// </remarks>
public static partial class JoinedRanks
{
    /// <summary>Rows of the party that orders them at most: Σ (t³ − t) stays below 2^60.</summary>
    public const int MostRows = RankedRows.MostRows;

    private const int WordBits = 64;
    private const int CountBits = 32;

    private static readonly StepId Agreement = new("joined-ranks.2");
    private static readonly StepId Opening = new("joined-ranks.10");

    /// <summary>One party's part; several plans may follow one another over the same rows.</summary>
    /// <param name="rows">The rows of both, aligned: the values are of its receiver, of at most <see cref="MostRows"/> rows.</param>
    /// <param name="own">This party's columns.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>What the plan opens, at the party it names; null at the other.</returns>
    /// <exception cref="ArgumentException">Columns of another length, a group that is none, too many rows, or a plan that is none; nothing was sent.</exception>
    /// <exception cref="CollabException">With <see cref="CircuitTotals.GroupTooSmall"/>: too few rows of a group match; nothing was opened, and another plan may follow.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<OrderedTotals?> OpenAsync(SharedRows rows, OrderedColumns own, OrderedPlan plan, CancellationToken cancellation = default)
    {
        plan.Check();
        if (plan.Statistic == OrderedStatistic.Correlation) throw new ArgumentException("A correlation needs an alignment in either direction.", nameof(plan));
        CheckColumns(rows, own, plan);
        await JoinedTotals.AgreeAsync(rows.Channel, Agreement, plan.Digest(), cancellation).ConfigureAwait(false);                                   // 2 ↔
        var ranking = rows.IsSender ? null : new RowOrder(rows, own.Values.Span, plan.SubsetOfReceiver);
        using var ordered = await OrderAsync(rows, own, ranking, plan, cancellation).ConfigureAwait(false);                                          // 3, 4 ↔
        using var counts = ordered.Counts;
        await RequireEnoughAsync(rows.Engine, counts, plan, cancellation).ConfigureAwait(false);                                                     // 5 ↔
        using var statistics = plan.Statistic switch
        {
            OrderedStatistic.Distance => await ordered.GreatestDistanceAsync(rows.Ring, cancellation).ConfigureAwait(false),                         // 8 ↔
            OrderedStatistic.Quantiles => await ordered.ValuesOfRanksAsync(rows.Ring, ranking?.Values ?? default, plan.Targets, cancellation).ConfigureAwait(false), // 9 ↔
            _ => await ordered.TotalsAsync(cancellation).ConfigureAwait(false),                                                                      // 6, 7 ↔
        };
        return await OpenTotalsAsync(rows, counts, statistics, plan, cancellation).ConfigureAwait(false);                                           // 10 →
    }

    /// <summary>Step 10: counts and statistics, at the party that the plan names.</summary>
    private static async Task<OrderedTotals?> OpenTotalsAsync(SharedRows rows, SharedWords counts, SharedWords statistics, OrderedPlan plan, CancellationToken cancellation)
    {
        using var all = new SharedWords([.. counts.Share, .. statistics.Share], WordBits);
        var opened = await WordOpening.OpenAsync(rows.Engine, all, plan.IsForSender ? BooleanParty.First : BooleanParty.Second, cancellation).ConfigureAwait(false); // 10 →
        if (opened is null) return null;
        foreach (var count in opened[..plan.GroupCount])
            PeerFaultException.ThrowUnless(count <= (UInt128)rows.ReceiverCount, rows.Channel.Peer, Opening, "a number of rows that match");
        return new([.. opened[..plan.GroupCount].Select(count => (long)count)], [.. opened[plan.GroupCount..].Select(word => (ulong)word)]);
    }

    private static void CheckColumns(SharedRows rows, OrderedColumns own, OrderedPlan plan)
    {
        var knows = plan.GroupCount > 1 && plan.AreGroupsOfSender == rows.IsSender;
        if (own.Values.Length != (rows.IsSender ? 0 : rows.RowCount) || own.Groups.Length != (knows ? rows.RowCount : 0))
            throw new ArgumentException("A value for each row of the receiver, and a group for each row of the party that knows groups.", nameof(own));
        if (rows.ReceiverCount > MostRows) throw new ArgumentException($"At most {MostRows} rows are ordered.", nameof(rows));
        for (var row = 0; row < own.Groups.Length; row++)
        {
            if ((own.Groups.Span[row] < 0 || own.Groups.Span[row] >= plan.GroupCount) && rows.IsIn(row, rows.IsSender ? plan.SubsetOfSender : plan.SubsetOfReceiver))
                throw new ArgumentException("A group of the plan for each row of the subset.", nameof(own));
        }
    }

    /// <summary>Steps 3 and 4: of each row a bit for each group, in the order of the values; the bins without a row of the receiver are left out.</summary>
    private static async Task<OrderedRows> OrderAsync(SharedRows rows, OrderedColumns own, RowOrder? ranking, OrderedPlan plan, CancellationToken cancellation)
    {
        using var groups = await RowGroups.ShareAsync(rows, own.Groups, plan, cancellation).ConfigureAwait(false);                                   // 3 ↔
        await KnownMoves.PermuteAsync(rows.Engine, BooleanParty.Second, ranking?.Bins ?? default, groups, cancellation).ConfigureAwait(false);       // 4 ↔
        SharedBits[] ordered = [.. Enumerable.Range(0, plan.GroupCount).Select(group => groups.BitsOf(group, rows.ReceiverCount))];
        return await OrderedRows.CreateAsync(rows.Engine, BooleanParty.Second, ranking?.Joined, ordered, cancellation).ConfigureAwait(false);        // 4 ↔
    }

    private static async Task RequireEnoughAsync(BooleanEngine engine, SharedWords counts, OrderedPlan plan, CancellationToken cancellation)
    {
        if (!await AreEnoughAsync(engine, counts, plan, cancellation).ConfigureAwait(false))
            throw new CollabException(CircuitTotals.GroupTooSmall, "Fewer rows of a group match than the plan's least group; nothing was opened.");
    }

    /// <summary>Whether every group has enough rows, opened to both.</summary>
    private static async Task<bool> AreEnoughAsync(BooleanEngine engine, SharedWords counts, OrderedPlan plan, CancellationToken cancellation)
    {
        using var numbers = new SharedWords([.. counts.Share.ToArray().Select(count => count & uint.MaxValue)], CountBits);
        var all = await ThresholdTest.AtLeastAsync(engine, numbers, plan.MinimumGroup, cancellation).ConfigureAwait(false);
        while (all.Length > 1)
        {
            using SharedBits before = all, first = PartOf(before, 0, before.Length / 2), second = PartOf(before, before.Length - first.Length, first.Length), middle = PartOf(before, first.Length, before.Length % 2);
            using var both = await BooleanGates.AndAsync(engine, first, second, cancellation).ConfigureAwait(false);
            all = new(new BitVector([.. Bits(both), .. Bits(middle)]));
        }

        using (all) return (await BooleanGates.OpenAsync(engine, all, cancellation).ConfigureAwait(false))[0];

        static SharedBits PartOf(SharedBits bits, int start, int count) => new(new BitVector([.. Bits(bits).Skip(start).Take(count)]));
        static IEnumerable<bool> Bits(SharedBits bits) => Enumerable.Range(0, bits.Length).Select(i => bits.Share[i]);
    }
}

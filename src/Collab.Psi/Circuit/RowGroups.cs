using Collab.Arithmetic.BinaryField;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Permutations;

namespace Collab.Psi.Circuit;

/// <summary>Step 3 of specs/joined-ranks.md: for each bin and group a shared bit, whether the rows of the bin match and are in the group.</summary>
internal static class RowGroups
{
    /// <summary>The most groups: bits of a row.</summary>
    public const int MostGroups = RowShares.MostBits;

    /// <summary>All groups but the last by a conjunction each; the last has the rows that are left.</summary>
    public static async Task<RowShares> ShareAsync(SharedRows rows, ReadOnlyMemory<int> own, OrderedPlan plan, CancellationToken cancellation)
    {
        var members = await rows.MembersAsync(plan.SubsetOfSender, plan.SubsetOfReceiver, cancellation).ConfigureAwait(false);                      // 3 ↔
        var bits = new ulong[rows.BinCount];
        Add(bits, members, 1UL << (plan.GroupCount - 1));
        var planes = await PlanesAsync(rows, own, plan, cancellation).ConfigureAwait(false);                                                         // 3 →
        for (var group = 0; group < planes.Count; group++)
        {
            using var plane = planes[group];
            using var inGroup = await BooleanGates.AndAsync(rows.Engine, members, plane, cancellation).ConfigureAwait(false);                        // 3 ↔
            Add(bits, inGroup, (1UL << group) | (1UL << (plan.GroupCount - 1)));
        }

        return new RowShares(null, bits, plan.GroupCount);
    }

    /// <summary>Shared bits of all groups but the last. Of the sender's: the lowest bits of shares by addition are shares by exclusive or.</summary>
    private static async Task<IReadOnlyList<SharedBits>> PlanesAsync(SharedRows rows, ReadOnlyMemory<int> own, OrderedPlan plan, CancellationToken cancellation)
    {
        var count = plan.GroupCount - 1;
        if (!plan.AreGroupsOfSender) return [.. Enumerable.Range(0, count).Select(group => SharedBits.OfKnown(rows.BinCount, rows.Items is null ? null : OfReceiver(rows, own.Span, group)))];
        ReadOnlyMemory<Int128>[] indicators = rows.IsSender ? [.. Enumerable.Range(0, count).Select(group => Indicator(own.Span, group))] : [];
        var columns = await rows.ColumnsAsync(count, indicators, cancellation).ConfigureAwait(false);
        return [.. columns.Select(LowestBits)];
    }

    private static Int128[] Indicator(ReadOnlySpan<int> groups, int group)
    {
        var indicator = new Int128[groups.Length];
        for (var row = 0; row < indicator.Length; row++) indicator[row] = groups[row] == group ? 1 : 0;
        return indicator;
    }

    private static BitVector OfReceiver(SharedRows rows, ReadOnlySpan<int> groups, int group)
    {
        var plane = new BitVector(rows.BinCount);
        for (var bin = 0; bin < plane.Length; bin++) plane[bin] = rows.Items![bin] >= 0 && groups[rows.Items[bin]] == group;
        return plane;
    }

    private static SharedBits LowestBits(SharedWords column)
    {
        using (column)
        {
            var plane = new BitVector(column.Length);
            for (var bin = 0; bin < plane.Length; bin++) plane.Words[bin >> 6] |= unchecked((ulong)column.Share[bin] & 1) << (bin & 63);
            return new(plane);
        }
    }

    /// <summary>Adds a shared bit to the bits of a mask, row by row, by exclusive or.</summary>
    private static void Add(ulong[] rows, SharedBits bits, ulong mask)
    {
        for (var row = 0; row < rows.Length; row++) rows[row] ^= unchecked(0 - bits.Share.Bit(row)) & mask;
    }
}

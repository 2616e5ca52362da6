using Collab.Primitives;
using Collab.SecretSharing.Ranks;

namespace Collab.Psi.Circuit;

/// <summary>What <see cref="JoinedRanks"/> opens, the same at both parties: of a column of the receiver of the alignment, in groups of either party.</summary>
public sealed record OrderedPlan
{
    /// <summary>The most groups.</summary>
    public const int LargestGroupCount = RowGroups.MostGroups;

    /// <summary>The most values sought.</summary>
    public const int LargestTargetCount = 4096;

    /// <summary>What is opened beside the number of rows of each group.</summary>
    public required OrderedStatistic Statistic { get; init; }

    /// <summary>Groups, 1 to 64; two of a distance.</summary>
    public required int GroupCount { get; init; }

    /// <summary>Whether the sender knows the group of each of its rows; else the receiver does, of its.</summary>
    public bool AreGroupsOfSender { get; init; }

    /// <summary>The values sought, where values are.</summary>
    public IReadOnlyList<OrderTarget> Targets { get; init; } = [];

    /// <summary>The sender's subset of rows that count; null for all of its rows.</summary>
    public int? SubsetOfSender { get; init; }

    /// <summary>The receiver's subset of rows that count; null for all of its rows.</summary>
    public int? SubsetOfReceiver { get; init; }

    /// <summary>Nothing is opened when fewer rows of a group match; both learn only that. 1 or more.</summary>
    public int MinimumGroup { get; init; } = 1;

    /// <summary>Whether the sender learns what is opened; else the receiver of the alignment does.</summary>
    public bool IsForSender { get; init; }

    /// <summary>The same with the roles of the parties exchanged, for the alignment of the other direction.</summary>
    internal OrderedPlan Exchanged => this with { SubsetOfSender = SubsetOfReceiver, SubsetOfReceiver = SubsetOfSender, IsForSender = !IsForSender };

    /// <summary>Refuses a plan that is none.</summary>
    /// <exception cref="ArgumentException">Too many groups or values, or none.</exception>
    public void Check()
    {
        if (!Enum.IsDefined(Statistic)) throw new ArgumentOutOfRangeException(nameof(Statistic));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumGroup, 1, nameof(MinimumGroup));
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupCount, 1, nameof(GroupCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(GroupCount, LargestGroupCount, nameof(GroupCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Targets.Count, LargestTargetCount, nameof(Targets));
        if (Statistic == OrderedStatistic.Distance && GroupCount != 2) throw new ArgumentException("A distance is between two groups.", nameof(GroupCount));
        if (Statistic == OrderedStatistic.Correlation && GroupCount != 1) throw new ArgumentException("A correlation is of all rows.", nameof(GroupCount));
        if ((Statistic == OrderedStatistic.Quantiles) != (Targets.Count > 0)) throw new ArgumentException("Values sought where values are opened.", nameof(Targets));
        foreach (var target in Targets) target.Check(GroupCount);
    }

    /// <summary>The digest of everything in it, which both parties compare.</summary>
    internal Digest Digest()
    {
        var writer = new CanonicalWriter().Byte((byte)Statistic).Byte((byte)GroupCount).Byte(AreGroupsOfSender ? (byte)1 : (byte)0).Byte(IsForSender ? (byte)1 : (byte)0)
            .Int64(SubsetOfSender ?? -1).Int64(SubsetOfReceiver ?? -1).Int64(MinimumGroup);
        writer.List(Targets, (w, target) => w.Int64(target.Group).Int64(target.Numerator).Int64(target.Denominator).Byte(target.IsUpper ? (byte)1 : (byte)0));
        return Primitives.Digest.Of("collab.joined-ranks.plan", writer.Written);
    }
}

using System.Numerics;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>What <see cref="JoinedSums"/> opens, the same at both parties: sums of products of a column of either, over all rows that match or way by way.</summary>
public sealed record JoinedSumPlan
{
    private const int ItemCountBits = 24;
    private const int TotalBits = 127;

    /// <summary>The sender's columns.</summary>
    public required IReadOnlyList<JoinedColumn> OfSender { get; init; }

    /// <summary>The receiver's columns.</summary>
    public required IReadOnlyList<JoinedColumn> OfReceiver { get; init; }

    /// <summary>The products: index of the sender's column, index of the receiver's.</summary>
    public required IReadOnlyList<(int OfSender, int OfReceiver)> Products { get; init; }

    /// <summary>Ways in which rows are told apart, each an indicator column of one party; 0 for one sum over all rows.</summary>
    public int WayCount { get; init; }

    /// <summary>Whose the indicators are: the first party is the sender.</summary>
    public BooleanParty WaysOf { get; init; }

    /// <summary>The sender's subset of rows that the sums are over; null for all of its rows.</summary>
    public int? SubsetOfSender { get; init; }

    /// <summary>The receiver's subset of rows that the sums are over; null for all of its rows.</summary>
    public int? SubsetOfReceiver { get; init; }

    /// <summary>Refuses a plan whose sums could wrap: at most 2^24 rows times the bounds stay below 2^127.</summary>
    /// <exception cref="ArgumentException">Too many columns or sums, or a product that names none.</exception>
    /// <exception cref="InsecureParametersException">A sum could wrap.</exception>
    public void Check()
    {
        if (OfSender.Count + (WaysOf == BooleanParty.First ? WayCount : 0) > JoinedPlan.LargestColumnCount || OfReceiver.Count > JoinedPlan.LargestColumnCount || WayCount < 0)
            throw new ArgumentException($"At most {JoinedPlan.LargestColumnCount} columns of a party.");
        if (Products.Count == 0 || (long)Products.Count * Math.Max(1, WayCount) > JoinedPlan.LargestTermCount) throw new ArgumentException($"From 1 to {JoinedPlan.LargestTermCount} sums.");
        if (OfSender.Concat(OfReceiver).Any(column => column.Least > column.Largest)) throw new ArgumentException("A range from its least to its largest value.");
        foreach (var (s, r) in Products)
        {
            if (s < 0 || s >= OfSender.Count || r < 0 || r >= OfReceiver.Count) throw new ArgumentException("A product names columns of the plan.");
            if ((OfSender[s].Magnitude * OfReceiver[r].Magnitude) << ItemCountBits >= BigInteger.One << TotalBits)
                throw new InsecureParametersException("A sum could leave 128 bits: narrower ranges, or coarser units.");
        }
    }

    /// <summary>The products of each column of the receiver that has some, by their places.</summary>
    internal IEnumerable<(int OfReceiver, int[] Products)> ByReceiver() =>
        Products.Index().GroupBy(product => product.Item.OfReceiver, product => product.Index).OrderBy(group => group.Key).Select(group => (group.Key, group.ToArray()));

    /// <summary>The digest of everything in it, which both parties compare.</summary>
    internal Digest Digest()
    {
        var bytes = new PlanBytes();
        bytes.Write(WayCount, (int)WaysOf, SubsetOfSender ?? -1, SubsetOfReceiver ?? -1);
        bytes.Write(OfSender);
        bytes.Write(OfReceiver);
        bytes.Write(Products.Count);
        foreach (var (s, r) in Products) bytes.Write(s, r);
        return bytes.Digest("collab.analysis-joined.sums");
    }
}

using System.Numerics;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>What <see cref="JoinedSums"/> opens, the same at both parties: sums of products of a column of either, over all rows that match or way by way; or one part of such sums.</summary>
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

    /// <summary>For each product which sum it is added to; null where each is a sum of its own. The sums of the first part are those of all.</summary>
    public IReadOnlyList<int>? SumOf { get; init; }

    /// <summary>Columns of the receiver that the sums of all parts are multiplied by at the end. Of the first part; others have none.</summary>
    public IReadOnlyList<JoinedColumn> OfReceiverAfter { get; init; } = [];

    /// <summary>What is opened: sums of all parts, each times a column of <see cref="OfReceiverAfter"/>, or −1 as it is; null for all sums as they are. Not with ways.</summary>
    public IReadOnlyList<(int Sum, int OfReceiverAfter)>? After { get; init; }

    /// <summary>Ways in which rows are told apart, each an indicator column of one party; 0 for one sum over all rows.</summary>
    public int WayCount { get; init; }

    /// <summary>Whose the indicators are: the first party is the sender.</summary>
    public BooleanParty WaysOf { get; init; }

    /// <summary>The sender's subset of rows that the sums are over; null for all of its rows.</summary>
    public int? SubsetOfSender { get; init; }

    /// <summary>The receiver's subset of rows that the sums are over; null for all of its rows.</summary>
    public int? SubsetOfReceiver { get; init; }

    /// <summary>How many sums there are over all rows, or of each way.</summary>
    public int SumCount => SumOf is null ? Products.Count : SumOf.Count == 0 ? 0 : SumOf.Max() + 1;

    /// <summary>How many numbers are opened.</summary>
    internal int OpenedCount => (After?.Count ?? SumCount) * Math.Max(1, WayCount);

    /// <summary>Refuses a plan whose sums could wrap: at most 2^24 rows times the bounds of all products of a sum stay below 2^127.</summary>
    /// <exception cref="ArgumentException">Too many columns or sums, or a product that names none.</exception>
    /// <exception cref="InsecureParametersException">A sum could wrap.</exception>
    public void Check() => Check([this]);

    /// <summary>The same of parts that are added up: they have the same rows and ways, and add to no sum that the first has not.</summary>
    public static void Check(IReadOnlyList<JoinedSumPlan> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("Sums have a part.", nameof(parts));
        var first = parts[0];
        if (first.SumCount == 0 || (long)first.SumCount * Math.Max(1, first.WayCount) > JoinedPlan.LargestTermCount) throw new ArgumentException($"From 1 to {JoinedPlan.LargestTermCount} sums.");
        var bounds = new BigInteger[first.SumCount];
        foreach (var (i, part) in parts.Index())
        {
            if (i > 0 && (part.After is not null || part.OfReceiverAfter.Count > 0)) throw new ArgumentException("What is done after all parts is the first part's.", nameof(parts));
            if ((part.WayCount, part.WaysOf, part.SubsetOfSender, part.SubsetOfReceiver) != (first.WayCount, first.WaysOf, first.SubsetOfSender, first.SubsetOfReceiver))
                throw new ArgumentException("Parts of the same rows and ways.", nameof(parts));
            part.CheckPart(bounds);
        }

        if (first.OfReceiverAfter.Count > JoinedPlan.LargestColumnCount || first.OfReceiverAfter.Any(column => column.Least > column.Largest)) throw new ArgumentException("Ranges of few columns.", nameof(parts));
        if (first.After is { } after)
        {
            if (first.WayCount > 0 || after.Count is 0 or > JoinedPlan.LargestTermCount) throw new ArgumentException("Products of sums are as few as sums, and over all rows.", nameof(parts));
            if (after.Any(product => product.Sum < 0 || product.Sum >= bounds.Length || product.OfReceiverAfter < -1 || product.OfReceiverAfter >= first.OfReceiverAfter.Count))
                throw new ArgumentException("A product of a sum names a sum and a column.", nameof(parts));
            bounds = [.. after.Select(product => product.OfReceiverAfter < 0 ? bounds[product.Sum] : bounds[product.Sum] * first.OfReceiverAfter[product.OfReceiverAfter].Magnitude)];
        }

        if (bounds.Any(bound => bound << ItemCountBits >= BigInteger.One << TotalBits))
            throw new InsecureParametersException("A sum could leave 128 bits: narrower ranges, or coarser units.");
    }

    private void CheckPart(BigInteger[] bounds)
    {
        if (OfSender.Count + (WaysOf == BooleanParty.First ? WayCount : 0) > JoinedPlan.LargestColumnCount || OfReceiver.Count > JoinedPlan.LargestColumnCount || WayCount < 0)
            throw new ArgumentException($"At most {JoinedPlan.LargestColumnCount} columns of a party.");
        if (Products.Count is 0 or > JoinedPlan.LargestTermCount || (SumOf is not null && SumOf.Count != Products.Count)) throw new ArgumentException($"From 1 to {JoinedPlan.LargestTermCount} products, each of a sum.");
        if (OfSender.Concat(OfReceiver).Any(column => column.Least > column.Largest)) throw new ArgumentException("A range from its least to its largest value.");
        foreach (var (product, (s, r)) in Products.Index())
        {
            if (s < 0 || s >= OfSender.Count || r < 0 || r >= OfReceiver.Count) throw new ArgumentException("A product names columns of the plan.");
            var sum = SumOfProduct(product);
            if (sum < 0 || sum >= bounds.Length) throw new ArgumentException("A product is added to a sum of the first part.");
            bounds[sum] += OfSender[s].Magnitude * OfReceiver[r].Magnitude;
        }
    }

    /// <summary>Which sum a product is added to.</summary>
    internal int SumOfProduct(int product) => SumOf is null ? product : SumOf[product];

    /// <summary>The products of each column of the receiver that has some, by their places.</summary>
    internal IEnumerable<(int OfReceiver, int[] Products)> ByReceiver() =>
        Products.Index().GroupBy(product => product.Item.OfReceiver, product => product.Index).OrderBy(group => group.Key).Select(group => (group.Key, group.ToArray()));

    /// <summary>The products of sums with each column that multiplies some at the end, by their places; what is opened as it is, under −1.</summary>
    internal IEnumerable<(int Column, int[] Products)> ByReceiverAfter() =>
        (After ?? []).Index().GroupBy(product => product.Item.OfReceiverAfter, product => product.Index).OrderBy(group => group.Key).Select(group => (group.Key, group.ToArray()));

    /// <summary>The digest of everything in all parts, which both parties compare.</summary>
    internal static Digest Digest(IReadOnlyList<JoinedSumPlan> parts)
    {
        var bytes = new PlanBytes();
        bytes.Write(parts.Count);
        foreach (var part in parts)
        {
            bytes.Write(part.WayCount, (int)part.WaysOf, part.SubsetOfSender ?? -1, part.SubsetOfReceiver ?? -1);
            bytes.Write(part.OfSender);
            bytes.Write(part.OfReceiver);
            bytes.Write(part.Products.Count);
            foreach (var (product, (s, r)) in part.Products.Index()) bytes.Write(s, r, part.SumOfProduct(product));
        }

        bytes.Write(parts[0].OfReceiverAfter);
        bytes.Write(parts[0].After?.Count ?? -1);
        foreach (var (sum, column) in parts[0].After ?? []) bytes.Write(sum, column);
        return bytes.Digest("collab.analysis-joined.sums");
    }
}

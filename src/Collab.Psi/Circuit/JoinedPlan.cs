using System.Numerics;
using Collab.Primitives;

namespace Collab.Psi.Circuit;

/// <summary>The declared range of an integer column, both ends included; decimals are scaled by the caller.</summary>
/// <param name="Least">The least value.</param>
/// <param name="Largest">The largest value.</param>
public readonly record struct JoinedColumn(Int128 Least, Int128 Largest)
{
    /// <summary>A column of zeros and ones, which says of each row whether it is in a group.</summary>
    public static JoinedColumn Indicator => new(0, 1);

    /// <summary>How many bits value − least has at most.</summary>
    internal int Bits => (int)((BigInteger)Largest - Least).GetBitLength();

    /// <summary>A bound on every |value|.</summary>
    internal BigInteger Magnitude => BigInteger.Max(BigInteger.Abs(Least), BigInteger.Abs(Largest));
}

/// <summary>One total over the matching rows: of a column of the sender times a column of the receiver. A column that is null stands for ones.</summary>
/// <param name="OfSender">Index of the sender's column, or null.</param>
/// <param name="OfReceiver">Index of the receiver's column, or null.</param>
/// <param name="Gate">The gate that has to pass for the total to be opened; null if it is counted alone.</param>
public readonly record struct JoinedTerm(int? OfSender, int? OfReceiver, int? Gate = 0)
{
    /// <summary>The number of rows.</summary>
    public static JoinedTerm Rows => new(null, null);
}

/// <summary>A number of rows that must reach the smallest group: Σ coefficient · total, of terms whose columns are indicators.</summary>
/// <param name="Parts">Coefficients and terms.</param>
public sealed record JoinedCount(params IReadOnlyList<(int Coefficient, int Term)> Parts)
{
    /// <summary>What it must reach instead; null for the smallest group. 0 or more.</summary>
    public int? Minimum { get; init; }
}

/// <summary>What <see cref="JoinedTotals"/> opens, the same at both parties: totals, each behind a gate, which passes when all of its counts reach the smallest group. Squares, products of columns of one party and indicators of groups are columns that their owner makes itself.</summary>
public sealed record JoinedPlan
{
    /// <summary>The most columns of a party.</summary>
    public const int LargestColumnCount = 256;

    /// <summary>The most totals.</summary>
    public const int LargestTermCount = 4096;

    /// <summary>The most counts of all gates together.</summary>
    public const int LargestCountCount = 4096;

    private const int ItemCountBits = 24;
    private const int TotalBits = 127;

    /// <summary>The sender's columns.</summary>
    public required IReadOnlyList<JoinedColumn> OfSender { get; init; }

    /// <summary>The receiver's columns.</summary>
    public required IReadOnlyList<JoinedColumn> OfReceiver { get; init; }

    /// <summary>The totals.</summary>
    public required IReadOnlyList<JoinedTerm> Terms { get; init; }

    /// <summary>The counts of each gate. Both learn which gates pass, and nothing of their counts.</summary>
    public required IReadOnlyList<IReadOnlyList<JoinedCount>> Gates { get; init; }

    /// <summary>The sender's subset of rows that the totals are over; null for all of its rows.</summary>
    public int? SubsetOfSender { get; init; }

    /// <summary>The receiver's subset of rows that the totals are over; null for all of its rows.</summary>
    public int? SubsetOfReceiver { get; init; }

    /// <summary>What every count of a gate must reach. 1 or more.</summary>
    public int MinimumGroup { get; init; } = 1;

    /// <summary>Refuses a plan whose totals could wrap: at most 2^24 rows times the bounds stay below 2^127.</summary>
    /// <exception cref="ArgumentException">Too many columns or totals, or one that names none.</exception>
    /// <exception cref="InsecureParametersException">A total could wrap.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumGroup, 1, nameof(MinimumGroup));
        if (Gates.Any(gate => gate.Any(count => count.Minimum < 0))) throw new ArgumentException("A count reaches 0 or more.", nameof(Gates));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(OfSender.Count, LargestColumnCount, nameof(OfSender));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(OfReceiver.Count, LargestColumnCount, nameof(OfReceiver));
        ArgumentOutOfRangeException.ThrowIfZero(Terms.Count, nameof(Terms));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Terms.Count, LargestTermCount, nameof(Terms));
        foreach (var subset in new[] { SubsetOfSender, SubsetOfReceiver })
        {
            if (subset is < 0 or >= SharedRows.LargestSubsetCount) throw new ArgumentException($"Subsets from 0 to {SharedRows.LargestSubsetCount - 1}.");
        }

        foreach (var column in OfSender.Concat(OfReceiver))
        {
            if (column.Least > column.Largest) throw new ArgumentException("A range from its least to its largest value.");
        }

        foreach (var term in Terms)
        {
            var (sender, receiver) = (Column(OfSender, term.OfSender), Column(OfReceiver, term.OfReceiver));
            if (term.Gate is { } gate && (gate < 0 || gate >= Gates.Count)) throw new ArgumentException("A term names a gate of the plan.", nameof(Terms));
            if ((sender.Magnitude * receiver.Magnitude) << ItemCountBits >= BigInteger.One << TotalBits)
                throw new InsecureParametersException("A total could leave 128 bits: narrower ranges, or coarser units.");
        }

        var counts = Gates.Sum(gate => gate.Count);
        if (counts > LargestCountCount || Gates.Any(gate => gate.Count == 0)) throw new ArgumentException($"A gate has a count, and all together {LargestCountCount} at most.", nameof(Gates));
        foreach (var (_, term) in Gates.SelectMany(gate => gate).SelectMany(count => count.Parts))
        {
            if (term < 0 || term >= Terms.Count || !IsIndicator(Column(OfSender, Terms[term].OfSender)) || !IsIndicator(Column(OfReceiver, Terms[term].OfReceiver)))
                throw new ArgumentException("Rows are counted by indicators.", nameof(Gates));
        }
    }

    /// <summary>The fewest bits, of 32, 64 and 128, that hold a total, signed: it is shared modulo 2 to their number.</summary>
    internal int WordBits(JoinedTerm term)
    {
        var bound = (Column(OfSender, term.OfSender).Magnitude * Column(OfReceiver, term.OfReceiver).Magnitude) << ItemCountBits;
        return bound < BigInteger.One << 31 ? 32 : bound < BigInteger.One << 63 ? 64 : 128;
    }

    /// <summary>The fewest bits that all totals of a column of the sender need.</summary>
    internal int WordBitsOfSender(int column) => Terms.Where(term => term.OfSender == column).Max(WordBits);

    /// <summary>Whether a term is part of a count.</summary>
    internal bool IsCounted(int term) => Gates.Any(gate => gate.Any(count => count.Parts.Any(part => part.Term == term)));

    /// <summary>The digest of everything in it, which both parties compare.</summary>
    internal Digest Digest()
    {
        var bytes = new PlanBytes();
        bytes.Write(MinimumGroup, SubsetOfSender ?? -1, SubsetOfReceiver ?? -1);
        bytes.Write(OfSender);
        bytes.Write(OfReceiver);
        bytes.Write(Terms.Count);
        foreach (var term in Terms) bytes.Write(term.OfSender ?? -1, term.OfReceiver ?? -1, term.Gate ?? -1);
        bytes.Write(Gates.Count);
        foreach (var gate in Gates)
        {
            bytes.Write(gate.Count);
            foreach (var count in gate)
            {
                bytes.Write(count.Minimum ?? MinimumGroup, count.Parts.Count);
                foreach (var (coefficient, term) in count.Parts) bytes.Write(coefficient, term);
            }
        }

        return bytes.Digest("collab.analysis-joined.plan");
    }

    private static bool IsIndicator(JoinedColumn column) => column.Least >= 0 && column.Largest <= 1;

    private static JoinedColumn Column(IReadOnlyList<JoinedColumn> columns, int? index)
    {
        if (index is not { } at) return new(1, 1);
        return at >= 0 && at < columns.Count ? columns[at] : throw new ArgumentException("A term names columns of the plan.", nameof(index));
    }
}

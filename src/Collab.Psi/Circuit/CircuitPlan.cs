using Collab.Primitives;

namespace Collab.Psi.Circuit;

/// <summary>Who learns what a run of <see cref="CircuitPsi"/> opens.</summary>
public enum CircuitOutput
{
    /// <summary>The receiver alone.</summary>
    Receiver = 0,

    /// <summary>The sender alone.</summary>
    Sender = 1,

    /// <summary>Both.</summary>
    Both = 2,
}

/// <summary>Whose values are added up over the intersection.</summary>
public enum CircuitValues
{
    /// <summary>Nobody's: rows are only counted.</summary>
    None = 0,

    /// <summary>The sender's.</summary>
    OfSender = 1,

    /// <summary>The receiver's.</summary>
    OfReceiver = 2,
}

/// <summary>What is opened, the same at both parties; step 1 compares it.</summary>
public sealed record CircuitPlan
{
    /// <summary>Whether the number of common items is opened. Needed for a mean or a variance.</summary>
    public bool Count { get; init; } = true;

    /// <summary>Whose values are added up.</summary>
    public CircuitValues Values { get; init; }

    /// <summary>Whether their squares are added up too, for the variance.</summary>
    public bool Squares { get; init; }

    /// <summary>A bound on every |value|. Totals are exact because the smaller count times it must stay below 2^63.</summary>
    public long LargestMagnitude { get; init; } = (1L << 32) - 1;

    /// <summary>Nothing is opened when fewer items are common; both learn only that. 1 or more.</summary>
    public int MinimumGroup { get; init; } = 1;

    /// <summary>Who learns.</summary>
    public CircuitOutput Output { get; init; }

    internal void Check()
    {
        if (!Enum.IsDefined(Values)) throw new ArgumentOutOfRangeException(nameof(Values));
        if (!Enum.IsDefined(Output)) throw new ArgumentOutOfRangeException(nameof(Output));
        if (Squares && Values == CircuitValues.None) throw new ArgumentException("Squares of somebody's values.", nameof(Squares));
        if (!Count && Values == CircuitValues.None) throw new ArgumentException("Something is opened.", nameof(Count));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumGroup, 1, nameof(MinimumGroup));
        ArgumentOutOfRangeException.ThrowIfLessThan(LargestMagnitude, 1, nameof(LargestMagnitude));
    }

    /// <summary>n·M &lt; 2^63, so that n·M² &lt; 2^126: no total leaves its word.</summary>
    internal void CheckTotals(int smallerCount)
    {
        if (Values != CircuitValues.None && (Int128)smallerCount * LargestMagnitude >= (Int128)1 << 63)
            throw new InsecureParametersException("The totals could leave 64 bits: fewer rows, or a smaller bound on the values.");
    }
}

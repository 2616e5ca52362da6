using System.Text.RegularExpressions;

namespace Collab.Primitives;

/// <summary>The name of one party of a consortium, as it stands in plans, certificates and ledger origins.</summary>
/// <remarks>1 to 63 characters of <c>a-z 0-9 -</c>, beginning with a letter and not ending with a hyphen: a DNS label.</remarks>
public sealed partial record PartyId : IComparable<PartyId>
{
    private PartyId(string name) => Name = name;

    /// <summary>The name itself.</summary>
    public string Name { get; }

    /// <summary>Checks and takes a name.</summary>
    /// <exception cref="FormatException">The name is not a DNS label in lower case.</exception>
    public static PartyId Parse(string name) =>
        TryParse(name) ?? throw new FormatException(
            $"'{name}' is no party name: 1 to 63 of a-z, 0-9 and '-', beginning with a letter, not ending with '-'.");

    /// <summary>Returns the party, or null when the name is not one.</summary>
    public static PartyId? TryParse(string? name) => name is not null && Label().IsMatch(name) ? new PartyId(name) : null;

    /// <summary>Orders by name, byte by byte; every place that needs "the same order everywhere" uses this one.</summary>
    public int CompareTo(PartyId? other) => string.CompareOrdinal(Name, other?.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    [GeneratedRegex(@"\A[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}

namespace Collab.Statistics.Inference;

/// <summary>One number of a finding, and how true it is.</summary>
/// <param name="Term">What it is about: a group, a coefficient, a time; empty when it is about the whole.</param>
/// <param name="Name">Its name, as R's <c>broom</c> names it: <c>statistic</c>, <c>p.value</c>, <c>estimate</c>, <c>conf.low</c>, ...</param>
/// <param name="Value">The number; NaN where it is not defined, infinite where a bound is open.</param>
/// <param name="SignificantBits">Bits of <paramref name="Value"/> that are right: 53 if it is an exact number rounded once.</param>
public sealed record Quantity(string Term, string Name, double Value, int SignificantBits);

/// <summary>What a statistical procedure finds: a flat list of named numbers.</summary>
/// <param name="Method">The procedure in words, with its form ("Welch two-sample t-test").</param>
/// <param name="Quantities">The numbers, in the order in which they are shown.</param>
public sealed record Finding(string Method, IReadOnlyList<Quantity> Quantities)
{
    /// <summary>A number by name, about the whole.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public double this[string name] => this["", name];

    /// <summary>A number by term and name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public double this[string term, string name] =>
        Quantities.FirstOrDefault(q => q.Term == term && q.Name == name)?.Value ?? throw new KeyNotFoundException($"{term} {name}");
}

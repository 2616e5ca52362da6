using System.Numerics;
using Collab.Jobs;
using Collab.SecretSharing.Garbling;

namespace Collab.Statistics;

/// <summary>A rule of dominance as the gate decides it: a cell is unsafe if L·T &lt; Σ cᵢ·Sᵢ for one of its forms, with Sᵢ = x₁ + … + xᵢ.</summary>
/// <remarks>
/// p%: T − x₁ − x₂ &lt; q·x₁ with q = P/D is D·T &lt; P·S₁ + D·S₂; q is p/100, and where squares are contributions (1 + p/100)² − 1.
/// (n,k): 100·Sₙ &gt; k·T as it stands. L is the least common multiple of D and k, in lowest terms, so that an owner feeds one number L·T for both rules
/// and the circuit multiplies no total. Source: specs/statistics.md, Dominance.
/// </remarks>
internal sealed class DominanceForm
{
    private const int CountBits = DisclosureGate.CountBits;

    private readonly List<SortedDictionary<int, ulong>> _forms = []; // by i the factor of Sᵢ
    private readonly BigInteger _multiplier = 1;
    private readonly bool _squares;

    public DominanceForm(DominanceRule rule, bool squares)
    {
        _squares = squares;
        var (percent, whole) = squares ? InLowestTerms((200 * rule.Percent) + (rule.Percent * rule.Percent), 10_000) : InLowestTerms(rule.Percent, 100);
        var (share, hundred) = InLowestTerms(rule.Largest > 0 ? rule.Share : 1, rule.Largest > 0 ? 100 : 1);
        if (rule.Percent > 0) _multiplier = whole;
        _multiplier = _multiplier / BigInteger.GreatestCommonDivisor(_multiplier, share) * share;
        if (rule.Percent > 0) _forms.Add(new() { [1] = (ulong)(_multiplier / whole * percent), [2] = (ulong)_multiplier });
        if (rule.Largest > 0) _forms.Add(new() { [rule.Largest] = (ulong)(_multiplier / share * hundred) });
        Largest = _forms.Max(form => form.Keys.Max());
    }

    /// <summary>How many of its largest contributions an owner feeds.</summary>
    public int Largest { get; }

    /// <summary>Bits of a contribution: |x| ≤ 2^63, x² ≤ 2^126.</summary>
    public int ContributionBits => _squares ? 127 : 64;

    /// <summary>Bits of L·T, with fewer than 2^40 contributions.</summary>
    public int TotalBits => ContributionBits - 1 + CountBits + (int)_multiplier.GetBitLength();

    /// <summary>Bits of an owner's part of the rule.</summary>
    public int WordBits => TotalBits + (Largest * ContributionBits);

    /// <summary>What an owner feeds: L·T, then its largest contributions, the largest first, 0 where it has none.</summary>
    public IEnumerable<bool> Word(CellContributions contributions)
    {
        var (total, largest) = _squares
            ? (contributions.SumOfSquares, contributions.Largest.Select(x => (BigInteger)x * x))
            : (contributions.Sum, contributions.Largest.Select(x => (BigInteger)x));
        return Bits(_multiplier * total, TotalBits).Concat(largest.SelectMany(x => Bits(x, ContributionBits)));
    }

    /// <summary>Whether the cell is safe, from all owners' parts.</summary>
    public Wire Safe(CircuitBuilder builder, IReadOnlyList<Wire[]> words)
    {
        var total = builder.Sum([.. words.Select(word => word[..TotalBits])]);
        var largest = words.Select(word => Enumerable.Range(0, Largest)
            .Select(i => word[(TotalBits + (i * ContributionBits))..(TotalBits + ((i + 1) * ContributionBits))]).ToArray())
            .Aggregate((best, other) => Merge(builder, best, other));
        var prefixes = new Wire[Largest + 1][];
        prefixes[1] = largest[0];
        for (var i = 2; i <= Largest; i++) prefixes[i] = builder.Add(prefixes[i - 1], largest[i - 1]);
        return _forms
            .Select(form => form.Select(term => builder.Times(prefixes[term.Key], term.Value)).Aggregate(builder.Add))
            .Select(bound => builder.Not(builder.LessThan(total, bound)))
            .Aggregate(builder.And);
    }

    /// <summary>The rule in clear: what the circuit is tested against.</summary>
    internal bool IsSafe(BigInteger total, IReadOnlyList<BigInteger> largest) =>
        _forms.All(form => _multiplier * total >= form.Aggregate(BigInteger.Zero, (sum, term) => sum + (term.Value * largest.Take(term.Key).Aggregate(BigInteger.Add))));

    // Two lists in falling order: the j-th of the other can only come in at place j or behind.
    private static Wire[][] Merge(CircuitBuilder builder, Wire[][] best, Wire[][] other)
    {
        var merged = best.ToArray();
        for (var j = 0; j < other.Length; j++)
        {
            var moving = other[j];
            for (var place = j; place < merged.Length; place++)
            {
                var swap = builder.Mask(builder.LessThan(merged[place], moving), builder.Xor(merged[place], moving));
                merged[place] = builder.Xor(merged[place], swap);
                if (place + 1 < merged.Length) moving = builder.Xor(moving, swap);
            }
        }

        return merged;
    }

    private static IEnumerable<bool> Bits(BigInteger value, int width) => Enumerable.Range(0, width).Select(i => !(value >> i).IsEven);

    private static (BigInteger Numerator, BigInteger Denominator) InLowestTerms(BigInteger numerator, BigInteger denominator)
    {
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return (numerator / common, denominator / common);
    }
}

using System.Numerics;
using Collab.Primitives;

namespace Collab.Statistics.Orders;

/// <summary>How far the search for some values has come: of each the leading digits are known. All parties keep the same, from what the gates tell.</summary>
/// <remarks>
/// Values are whole numbers in a public range, x − low written in digits of <see cref="DigitBits"/> bits. A round finds the next digit of every value by asking of each smaller prefix
/// whether the value lies at or below its end. All answers follow from the value, so a finished search has told nothing else. Source: specs/rank-element.md.
/// </remarks>
/// <param name="targets">In pairs of lower and upper, those of a group side by side with ascending probabilities.</param>
/// <param name="low">The smallest value there may be.</param>
/// <param name="high">The largest.</param>
internal sealed class RankSearch(IReadOnlyList<RankTarget> targets, long low, long high)
{
    /// <summary>Bits found in a round: two cost three comparisons, half again as many bytes as one at a time, and halve the waiting.</summary>
    public const int DigitBits = 2;

    /// <summary>Comparisons for each value in a round.</summary>
    public const int Candidates = (1 << DigitBits) - 1;

    private readonly ulong[] _prefixes = new ulong[targets.Count]; // values less low, the digits still sought all 0
    private int _bitsLeft = DigitBits * RoundsFor(low, high);

    /// <summary>Whether all digits are known.</summary>
    public bool IsOver => _bitsLeft == 0;

    /// <summary>The values found, in the order of the targets.</summary>
    public long[] Values => IsOver ? [.. _prefixes.Select(FromLow)] : throw new InvalidOperationException("The search is not over.");

    /// <summary>Rounds of a search: the digits of high − low.</summary>
    public static int RoundsFor(long low, long high) => (64 - BitOperations.LeadingZeroCount(WidthOf(low, high)) + DigitBits - 1) / DigitBits;

    /// <summary>A candidate of the round: the largest value of the range whose next digit is below <paramref name="number"/> + 1.</summary>
    /// <param name="target">The number of the target.</param>
    /// <param name="number">0 to <see cref="Candidates"/> − 1, ascending with the candidate.</param>
    public long Candidate(int target, int number) =>
        FromLow(ulong.Min(_prefixes[target] + ((ulong)(number + 1) << (_bitsLeft - DigitBits)) - 1, WidthOf(low, high)));

    /// <summary>Takes the answers of a round in.</summary>
    /// <param name="atOrBelow">Whether a value is at or below its candidates: shape [targets · candidates, 1], target by target.</param>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>: no rows give such answers, so an owner's terms were wrong.</exception>
    public void Take(bool[,] atOrBelow)
    {
        for (var t = 0; t < targets.Count; t++)
        {
            var digit = 0;
            while (digit < Candidates && !atOrBelow[(t * Candidates) + digit, 0]) digit++;
            for (var above = digit; above < Candidates; above++)
                Require(atOrBelow[(t * Candidates) + above, 0], "a value at or below a number is at or below every greater one");
            _prefixes[t] += (ulong)digit << (_bitsLeft - DigitBits);
        }

        for (var t = 0; t < targets.Count; t++)
        {
            if (targets[t].IsUpper) RequireAscending(t - 1, t);
            if (t >= 2 && targets[t].Group == targets[t - 2].Group) RequireAscending(t - 2, t);
        }

        _bitsLeft -= DigitBits;
    }

    private void RequireAscending(int first, int second) => Require(_prefixes[first] <= _prefixes[second], "values that ascend with their ranks");

    private static ulong WidthOf(long low, long high) => unchecked((ulong)high - (ulong)low);

    private long FromLow(ulong distance) => unchecked(low + (long)distance);

    private static void Require(bool holds, string rule)
    {
        if (holds) return;
        throw new CollabException(
            StatisticsErrors.TotalsImpossible, $"What an owner fed the gate comes from no rows: expected {rule}.", step: RankedElements.Narrow);
    }
}

using System.Numerics;
using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Privacy;

/// <summary>What each owner adds to each of its totals.</summary>
/// <remarks>
/// Neighbours are two sets of rows of one owner of which one has a row more. That row is in one level at most, and changes there for each measure the count by 1 and
/// the sum by max(|low|, |high|). So it touches <see cref="Shares"/> totals, of which each gets an equal share of ε or ρ. Source: specs/differential-privacy.md.
/// </remarks>
public sealed class NoisePlan
{
    /// <summary>Where counts with noise end, ±: they are brought to it, so that the gate adds them up without a sign.</summary>
    public const long LargestCount = 1L << (DisclosureGate.CountBits - 1);

    private readonly PrivacyChoice _choice;
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;

    /// <summary>Divides the privacy of an answer over its totals.</summary>
    public NoisePlan(PrivacyChoice choice, int measures)
    {
        _choice = choice;
        Shares = measures * (choice.Ranges.Count > 0 ? 2 : 1); // the gate always has the count
        (_numerator, var units) = choice.Mechanism == NoiseMechanism.Laplace
            ? (choice.Epsilon, PrivacyChoice.EpsilonScale)
            : (ConcentratedPrivacy.RhoOf(choice.Epsilon, choice.Delta), PrivacyChoice.DeltaScale);
        _denominator = BigInteger.Pow(10, units) * Shares;
    }

    /// <summary>How many totals a row is in.</summary>
    public int Shares { get; }

    /// <summary>The noise of each count.</summary>
    public TotalNoise Count => new(_choice.Mechanism, BigInteger.One, _numerator, _denominator);

    /// <summary>The noise of the sums of a measure, in units of its scale.</summary>
    /// <param name="measure">Its number in the question.</param>
    public TotalNoise Sum(int measure) => new(
        _choice.Mechanism, BigInteger.Max(BigInteger.Abs(_choice.Ranges[measure].Low), BigInteger.Abs(_choice.Ranges[measure].High)), _numerator, _denominator);

    /// <summary>One owner's totals with its noise: first the counts, each brought to ±<see cref="LargestCount"/>, then the sums, cell by cell.</summary>
    /// <remarks>Timing depends on the noise; so all is drawn before anything is sent.</remarks>
    internal OwnCell[] AddVariableTime(IReadOnlyList<OwnCell> cells, int measures, RandomSource random)
    {
        var (noisy, counts, sums) = (new OwnCell[cells.Count], Count, _choice.Ranges.Select((_, i) => Sum(i)).ToList());
        for (var i = 0; i < noisy.Length; i++)
        {
            var count = BigInteger.Clamp(cells[i].Count + counts.DrawVariableTime(random), -LargestCount, LargestCount - 1);
            var noise = _choice.Ranges.Count == 0 ? BigInteger.Zero : sums[i % measures].DrawVariableTime(random);
            noisy[i] = new OwnCell((long)count, cells[i].Sum + (Integer256)(Int128)noise, (Int128)0, 0, 0);
        }

        return noisy;
    }
}

using System.Numerics;
using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Results;

namespace Collab.Statistics.Privacy;

/// <summary>What each owner adds to each of its totals.</summary>
/// <remarks>
/// Neighbours are two sets of rows of one owner of which one has a row more. That row is in one level at most, and changes there for each measure the count by 1 and
/// the sum by max(|low|, |high|); where a variance is asked, sums go about the middle of the range: with y = 2x − low − high the row changes Σy by high − low
/// and Σy² by (high − low)². So it touches <see cref="Shares"/> totals, of which each gets an equal share of ε or ρ. Source: specs/differential-privacy.md.
/// </remarks>
public sealed class NoisePlan
{
    /// <summary>Where counts with noise end, ±: they are brought to it, so that the gate adds them up without a sign.</summary>
    public const long LargestCount = 1L << (DisclosureGate.CountBits - 1);

    private readonly PrivacyChoice _choice;
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;

    /// <summary>Divides the privacy of an answer over its totals.</summary>
    /// <param name="choice">The privacy of the whole answer.</param>
    /// <param name="measures">How many measures there are.</param>
    /// <param name="tellsSquares">Whether a variance or standard deviation is asked.</param>
    public NoisePlan(PrivacyChoice choice, int measures, bool tellsSquares = false)
    {
        _choice = choice;
        IsAboutMiddle = tellsSquares;
        Shares = measures * (choice.Ranges.Count == 0 ? 1 : tellsSquares ? 3 : 2); // the gate always has the count
        (_numerator, var units) = choice.Mechanism == NoiseMechanism.Laplace
            ? (choice.Epsilon, PrivacyChoice.EpsilonScale)
            : (ConcentratedPrivacy.RhoOf(choice.Epsilon, choice.Delta), PrivacyChoice.DeltaScale);
        _denominator = BigInteger.Pow(10, units) * Shares;
    }

    /// <summary>How many totals a row is in.</summary>
    public int Shares { get; }

    /// <summary>Whether Σy and Σy² with y = 2x − low − high are shared, instead of Σx.</summary>
    public bool IsAboutMiddle { get; }

    /// <summary>The noise of each count.</summary>
    public TotalNoise Count => NoiseOf(BigInteger.One);

    /// <summary>The noise of the sums of a measure, in units of its scale; of Σy in halves of them.</summary>
    /// <param name="measure">Its number in the question.</param>
    public TotalNoise Sum(int measure) => NoiseOf(
        IsAboutMiddle ? Width(measure) : BigInteger.Max(BigInteger.Abs(_choice.Ranges[measure].Low), BigInteger.Abs(_choice.Ranges[measure].High)));

    /// <summary>The noise of Σy² of a measure, in quarters of its squared units; only where <see cref="IsAboutMiddle"/>.</summary>
    /// <param name="measure">Its number in the question.</param>
    public TotalNoise SumOfSquares(int measure) => NoiseOf(Width(measure) * Width(measure));

    /// <summary>low + high of a measure's range: twice its middle.</summary>
    internal BigInteger TwiceMiddle(int measure) => (BigInteger)_choice.Ranges[measure].Low + _choice.Ranges[measure].High;

    /// <summary>One owner's totals with its noise, cell by cell: counts brought to ±<see cref="LargestCount"/>.</summary>
    /// <param name="cells">The exact ones; those of all groups together, which come last, get the sums of the noisy ones.</param>
    /// <param name="measures">How many measures there are.</param>
    /// <param name="groups">How many of the cells are of single groups.</param>
    /// <param name="random">Where noise comes from.</param>
    /// <remarks>Timing depends on the noise; so all is drawn before anything is sent.</remarks>
    internal OwnCell[] AddVariableTime(IReadOnlyList<OwnCell> cells, int measures, int groups, RandomSource random)
    {
        var (noisy, counts) = (new OwnCell[cells.Count], Count);
        var sums = _choice.Ranges.Select((_, i) => Sum(i)).ToList();
        var squares = IsAboutMiddle ? _choice.Ranges.Select((_, i) => SumOfSquares(i)).ToList() : [];
        for (var i = 0; i < groups; i++)
        {
            var (count, sum, square) = ExactVariableTime(cells[i], i % measures);
            count += counts.DrawVariableTime(random);
            if (sums.Count > 0) sum += sums[i % measures].DrawVariableTime(random);
            if (squares.Count > 0) square += squares[i % measures].DrawVariableTime(random);
            noisy[i] = new OwnCell(CountOf(count), WideOf(sum), WideOf(square), 0, 0);
        }

        for (var i = groups; i < noisy.Length; i++)
        {
            OwnCell[] all = [.. noisy.Take(groups).Where((_, cell) => cell % measures == i % measures)];
            noisy[i] = new OwnCell(
                CountOf(all.Sum(cell => cell.Count)), all.Aggregate((Integer256)(Int128)0, (sum, cell) => sum + cell.Sum), all.Aggregate((Integer256)(Int128)0, (sum, cell) => sum + cell.SumOfSquares), 0, 0);
        }

        return noisy;
    }

    private static long CountOf(BigInteger count) => (long)BigInteger.Clamp(count, -LargestCount, LargestCount - 1);

    /// <summary>What noise is added to: the count; Σx and 0, or Σy and Σy².</summary>
    internal (BigInteger Count, BigInteger Sum, BigInteger SumOfSquares) ExactVariableTime(OwnCell cell, int measure)
    {
        var (count, sum) = ((BigInteger)cell.Count, cell.Sum.ToBigIntegerVariableTime());
        if (!IsAboutMiddle) return (count, sum, 0);
        var middle = TwiceMiddle(measure);
        return (count, (2 * sum) - (count * middle), (4 * cell.SumOfSquares.ToBigIntegerVariableTime()) - (4 * middle * sum) + (count * middle * middle));
    }

    /// <summary>Opened totals as those of 2x, which tell the same: with m = low + high, 2x = y + m.</summary>
    internal CellTotals Doubled(CellTotals totals, int measure)
    {
        var middle = TwiceMiddle(measure);
        return totals with
        {
            Sum = totals.Sum + (totals.Count * middle),
            SumOfSquares = totals.SumOfSquares + (2 * middle * totals.Sum) + (totals.Count * middle * middle),
            AreOfTwiceTheValues = true,
        };
    }

    // A range of one value changes nothing, and noise asks for a sensitivity above 0.
    private BigInteger Width(int measure) => BigInteger.Max(1, (BigInteger)_choice.Ranges[measure].High - _choice.Ranges[measure].Low);

    private TotalNoise NoiseOf(BigInteger sensitivity) => new(_choice.Mechanism, sensitivity, _numerator, _denominator);

    private static Integer256 WideOf(BigInteger number)
    {
        Span<byte> bytes = stackalloc byte[Integer256.Size];
        bytes.Fill(number.Sign < 0 ? byte.MaxValue : (byte)0);
        if (!number.TryWriteBytes(bytes, out _)) throw new OverflowException("Noise of more than 256 bits.");
        return Integer256.Read(bytes);
    }
}

using System.Globalization;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>That an answer is differentially private, and how much of that it costs (protocols/specs/differential-privacy.md).</summary>
/// <param name="Mechanism">The noise.</param>
/// <param name="Epsilon">ε of the whole answer, in millionths: 1 to <see cref="LargestEpsilon"/>.</param>
/// <param name="Delta">δ of the whole answer, in units of 10^(−18): 0 with Laplace noise, else 1 to <see cref="LargestDelta"/>.</param>
/// <param name="Ranges">One for each measure in the order of the question, at its scale; empty when no sum is asked for.</param>
public sealed record PrivacyChoice(NoiseMechanism Mechanism, long Epsilon, long Delta, IReadOnlyList<ValueRange> Ranges)
{
    /// <summary>Decimal digits of <see cref="Epsilon"/>.</summary>
    public const int EpsilonScale = 6;

    /// <summary>Decimal digits of <see cref="Delta"/>.</summary>
    public const int DeltaScale = 18;

    /// <summary>ε = 100; what is above protects nobody, and is a mistake.</summary>
    public const long LargestEpsilon = 100_000_000;

    /// <summary>δ = 0.01: with more, a row in a hundred may simply be told.</summary>
    public const long LargestDelta = 10_000_000_000_000_000;

    /// <summary>ε and δ as decimals.</summary>
    public string Text => Mechanism == NoiseMechanism.Laplace
        ? $"epsilon {Decimal(Epsilon, EpsilonScale)}"
        : $"epsilon {Decimal(Epsilon, EpsilonScale)}, delta {Decimal(Delta, DeltaScale)}";

    /// <summary>Whether every number is one that the mechanism has a meaning for.</summary>
    public bool IsSound =>
        Enum.IsDefined(Mechanism) && Epsilon is >= 1 and <= LargestEpsilon
        && (Mechanism == NoiseMechanism.Laplace ? Delta == 0 : Delta is >= 1 and <= LargestDelta)
        && Ranges.All(range => range.IsSound);

    /// <summary>Whether it fits the measures and statistics of a question.</summary>
    public bool Fits(IReadOnlyList<Measure> measures, IReadOnlyList<Statistic> statistics) =>
        IsSound && !statistics.Any(s => s is Statistic.Minimum or Statistic.Maximum)
        && (!statistics.Contains(Statistic.Mean) || statistics.Contains(Statistic.Count)) // without which nobody knows the noise of the mean
        && (!statistics.Any(s => s is Statistic.Variance or Statistic.StandardDeviation) || statistics.Contains(Statistic.Mean)) // likewise
        && (statistics.Any(s => s != Statistic.Count)
            ? Ranges.Select(range => new Measure(range.Column, range.Scale)).SequenceEqual(measures)
            : Ranges.Count == 0);

    /// <summary>A whole number of units of 10^(−<paramref name="scale"/>) as a decimal without needless zeros.</summary>
    public static string Decimal(long units, int scale) => (units / (decimal)Math.Pow(10, scale)).ToString("0.##################", CultureInfo.InvariantCulture);

    /// <summary>Writes all but what stands in the measures.</summary>
    public void Encode(CanonicalWriter writer) => writer
        .Byte((byte)Mechanism).Int64(Epsilon).Int64(Delta)
        .List(Ranges, (w, range) => w.Int64(range.Low).Int64(range.High));

    /// <summary>Reads what <see cref="Encode"/> writes; whether it <see cref="Fits"/> is to be asked after.</summary>
    public static PrivacyChoice Decode(ref CanonicalReader reader, IReadOnlyList<Measure> measures)
    {
        var (mechanism, epsilon, delta) = ((NoiseMechanism)reader.Byte(), reader.Int64(), reader.Int64());
        var ends = reader.List((ref r) => (Low: r.Int64(), High: r.Int64()));
        if (ends.Length > measures.Count) throw new MalformedException("a range for each measure");
        return new PrivacyChoice(
            mechanism, epsilon, delta, [.. ends.Zip(measures, (end, measure) => new ValueRange(measure.Column, measure.Scale, end.Low, end.High))]);
    }
}

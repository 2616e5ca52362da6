using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Tables;

/// <summary>Odds ratio and relative risk of a 2 × 2 table: rows exposed and not, columns with the event and without.</summary>
/// <remarks>Wald intervals on the logarithm, as <c>epitools::oddsratio.wald</c> and <c>riskratio.wald</c> of R.</remarks>
/// <param name="ExposedEvents">Exposed, with the event.</param>
/// <param name="ExposedOthers">Exposed, without.</param>
/// <param name="OtherEvents">Not exposed, with the event.</param>
/// <param name="Others">Not exposed, without.</param>
public sealed record TwoByTwo(BigInteger ExposedEvents, BigInteger ExposedOthers, BigInteger OtherEvents, BigInteger Others)
{
    /// <summary>(a·d) / (b·c), with its interval. A cell of 0 leaves it undefined: NaN.</summary>
    public Finding OddsRatio(double confidence = 0.95) => Ratio(
        "Odds ratio (Wald)", ExposedEvents * Others, ExposedOthers * OtherEvents,
        () => new Fraction(1, ExposedEvents) + new Fraction(1, ExposedOthers) + new Fraction(1, OtherEvents) + new Fraction(1, Others), confidence);

    /// <summary>(a / (a + b)) / (c / (c + d)), with its interval. A cell of 0 leaves it undefined: NaN.</summary>
    public Finding RelativeRisk(double confidence = 0.95)
    {
        var (exposed, others) = (ExposedEvents + ExposedOthers, OtherEvents + Others);
        return Ratio(
            "Relative risk (Wald)", ExposedEvents * others, OtherEvents * exposed,
            () => new Fraction(1, ExposedEvents) - new Fraction(1, exposed) + new Fraction(1, OtherEvents) - new Fraction(1, others), confidence);
    }

    private Finding Ratio(string method, BigInteger above, BigInteger below, Func<Fraction> variance, double confidence)
    {
        var finding = new FindingBuilder(method);
        if (ExposedEvents.Sign <= 0 || ExposedOthers.Sign <= 0 || OtherEvents.Sign <= 0 || Others.Sign <= 0)
            return finding.Near("estimate", double.NaN).Near("conf.low", double.NaN).Near("conf.high", double.NaN).Build();
        var ratio = new Fraction(above, below);
        var reach = -Tail.NormalQuantile((1 - confidence) / 2) * variance().SquareRootToNearestDouble();
        var estimate = ratio.ToNearestDouble();
        return finding.Exact("estimate", ratio).Root("std.error", variance())
            .Special("conf.low", estimate * Math.Exp(-reach)).Special("conf.high", estimate * Math.Exp(reach)).Build();
    }
}

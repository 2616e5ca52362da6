namespace Collab.FederatedLearning.Features;

/// <summary>How log-odds become points: the base odds of good to bad give the base points, and twice the odds so many points more.</summary>
/// <param name="BasePoints">Points at the base odds.</param>
/// <param name="BaseOdds">Goods for each bad there; above 0.</param>
/// <param name="PointsToDoubleOdds">Points that double the odds; above 0.</param>
/// <remarks>Siddiqi, Credit Risk Scorecards, 2006, chapter 6: points = offset + factor·ln(odds).</remarks>
public sealed record ScorecardScale(double BasePoints, double BaseOdds, double PointsToDoubleOdds)
{
    /// <summary>Points for each unit of the natural logarithm of odds.</summary>
    public double Factor => PointsToDoubleOdds / Math.Log(2);

    /// <summary>Points at even odds.</summary>
    public double Offset => BasePoints - (Factor * Math.Log(BaseOdds));

    /// <summary>The probability of bad at so many points.</summary>
    public double ProbabilityOfBad(double points) => 1 / (1 + Math.Exp((points - Offset) / Factor));

    internal void Check()
    {
        if (!double.IsFinite(BasePoints) || !(BaseOdds > 0 && PointsToDoubleOdds > 0) || !double.IsFinite(Factor) || !double.IsFinite(Offset))
            throw new ArgumentException("A scale has finite points, and odds and points to double them above 0.");
    }
}

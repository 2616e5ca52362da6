using System.Globalization;

namespace Collab.Statistics.Inference.Survival;

/// <summary>One step of a survival curve.</summary>
/// <param name="Time">When.</param>
/// <param name="AtRisk">Still followed just before.</param>
/// <param name="Events">Events then.</param>
/// <param name="Censored">Left then without.</param>
/// <param name="Survival">The share without the event after it.</param>
/// <param name="StandardError">Greenwood's, of <paramref name="Survival"/>.</param>
/// <param name="Low">Lower end of the pointwise interval.</param>
/// <param name="High">Upper end.</param>
public sealed record SurvivalStep(
    double Time, long AtRisk, long Events, long Censored, double Survival, double StandardError, double Low, double High);

/// <summary>The product-limit estimate of survival with Greenwood's variance, as R's <c>survfit</c> (intervals on the logarithm).</summary>
public static class KaplanMeier
{
    /// <summary>The curve, a step for each time of the table.</summary>
    /// <remarks>Where nobody is left, the standard error is not a number and the interval too, as in R.</remarks>
    public static IReadOnlyList<SurvivalStep> Curve(LifeTable table, double confidence = 0.95)
    {
        var z = -Tail.NormalQuantile((1 - confidence) / 2);
        var steps = new SurvivalStep[table.Times.Count];
        var (survival, greenwood) = (1.0, 0.0);
        for (var i = 0; i < steps.Length; i++)
        {
            var (n, d) = ((double)table.AtRisk[i], (double)table.Events[i]);
            survival *= (n - d) / n;
            greenwood += d / (n * (n - d)); // infinite when all that are left have the event
            var error = Math.Sqrt(greenwood);
            var defined = survival > 0;
            steps[i] = new SurvivalStep(
                table.Times[i], table.AtRisk[i], table.Events[i], table.Censored[i], survival, defined ? survival * error : double.NaN,
                defined ? survival * Math.Exp(-z * error) : double.NaN, defined ? Math.Min(1, survival * Math.Exp(z * error)) : double.NaN);
        }

        return steps;
    }

    /// <summary>The median of survival with its interval: the first time at which curve and ends of the interval reach one half.</summary>
    /// <remarks>NaN where one half is not reached. Where the curve stays at one half, the middle of that stretch, as in R.</remarks>
    public static Finding Median(LifeTable table, double confidence = 0.95)
    {
        var curve = Curve(table, confidence);
        return new FindingBuilder("Median survival")
            .Near("records", table.AtRisk.Count == 0 ? 0 : table.AtRisk[0]).Near("events", table.Events.Sum())
            .Near("estimate", FirstAtHalf(curve, step => step.Survival)).Near("conf.low", FirstAtHalf(curve, step => step.Low))
            .Near("conf.high", FirstAtHalf(curve, step => step.High)).Build();
    }

    /// <summary>The curve as a finding, its steps named by their time.</summary>
    public static Finding Test(LifeTable table, double confidence = 0.95)
    {
        var finding = new FindingBuilder("Kaplan-Meier estimate");
        foreach (var step in Curve(table, confidence))
        {
            var term = step.Time.ToString("R", CultureInfo.InvariantCulture);
            finding.Near("n.risk", step.AtRisk, term).Near("n.event", step.Events, term).Near("n.censor", step.Censored, term)
                .Near("estimate", step.Survival, term).Near("std.error", step.StandardError, term)
                .Special("conf.low", step.Low, term).Special("conf.high", step.High, term);
        }

        return finding.Build();
    }

    private static double FirstAtHalf(IReadOnlyList<SurvivalStep> curve, Func<SurvivalStep, double> of)
    {
        const double Tolerance = 1.5e-8; // R's, so that 0.5 from a product of ratios is one half
        for (var i = 0; i < curve.Count; i++)
        {
            var value = of(curve[i]);
            if (double.IsNaN(value)) continue;
            if (Math.Abs(value - 0.5) <= Tolerance)
            {
                var next = i + 1;
                while (next < curve.Count && Math.Abs(of(curve[next]) - 0.5) <= Tolerance) next++;
                return next < curve.Count ? (curve[i].Time + curve[next].Time) / 2 : curve[i].Time;
            }

            if (value < 0.5) return curve[i].Time;
        }

        return double.NaN;
    }
}

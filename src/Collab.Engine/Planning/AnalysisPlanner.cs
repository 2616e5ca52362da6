using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles analyses with the owners' offers: every measure at the largest scale that an owner or the description has.</summary>
internal static class AnalysisPlanner
{
    /// <summary>The protocol of joint analyses.</summary>
    public const string Protocol = "joint-analyses/1";

    public static AnalysisQuestion QuestionOf(JobKind.JointAnalyses kind, IReadOnlyList<DatasetOffer> offers) => QuestionOf(kind, column => Planner.ScaleOf(column, offers));

    /// <summary>The same, where somebody else knows the scales of columns.</summary>
    public static AnalysisQuestion QuestionOf(JobKind.JointAnalyses kind, Func<string, int> scaleOf)
    {
        Measure Settled(Measure measure) => measure with { Scale = Math.Max(measure.Scale, scaleOf(measure.Column)) };
        return new AnalysisQuestion([.. kind.Analyses.Select(Analysis (analysis) => analysis switch
        {
            Analysis.Means means => means with { Value = Settled(means.Value), Null = Rescaled(means.Null, means.Value, Settled(means.Value)) },
            Analysis.PairedMeans paired => Paired(Settled(paired.First), Settled(paired.Second)),
            Analysis.Correlation correlation => new Analysis.Correlation(Settled(correlation.X), Settled(correlation.Y)),
            Analysis.Shape shape => new Analysis.Shape(Settled(shape.Value)),
            Analysis.Linear linear => new Analysis.Linear(Settled(linear.Response), [.. linear.Covariates.Select(Settled)]),
            Analysis.Logistic logistic => logistic with { Covariates = [.. logistic.Covariates.Select(Settled)] },
            Analysis.Poisson poisson => new Analysis.Poisson(Settled(poisson.Response), [.. poisson.Covariates.Select(Settled)]),
            Analysis.Cox cox => cox with
            {
                Time = Settled(cox.Time),
                Covariates = [.. cox.Covariates.Select(Settled)],
                Ends = [.. cox.Ends.Select(end => Rescaled(end, cox.Time, Settled(cox.Time)))],
            },
            Analysis.Survival survival => survival with
            {
                Time = Settled(survival.Time),
                Ends = [.. survival.Ends.Select(end => Rescaled(end, survival.Time, Settled(survival.Time)))],
            },
            Analysis.Quantiles quantiles => quantiles with
            {
                Value = Settled(quantiles.Value),
                Low = quantiles.HasRange ? Rescaled(quantiles.Low, quantiles.Value, Settled(quantiles.Value)) : quantiles.Low,
                High = quantiles.HasRange ? Rescaled(quantiles.High, quantiles.Value, Settled(quantiles.Value)) : quantiles.High,
            },
            Analysis.Ranked ranked => ranked with { Value = Settled(ranked.Value), Other = ranked.Other is { } other ? Settled(other) : null },
            Analysis.Binned binned => binned with
            {
                Value = Settled(binned.Value),
                Breaks = [.. binned.Breaks.Select(edge => Rescaled(edge, binned.Value, Settled(binned.Value)))],
            },
            _ => analysis,
        })], kind.MinimumGroupSize);
    }

    private static Analysis.PairedMeans Paired(Measure first, Measure second)
    {
        var scale = Math.Max(first.Scale, second.Scale);
        return new Analysis.PairedMeans(first with { Scale = scale }, second with { Scale = scale });
    }

    private static long Rescaled(long units, Measure from, Measure to)
    {
        var scaled = units * BigInteger.Pow(10, to.Scale - from.Scale);
        return scaled >= long.MinValue && scaled <= long.MaxValue
            ? (long)scaled
            : throw new CollabException(Planner.ColumnUnsuited, $"A number of the analysis does not fit 64 bits with the {to.Scale} decimals of '{to.Column}'.");
    }
}

using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Regression;
using MathNet.Numerics.LinearAlgebra;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses;

/// <summary>A generalised linear model with an intercept, fitted in the rounds of <see cref="RegressionRounds"/>. Its first cell rests on all complete rows.</summary>
internal abstract class ModelProcedure(Family family, IReadOnlyList<Measure> covariates) : RoundsProcedure
{
    /// <summary>How often sums are asked for at most: at the start, and once after each step.</summary>
    public const int MostQuestions = GeneralisedLinearModel.MaximumIterations + 1;

    public Family Family => family;

    /// <summary>The covariates and the intercept.</summary>
    public int ColumnCount => covariates.Count + 1;

    public override int BytesPerRow => sizeof(double) * (ColumnCount + 1);

    /// <summary>The intercept and the covariates by name.</summary>
    protected IReadOnlyList<string> Names => ["(Intercept)", .. covariates.Select(covariate => covariate.Column)];

    /// <summary>Of each column, how many of its units are 1.</summary>
    protected double[] Units => [1, .. covariates.Select(covariate => Math.Pow(10, covariate.Scale))];

    private int SumCount => WeightedTerms.CountOf(ColumnCount) + 1;

    /// <summary>Rows that the whole needs: ten for each column, as in linear regression, and more than the rounds could tell.</summary>
    public override int MinimumOf(int minimum) => Math.Max(
        Math.Max(minimum, LinearProcedure.RowsPerColumn * ColumnCount), RegressionRounds.MinimumRows(MostQuestions, WeightedTerms.CountOf(ColumnCount), ColumnCount));

    public override int MinimumOfCell(int cell, int minimum) => cell == 0 ? MinimumOf(minimum) : minimum;

    public override int MinimumOfJoinedCell(int cell, int minimum) => MinimumOfCell(cell, minimum);

    public override KeptRows Keep() => new ModelRows(this);

    public (long[] Values, bool[] Present)[] CovariatesOf(ColumnBatch batch) => [.. covariates.Select(measure => BatchColumns.ScaledValues(batch, measure))];

    /// <summary>Each row's response, and whether the row is complete.</summary>
    /// <exception cref="CollabException">A response is none of the family's; the message names the row and never a value.</exception>
    public abstract (double[] Responses, bool[] Complete) ResponsesOf(ColumnBatch batch, (long[] Values, bool[] Present)[] columns);

    /// <summary>What the opened totals say of the responses.</summary>
    protected abstract Responses ResponsesOf(IReadOnlyList<BigInteger[]> cells);

    public override Task ContributeAsync(ProcedureRounds rounds, KeptRows own, CancellationToken cancellation) =>
        RegressionRounds.ContributeAsync(rounds, ColumnCount, MostQuestions, ((ModelRows)own).SumsAt, cancellation);

    public override async Task<IReadOnlyList<Finding>> ReceiveAsync(
        ProcedureRounds rounds, KeptRows? own, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        var units = Units;
        return [await RegressionRounds.WithEndAsync(rounds, () => GeneralisedLinearModel.FitAsync(family, Names, ResponsesOf(cells), SumsAsync), cancellation)];

        async Task<WeightedSums> SumsAsync(Vector<double>? beta)
        {
            double[]? asked = beta is null ? null : [.. beta.Select((b, i) => b / units[i])];
            var sums = await RegressionRounds.AskAsync(rounds, asked, SumCount, own is ModelRows rows ? rows.SumsAt : null, cancellation);
            return Read(sums, units);
        }
    }

    public override PlannedTraffic Sends(AnalysisPlan plan, PartyId from, PartyId to) => RegressionRounds.Sends(plan, from, to, ColumnCount, MostQuestions, SumCount);

    /// <summary>The sums for columns in units of 1.</summary>
    private static WeightedSums Read(Integer256[] opened, double[] units)
    {
        var sums = WeightedSums.Read([.. opened.SkipLast(1).Select(sum => FixedPoint.Read(sum))], units.Length);
        return new WeightedSums(
            sums.Information.MapIndexed((i, j, sum) => sum / (units[i] * units[j])), sums.Score.MapIndexed((i, sum) => sum / units[i]),
            opened[^1] == default ? sums.Deviance : double.NaN, sums.Wrong);
    }
}

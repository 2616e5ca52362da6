using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Regression;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses;

/// <summary>Poisson regression: a cell of all rows, with n, Σy, Σ y·ln y and Σ ln y! (the last two as whole numbers of 2^−64), and one of the rows whose count is not 0, that opens nothing.</summary>
internal sealed class PoissonProcedure(Analysis.Poisson analysis) : ModelProcedure(Family.Poisson, analysis.Covariates)
{
    public override IReadOnlyList<int> TotalsOfCells => [4, 0];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var (responses, complete) = ResponsesOf(batch, CovariatesOf(batch));
        for (var row = 0; row < responses.Length; row++)
        {
            if (!complete[row]) continue;
            var y = responses[row];
            sums.Counts[0]++;
            sums.Add(0, 0, 1);
            if (y == 0) continue; // 0·ln 0 and ln 0! are 0
            sums.Counts[1]++;
            sums.Add(0, 1, (long)y);
            FixedPoint.TryAdd(ref sums.Totals[0][2], y * Math.Log(y)); // y is below 2^63, so it fits
            FixedPoint.TryAdd(ref sums.Totals[0][3], SpecialFunctions.GammaLn(y + 1));
        }
    }

    public override (double[] Responses, bool[] Complete) ResponsesOf(ColumnBatch batch, (long[] Values, bool[] Present)[] columns)
    {
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Response);
        var unit = (long)BigInteger.Pow(10, analysis.Response.Scale);
        for (var row = 0; row < values.Length; row++)
        {
            if (present[row] && (values[row] < 0 || values[row] % unit != 0))
                throw new CollabException(StatisticsErrors.ResponseUnfit, $"Row {batch.NumberOf(row)}: column '{analysis.Response.Column}' holds no count.");
        }

        return ([.. values.Select(value => (double)(value / unit))], [.. present.Select((there, row) => there && columns.All(column => column.Present[row]))]);
    }

    protected override Responses ResponsesOf(IReadOnlyList<BigInteger[]> cells) =>
        Responses.Poisson((long)cells[0][0], (double)cells[0][1], FixedPoint.Read(cells[0][2]), FixedPoint.Read(cells[0][3]));

    /// <summary>A cell of all rows: n, Σ y, Σ y·ln y, Σ ln y!, Σ y·x; at the start Σ w·x·xᵀ and Σ w·z·x; and a cell of the rows whose count is not 0.</summary>
    public override IReadOnlyList<JoinedCell> Joined
    {
        get
        {
            RowProduct Of(CountTerm term) => new RowFactor.Count(analysis.Response, term);
            RowProduct y = new RowFactor.Power(analysis.Response, 1);
            RowProduct[] firsts = [.. Enumerable.Range(0, ColumnCount).Select(i => RowProduct.Moment(analysis.Covariates, 0, i))];
            RowProduct[] totals =
            [
                RowProduct.One, Of(CountTerm.TimesLog), Of(CountTerm.LogFactorial), .. firsts.Select(x => y * x),
                .. RowProduct.Moments(analysis.Covariates).Select(x => Of(CountTerm.StartWeight) * x), .. firsts.Select(x => Of(CountTerm.StartResponse) * x),
            ];
            return [new(RowProduct.One, [.. totals.Select(total => (RowTotal)total)]), new(Of(CountTerm.Positive), [])];
        }
    }

    public override int MostJoinedQuestions => GeneralisedLinearModel.MaximumIterations;

    public override JoinedModel ModelOver(JoinedTables tables, PartyId receiver) => new ExponentialModel(analysis.Covariates, tables, receiver, null);

    /// <summary>Only Σ w·x·xᵀ needs rounds: the intercept makes Σ w·x of it, and Σ y·x is known.</summary>
    public override async Task<Finding> ReceiveJoinedAsync(JoinedRounds rounds, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        var (totals, model, units, next) = (cells[0], (ExponentialModel)rounds.Model, Units, 3);
        var (logs, factorials) = (CountTerm.TimesLog.Read(totals[1]), CountTerm.LogFactorial.Read(totals[2]));
        var unit = Math.Pow(10, analysis.Response.Scale);
        var response = Vector<double>.Build.Dense(ColumnCount, i => (double)totals[next + i] / (unit * units[i]));
        next += ColumnCount;
        var information = Matrix<double>.Build.Dense(ColumnCount, ColumnCount);
        for (var i = 0; i < ColumnCount; i++)
            for (var j = i; j < ColumnCount; j++) information[i, j] = information[j, i] = CountTerm.StartWeight.Read(totals[next++]) / (units[i] * units[j]);
        var start = new WeightedSums(
            information, Vector<double>.Build.Dense(ColumnCount, i => CountTerm.StartResponse.Read(totals[next + i]) / units[i]), double.NaN, 0); // no step is so small as to end at once
        (double[] Beta, Matrix<double> Information)? last = null;
        var found = await GeneralisedLinearModel.FitAsync(Family, Names, Responses.Poisson((long)totals[0], response[0], logs, factorials), SumsAsync);
        var error = model.ErrorOf((double)totals[0], last!.Value.Beta);
        var ofLogs = 2 * (double)totals[0] * CountTerm.TimesLog.Read(BigInteger.One); // of Σ y·ln y and Σ ln y!, twice each, a row's rounded to half a unit
        return JoinedPrecision.Require(JoinedPrecision.ErrorsOf(last.Value.Information), error, error)
            .Bound(found, name => name is "deviance" or "AIC" ? (2 * error) + ofLogs : name == "null.deviance" ? ofLogs : null);

        async Task<WeightedSums> SumsAsync(Vector<double>? beta)
        {
            if (beta is null) return start;
            var normalised = model.Normalised(beta);
            var sums = model.MatrixOf(await model.AskAsync(rounds, normalised, (double)totals[0], cancellation));
            last = (normalised, sums);
            var inUnits = model.InUnits(sums);
            return new WeightedSums(inUnits, response - inUnits.Row(0), 2 * (logs - (beta * response) - response[0] + inUnits[0, 0]), 0);
        }
    }
}

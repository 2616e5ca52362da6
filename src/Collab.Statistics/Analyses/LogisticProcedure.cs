using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Regression;

namespace Collab.Statistics.Analyses;

/// <summary>Logistic regression: a cell of all rows, that opens nothing, and one for each response with its count.</summary>
internal sealed class LogisticProcedure(Analysis.Logistic analysis) : ModelProcedure(Family.Binomial, analysis.Covariates)
{
    private readonly Dictionary<string, int> _levels = BatchColumns.NumbersOf(analysis.Response.Levels);

    public override IReadOnlyList<int> TotalsOfCells => [0, 1, 1];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var (responses, complete) = ResponsesOf(batch, CovariatesOf(batch));
        for (var row = 0; row < responses.Length; row++)
        {
            if (!complete[row]) continue;
            var cell = 1 + (int)responses[row];
            sums.Counts[0]++;
            sums.Counts[cell]++;
            sums.Add(cell, 0, 1);
        }
    }

    public override (double[] Responses, bool[] Complete) ResponsesOf(ColumnBatch batch, (long[] Values, bool[] Present)[] columns)
    {
        var levels = BatchColumns.LevelOfEachRow(batch, analysis.Response, _levels);
        return ([.. levels.Select(level => (double)level)], [.. levels.Select((level, row) => level >= 0 && columns.All(column => column.Present[row]))]);
    }

    /// <summary>A cell of all rows, with n, Σ x and Σ x·xᵀ, and one for each response, of the second with n and Σ x.</summary>
    public override IReadOnlyList<JoinedCell> Joined
    {
        get
        {
            RowProduct Is(int level) => new RowFactor.Level(analysis.Response, level);
            return
            [
                new(RowProduct.One, [.. RowProduct.Moments(analysis.Covariates).Select(x => (RowTotal)x)]), new(Is(0), []),
                new(Is(1), [.. Enumerable.Range(0, ColumnCount).Select(i => (RowTotal)(Is(1) * RowProduct.Moment(analysis.Covariates, 0, i)))]),
            ];
        }
    }

    public override int MostJoinedQuestions => GeneralisedLinearModel.MaximumIterations;

    public override JoinedModel ModelOver(JoinedTables tables, PartyId receiver) => new LogisticModel(analysis.Covariates, tables, receiver);

    public override Task<Finding> ReceiveJoinedAsync(JoinedRounds rounds, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        var model = (LogisticModel)rounds.Model;
        return new JoinedLogisticRounds(rounds, model, model.CentredOf(cells[0]), model.CentredOf(cells[2].AsSpan())).FitAsync(Names, cancellation);
    }

    protected override Responses ResponsesOf(IReadOnlyList<BigInteger[]> cells) => Responses.Binomial((long)cells[1][0], (long)cells[2][0]);
}

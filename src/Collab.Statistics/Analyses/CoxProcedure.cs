using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Survival;
using MathNet.Numerics.LinearAlgebra;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses;

/// <summary>
/// Cox regression over intervals of time. Rows leave the risk set in one of two ways in each interval: with the event, or followed no longer (in the last: or beyond
/// it). Each leaving has two cells: that it has enough rows, and that it has none at any owner. One of the two must pass, since the sums of a leaving are told by themselves.
/// </summary>
internal sealed class CoxProcedure(Analysis.Cox analysis) : RoundsProcedure
{
    private const int CellsOfLeaving = 2;

    private readonly Dictionary<string, int> _events = BatchColumns.NumbersOf(analysis.Event.Levels);
    private readonly Leaving _leaving = new(analysis.Time, analysis.Event, [.. analysis.Ends]);

    public int CovariateCount => analysis.Covariates.Count;

    /// <summary>With the event and without, in each interval.</summary>
    public int LeavingCount => _leaving.Count;

    /// <summary>Σ w, Σ w·x, Σ w·x·xᵀ.</summary>
    public int SumsOfLeaving => (CovariateCount + 1) * (CovariateCount + 2) / 2;

    /// <summary>The number with the event, in its cell of enough rows; all other cells open nothing.</summary>
    public override IReadOnlyList<int> TotalsOfCells => [.. Enumerable.Range(0, LeavingCount * CellsOfLeaving).Select(cell => cell % (2 * CellsOfLeaving) == 0 ? 1 : 0)];

    public override int BytesPerRow => sizeof(double) * (CovariateCount + 1);

    private int SumCount => (LeavingCount * SumsOfLeaving) + 1;

    public override int MinimumOf(int minimum) => Math.Max(minimum, RegressionRounds.MinimumRows(CoxRegression.MaximumQuestions, SumsOfLeaving, CovariateCount));

    /// <summary>A cell of none counts the owners that have none, and needs all.</summary>
    public override int MinimumOfCell(int cell, int minimum, int owners) => cell % CellsOfLeaving == 0 ? MinimumOf(minimum) : owners;

    public override KeptRows Keep() => new CoxRows(this);

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        foreach (var leaving in Read(batch).Leavings)
        {
            if (leaving < 0) continue;
            sums.Counts[leaving * CellsOfLeaving]++;
            if (leaving % 2 == 0) sums.Add(leaving * CellsOfLeaving, 0, 1);
        }

        for (var leaving = 0; leaving < LeavingCount; leaving++)
            sums.Counts[(leaving * CellsOfLeaving) + 1] = sums.Counts[leaving * CellsOfLeaving] == 0 ? 1 : 0;
    }

    public override bool[] Opened(IReadOnlyList<bool> passed)
    {
        var all = Enumerable.Range(0, LeavingCount).All(leaving => passed[leaving * CellsOfLeaving] || passed[(leaving * CellsOfLeaving) + 1]);
        return [.. Enumerable.Repeat(all, passed.Count)];
    }

    /// <summary>How each row leaves (its interval twice, and 1 if without the event; −1 if it is not complete), and its covariates.</summary>
    public (int[] Leavings, (long[] Values, bool[] Present)[] Columns) Read(ColumnBatch batch)
    {
        var events = BatchColumns.LevelOfEachRow(batch, analysis.Event, _events);
        var (times, present) = BatchColumns.ScaledValues(batch, analysis.Time);
        (long[] Values, bool[] Present)[] columns = [.. analysis.Covariates.Select(measure => BatchColumns.ScaledValues(batch, measure))];
        return ([.. times.Select((time, row) => present[row] && events[row] >= 0 && columns.All(column => column.Present[row]) ? _leaving.Of(time, events[row]) : -1)], columns);
    }

    public override Task ContributeAsync(ProcedureRounds rounds, KeptRows own, CancellationToken cancellation) =>
        RegressionRounds.ContributeAsync(rounds, CovariateCount + 1, CoxRegression.MaximumQuestions, ((CoxRows)own).SumsAt, cancellation);

    public override async Task<IReadOnlyList<Finding>> ReceiveAsync(
        ProcedureRounds rounds, KeptRows? own, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        double[] units = [.. analysis.Covariates.Select(covariate => Math.Pow(10, covariate.Scale))];
        long[] events = [.. Enumerable.Range(0, LeavingCount / 2).Select(interval => (long)cells[2 * CellsOfLeaving * interval][0])];
        CoxSums.Weighted[]? start = null;
        Vector<double>? mean = null;
        return [await RegressionRounds.WithEndAsync(rounds, () => FitAsync(events, SumsAsync), cancellation)];

        async Task<IReadOnlyList<CoxSums>> SumsAsync(Vector<double> beta)
        {
            // With the offset a row of mean covariates weighs 1, so that no weight falls below the fraction of the sums.
            var offset = mean is null ? 0 : -(beta * mean);
            double[]? asked = mean is null ? null : [offset, .. beta.Select((b, i) => b / units[i])];
            var sums = await RegressionRounds.AskAsync(rounds, asked, SumCount, own is CoxRows rows ? rows.SumsAt : null, cancellation);
            if (sums[^1] != default) throw new InvalidOperationException("A hazard grows beyond all bounds: no finite estimate exists.");
            var leavings = Enumerable.Range(0, LeavingCount).Select(leaving => Read(sums.AsSpan(leaving * SumsOfLeaving, SumsOfLeaving), units, Math.Exp(-offset))).ToArray();
            start ??= leavings; // weights are 1 there: the numbers themselves
            mean ??= leavings.Aggregate(Vector<double>.Build.Dense(units.Length), (sum, leaving) => sum + leaving.First) / leavings.Sum(leaving => leaving.Zeroth);
            return AtRisk(events, start, leavings);
        }
    }

    private Task<Finding> FitAsync(long[] events, Func<Vector<double>, Task<IReadOnlyList<CoxSums>>> sums) => events.Sum() > 0
        ? CoxRegression.FitAsync([.. analysis.Covariates.Select(covariate => covariate.Column)], sums)
        : throw new InvalidOperationException("No row has the event within the intervals.");

    /// <summary>Of each way of leaving two cells, each behind a gate of its own: enough rows, with their number, Σ x and Σ x·xᵀ; and none.</summary>
    public override IReadOnlyList<JoinedCell> Joined =>
    [
        .. Enumerable.Range(0, LeavingCount).Select(number => (RowProduct)new RowFactor.Leaves(_leaving, number)).SelectMany((leaves, number) => new JoinedCell[]
        {
            new(leaves, [.. RowProduct.Moments(analysis.Covariates).Select(x => (RowTotal)(leaves * x))]) { Gate = CellsOfLeaving * number },
            new(new RowTotal((-1, leaves)), []) { Gate = (CellsOfLeaving * number) + 1 },
        }),
    ];

    public override int MinimumOfJoinedCell(int cell, int minimum) => cell % CellsOfLeaving == 0 ? MinimumOf(minimum) : 0;

    public override int MostJoinedQuestions => CoxRegression.MaximumQuestions - 1; // β = 0 is known before

    /// <summary>Only where time and event are at one owner, who then knows how each of its rows leaves.</summary>
    public override JoinedModel? ModelOver(JoinedTables tables, PartyId receiver) =>
        tables[analysis.Time.Column].Of == tables[analysis.Event.Column].Of ? new ExponentialModel(analysis.Covariates, tables, receiver, _leaving) : null;

    /// <summary>Covariates are taken from the middles of their ranges, which changes no estimate.</summary>
    public override async Task<Finding> ReceiveJoinedAsync(JoinedRounds rounds, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        var model = (ExponentialModel)rounds.Model;
        double[] halves = [.. Enumerable.Range(1, CovariateCount).Select(k => model.ScaleOf(k).Half)];
        var start = Enumerable.Range(0, LeavingCount).Select(number => model.CentredOf(cells[CellsOfLeaving * number])).Select(totals => Weighted(totals, halves)).ToArray();
        long[] events = [.. Enumerable.Range(0, LeavingCount / 2).Select(interval => (long)start[2 * interval].Zeroth)];
        var rows = start.Sum(leaving => leaving.Zeroth);
        var (last, error) = (AtRisk(events, start, start), 0.0);
        var found = await FitAsync(events, SumsAsync);
        var inverses = last.Sum(time => Enumerable.Range(0, (int)time.Events).Sum(k => 1 / (time.Risk.Zeroth - ((double)k / time.Events * time.Tied.Zeroth))));
        var precision = JoinedPrecision.Require(analysis.Covariates.Select((covariate, k) => found[covariate.Column, "std.error"] * halves[k]), 4 * error * inverses, 12 * error * inverses);
        var ofLog = 2 * error * inverses; // of Σ ln S; the score test stands on exact totals
        return precision.Bound(found, name => name switch
        {
            "loglik" => ofLog,
            "statistic.log" => 2 * ofLog,
            "p.value.log" => JoinedPrecision.ErrorOfTail(found["", "statistic.log"], 2 * ofLog, found["", name]),
            "statistic.wald" => precision.ErrorOfForm(found["", name]),
            "p.value.wald" => JoinedPrecision.ErrorOfTail(found["", "statistic.wald"], precision.ErrorOfForm(found["", "statistic.wald"]), found["", name]),
            _ => null,
        });

        async Task<IReadOnlyList<CoxSums>> SumsAsync(Vector<double> beta)
        {
            if (beta.ForAll(b => b == 0)) return last;
            double[] normalised = [0, .. beta.Select((b, k) => b * halves[k])];
            var sums = await model.AskAsync(rounds, normalised, rows, cancellation);
            error = model.ErrorOf(rows, normalised);
            return last = AtRisk(events, start, [.. Enumerable.Range(0, LeavingCount).Select(number => Weighted(model.MatrixOf(sums, number * model.SumsOfWay), halves))]);
        }
    }

    /// <summary>The sums of a leaving for covariates in units of 1.</summary>
    private static CoxSums.Weighted Weighted(Matrix<double> normalised, double[] halves) => new(
        normalised[0, 0], Vector<double>.Build.Dense(halves.Length, i => normalised[0, i + 1] * halves[i]),
        Matrix<double>.Build.Dense(halves.Length, halves.Length, (i, j) => normalised[i + 1, j + 1] * halves[i] * halves[j]));

    public override PlannedTraffic Sends(AnalysisPlan plan, PartyId from, PartyId to) =>
        RegressionRounds.Sends(plan, from, to, CovariateCount + 1, CoxRegression.MaximumQuestions, SumCount);

    /// <summary>From who leaves when to who is at risk, from the last interval back.</summary>
    private static List<CoxSums> AtRisk(long[] events, CoxSums.Weighted[] start, CoxSums.Weighted[] leavings)
    {
        var sums = new List<CoxSums>();
        CoxSums.Weighted? risk = null;
        for (var interval = events.Length - 1; interval >= 0; interval--)
        {
            var (tied, others) = (leavings[2 * interval], leavings[(2 * interval) + 1]);
            risk = risk is null ? tied + others : risk + tied + others;
            if (events[interval] > 0) sums.Add(new CoxSums(events[interval], start[2 * interval].First, risk, tied));
        }

        return sums;
    }

    /// <summary>The sums of a leaving for covariates in units of 1, without the offset.</summary>
    private static CoxSums.Weighted Read(ReadOnlySpan<Integer256> opened, double[] units, double factor)
    {
        var (first, second, next) = (Vector<double>.Build.Dense(units.Length), Matrix<double>.Build.Dense(units.Length, units.Length), 1);
        for (var i = 0; i < units.Length; i++) first[i] = FixedPoint.Read(opened[next++]) * factor / units[i];
        for (var i = 0; i < units.Length; i++)
            for (var j = i; j < units.Length; j++) second[i, j] = second[j, i] = FixedPoint.Read(opened[next++]) * factor / (units[i] * units[j]);
        return new CoxSums.Weighted(FixedPoint.Read(opened[0]) * factor, first, second);
    }
}

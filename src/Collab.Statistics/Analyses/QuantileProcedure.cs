using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Ranks;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Disclosure;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Ranks;
using Collab.Statistics.Orders;
using Collab.Statistics.Results;

namespace Collab.Statistics.Analyses;

/// <summary>Quantiles: a cell for each probability, group by group, with n; then a search for the two values between which each quantile lies.</summary>
internal sealed class QuantileProcedure(Analysis.Quantiles analysis) : RoundsProcedure
{
    private readonly Dictionary<string, int> _groups = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);
    private readonly Fraction[] _probabilities = [.. analysis.Probabilities.Select(units => new Fraction(units, BigInteger.Pow(10, analysis.Scale)))];

    public override IReadOnlyList<int> TotalsOfCells => [.. Enumerable.Repeat(1, _groups.Count * _probabilities.Length)];

    public override int BytesPerRow => SortedValues.BytesPerRow;

    public override int MinimumOf(int minimum) => Enumerable.Range(0, _probabilities.Length).Max(p => MinimumOfCell(p, minimum));

    /// <summary>So many rows that the minimum lies on either side of the quantile, and between it and the next.</summary>
    public override int MinimumOfCell(int cell, int minimum)
    {
        var place = cell % _probabilities.Length;
        var probability = _probabilities[place];
        Fraction before = place == 0 ? 0 : _probabilities[place - 1], after = place == _probabilities.Length - 1 ? 1 : _probabilities[place + 1];
        var (left, right) = (probability - before, after - probability);
        var rows = SampleQuantile.RowsFor((left - right).Numerator.Sign < 0 ? left : right, minimum);
        return rows <= int.MaxValue
            ? (int)rows
            : throw new CollabException(
                StatisticsErrors.QuestionUnfit, $"A quantile at {NameOf(place)} with its neighbours would need {rows} rows; at most {int.MaxValue} can be asked for.");
    }

    /// <summary>Quantiles are told one by one, but where a group has none to tell, none of the <see cref="CoveringCell"/>'s group either: its number of rows stays unknown with the small group's.</summary>
    public override bool[] Opened(IReadOnlyList<bool> passed)
    {
        bool[] opened = [.. passed];
        bool[] told = [.. opened.Chunk(_probabilities.Length).Select(group => group.Contains(true))];
        if (CoveringCell.Of(told) is { } cover) Array.Clear(opened, cover * _probabilities.Length, _probabilities.Length);
        return opened;
    }

    public override IReadOnlyList<string>? LabelsOfCells =>
        [.. _groups.Keys.SelectMany(level => Enumerable.Repeat(AnsweredSet.LabelOf(analysis.Groups, level), _probabilities.Length))];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var groups = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _groups);
        var (_, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        var rows = new int[_groups.Count];
        for (var row = 0; row < present.Length; row++)
            if (present[row] && groups[row] >= 0) rows[groups[row]]++;
        for (var cell = 0; cell < sums.Counts.Length; cell++)
        {
            sums.Counts[cell] += rows[cell / _probabilities.Length];
            sums.Add(cell, 0, rows[cell / _probabilities.Length]);
        }
    }

    public override OrderedQuestion Ordered => new(
        analysis.Value, analysis.Groups, OrderedStatistic.Quantiles,
        [.. QuestionOf([.. TotalsOfCells.Select(_ => true)]).Targets.Select(target => new OrderTarget(target.Group, target.Numerator, target.Denominator, target.IsUpper))],
        (counts, values) => FindingsOf([.. TotalsOfCells.Select((_, cell) => new BigInteger[] { counts[cell / _probabilities.Length] })], [.. values.Select(value => unchecked((long)value))]))
    {
        Low = analysis.Low, High = analysis.High,
    };

    public override KeptRows Keep() => new SortedValues(analysis);

    public override Task ContributeAsync(ProcedureRounds rounds, KeptRows own, CancellationToken cancellation) =>
        RankedElements.ContributeAsync(rounds, QuestionOf(rounds.Opened), (SortedValues)own, cancellation);

    public override async Task<IReadOnlyList<Finding>> ReceiveAsync(
        ProcedureRounds rounds, KeptRows? own, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        for (var cell = 0; cell < cells.Count; cell++) RequireCount(cells, cell, rounds.Plan.Question.MinimumGroupSize);
        var values = await RankedElements.ReceiveAsync(rounds, QuestionOf(rounds.Opened), (SortedValues?)own, cancellation);
        rounds.Progress?.Report(JointStatistics.Finish);
        return FindingsOf(cells, values);
    }

    public override PlannedTraffic Sends(AnalysisPlan plan, PartyId from, PartyId to) =>
        RankedElements.Sends(plan, QuestionOf([.. TotalsOfCells.Select(_ => true)]), from, to);

    private List<Finding> FindingsOf(IReadOnlyList<BigInteger[]> cells, long[] values)
    {
        var unit = BigInteger.Pow(10, analysis.Value.Scale);
        var (findings, next) = (new List<Finding>(), 0);
        foreach (var (level, group) in _groups)
        {
            var finding = new FindingBuilder(analysis.Groups is { } by ? $"Quantiles, {by.Column} = {level}" : "Quantiles");
            var told = new Dictionary<Fraction, Fraction>();
            for (var p = 0; p < _probabilities.Length; p++)
            {
                var totals = cells[(group * _probabilities.Length) + p];
                if (totals.Length == 0)
                {
                    finding.Near("suppressed", double.NaN, NameOf(p));
                    continue;
                }

                told[_probabilities[p]] = SampleQuantile.Of(totals[0], _probabilities[p], new Fraction(values[next], unit), new Fraction(values[next + 1], unit));
                finding.Exact("estimate", told[_probabilities[p]], NameOf(p));
                next += 2;
            }

            if (told.TryGetValue(new Fraction(1, 4), out var lower) && told.TryGetValue(new Fraction(3, 4), out var upper)) finding.Exact("iqr", upper - lower);
            findings.Add(finding.Build());
        }

        return findings;
    }

    private void RequireCount(IReadOnlyList<BigInteger[]> cells, int cell, int minimum)
    {
        if (cells[cell].Length == 0) return;
        var first = cell - (cell % _probabilities.Length);
        if (cells[cell][0] < MinimumOfCell(cell, minimum)) throw new ArgumentException("A count is below what passes the gate.", nameof(cells));
        if (cells.Skip(first).Take(_probabilities.Length).Any(other => other.Length > 0 && other[0] != cells[cell][0]))
            throw new ArgumentException("Two counts of one group differ.", nameof(cells));
    }

    private RankQuestion QuestionOf(IReadOnlyList<bool> opened) => new(
        [.. Enumerable.Range(0, opened.Count).Where(cell => opened[cell]).SelectMany(cell =>
        {
            var probability = _probabilities[cell % _probabilities.Length];
            var lower = new RankTarget(cell / _probabilities.Length, (long)probability.Numerator, (long)probability.Denominator, false);
            return new[] { lower, lower with { IsUpper = true } };
        })],
        analysis.Low, analysis.High);

    /// <summary>As R names it: 25%.</summary>
    private string NameOf(int probability) =>
        string.Create(CultureInfo.InvariantCulture, $"{100m * analysis.Probabilities[probability] / (decimal)BigInteger.Pow(10, analysis.Scale):0.#########}%");
}

using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Analyses;

/// <summary>What an owner computes alone: its part of the totals of every analysis, exactly, in one pass over its rows.</summary>
/// <remarks>Memory: the totals, one batch, and <see cref="AnalysisPlan.BytesPerRow"/> for each row. Local: sends nothing. Timing depends on the owner's own data.</remarks>
public sealed class LocalAnalysis
{
    private readonly AnalysisPlan _plan;
    private readonly CellSums[] _sums;
    private readonly KeptRows?[] _kept;

    /// <summary>Begins with no rows.</summary>
    public LocalAnalysis(AnalysisPlan plan)
    {
        _plan = plan;
        _sums = [.. plan.Procedures.Select(procedure => new CellSums(procedure.TotalsOfCells))];
        _kept = [.. plan.Procedures.Select(procedure => (procedure as RoundsProcedure)?.Keep())];
    }

    /// <summary>Rows seen.</summary>
    public long RowCount { get; private set; }

    /// <summary>Adds the rows of a batch.</summary>
    /// <exception cref="CollabException">A code of <see cref="StatisticsErrors"/> that names the row and never a value; the analysis is of no use then.</exception>
    public void Add(ColumnBatch batch)
    {
        for (var i = 0; i < _sums.Length; i++)
        {
            _plan.Procedures[i].Add(batch, _sums[i]);
            _kept[i]?.Add(batch);
        }

        RowCount += batch.RowCount;
        if (RowCount > LocalSummary.MaximumCount)
            throw new CollabException(StatisticsErrors.TooManyRows, $"More than {LocalSummary.MaximumCount} rows.");
    }

    internal void ThrowUnlessFor(AnalysisPlan plan)
    {
        if (!ReferenceEquals(plan, _plan)) throw new ArgumentException("The analysis was made for another plan.", nameof(plan));
    }

    /// <summary>The rows kept for the rounds of a procedure of the plan.</summary>
    internal KeptRows KeptFor(RoundsProcedure procedure) => _kept[_plan.Procedures.ToList().IndexOf(procedure)]!;

    internal Integer256[] Totals() => [.. _sums.SelectMany(sums => sums.Totals).SelectMany(totals => totals)];

    /// <summary>The owner's words of the gate. Where a cell needs fewer rows than the strictest, the first owner adds the difference to its count.</summary>
    internal bool[][] Words(PartyId self) =>
        [.. _plan.Procedures.Zip(_sums).SelectMany(part =>
            part.Second.Counts.Select((count, cell) => DisclosureGate.Word(_plan.Gate, count + Granted(self, part.First, cell))))];

    private long Granted(PartyId self, Procedure procedure, int cell) =>
        self == _plan.Owners[0] ? _plan.Gate.Minimum - procedure.MinimumOfCell(cell, _plan.Question.MinimumGroupSize, _plan.Owners.Count) : 0;
}

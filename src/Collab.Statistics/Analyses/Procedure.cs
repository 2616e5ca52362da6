using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Disclosure;

namespace Collab.Statistics.Analyses;

/// <summary>One analysis split in two: what an owner adds up of its own rows, and what the receiver makes of it with all owners.</summary>
/// <remarks>Either its totals settle it (<see cref="TotalsProcedure"/>), or owners and receiver go on in rounds (<see cref="RoundsProcedure"/>).</remarks>
internal abstract class Procedure
{
    /// <summary>For each cell, how many totals it has.</summary>
    public abstract IReadOnlyList<int> TotalsOfCells { get; }

    /// <summary>How many rows a cell needs, given the plan's minimum: regressions ask for more.</summary>
    public virtual int MinimumOf(int minimum) => minimum;

    /// <summary>How many rows a cell of its own needs, at most <see cref="MinimumOf"/>; the same for all unless a procedure knows better.</summary>
    public virtual int MinimumOfCell(int cell, int minimum) => MinimumOf(minimum);

    /// <summary>The same of a cell whose need depends on how many owners there are.</summary>
    public virtual int MinimumOfCell(int cell, int minimum, int owners) => MinimumOfCell(cell, minimum);

    /// <summary>Its cells and totals as functions of the row, for owners that hold different columns of it; null where that is not offered. Those of rounds are what the receiver learns before them.</summary>
    public virtual IReadOnlyList<JoinedCell>? Joined => null;

    /// <summary>What the number of rows of one of its <see cref="Joined"/> cells must reach.</summary>
    public virtual int MinimumOfJoinedCell(int cell, int minimum) => MinimumOf(minimum);

    /// <summary>Adds the rows of a batch.</summary>
    public abstract void Add(ColumnBatch batch, CellSums sums);

    /// <summary>Which cells are opened, given those that passed the gate: all or none, unless a procedure knows better.</summary>
    public virtual bool[] Opened(IReadOnlyList<bool> passed) => [.. Enumerable.Repeat(passed.All(p => p), passed.Count)];

    /// <summary>For each cell the label of the owner's set of rows that it decides on (<see cref="AnsweredSet.Label"/>); null where all are told or none.</summary>
    public virtual IReadOnlyList<string>? LabelsOfCells => null;

    /// <summary>The procedure of an analysis.</summary>
    public static Procedure Of(Analysis analysis) => analysis switch
    {
        Analysis.Means means => new MeansProcedure(means),
        Analysis.PairedMeans paired => new PairedMeansProcedure(paired),
        Analysis.Table table => new TableProcedure(table),
        Analysis.Correlation correlation => new CorrelationProcedure(correlation),
        Analysis.Shape shape => new ShapeProcedure(shape),
        Analysis.Linear linear => new LinearProcedure(linear),
        Analysis.Survival survival => new SurvivalProcedure(survival),
        Analysis.Quantiles quantiles => new QuantileProcedure(quantiles),
        Analysis.Proportion proportion => new ProportionProcedure(proportion),
        Analysis.Ranked ranked => new RankProcedure(ranked),
        Analysis.Binned binned => new BinnedProcedure(binned),
        Analysis.Logistic logistic => new LogisticProcedure(logistic),
        Analysis.Cox cox => new CoxProcedure(cox),
        Analysis.Poisson poisson => new PoissonProcedure(poisson),
        _ => throw new ArgumentException($"{analysis.GetType().Name} has no procedure.", nameof(analysis)),
    };
}

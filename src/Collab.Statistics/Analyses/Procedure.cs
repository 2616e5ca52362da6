using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Analyses;

/// <summary>One analysis split in two: what an owner adds up of its own rows, and what the receiver makes of the totals over all.</summary>
internal abstract class Procedure
{
    /// <summary>For each cell, how many totals it has.</summary>
    public abstract IReadOnlyList<int> TotalsOfCells { get; }

    /// <summary>How many rows a cell needs, given the plan's minimum: regressions ask for more.</summary>
    public virtual int MinimumOf(int minimum) => minimum;

    /// <summary>Adds the rows of a batch.</summary>
    public abstract void Add(ColumnBatch batch, CellSums sums);

    /// <summary>Which cells are opened, given those that passed the gate: all or none, unless a procedure knows better.</summary>
    public virtual bool[] Opened(IReadOnlyList<bool> passed) => [.. Enumerable.Repeat(passed.All(p => p), passed.Count)];

    /// <summary>What the totals of the opened cells say.</summary>
    /// <param name="cells">For each cell its totals, empty where it was not opened; at least one was.</param>
    /// <exception cref="InvalidOperationException">The procedure has no result for such data; the message says why.</exception>
    public abstract IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells);

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
        Analysis.Binned binned => new BinnedProcedure(binned),
        _ => throw new ArgumentException($"{analysis.GetType().Name} has no procedure.", nameof(analysis)),
    };
}

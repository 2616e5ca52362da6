using System.Numerics;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Analyses;

/// <summary>An analysis that its totals settle.</summary>
internal abstract class TotalsProcedure : Procedure
{
    /// <summary>What the totals of the opened cells say.</summary>
    /// <param name="cells">For each cell its totals, empty where it was not opened; at least one was.</param>
    /// <exception cref="InvalidOperationException">The procedure has no result for such data; the message says why.</exception>
    public abstract IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells);
}

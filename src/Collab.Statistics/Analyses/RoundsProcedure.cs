using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Analyses;

/// <summary>An analysis that totals alone do not settle: once the gate has passed it, owners and receiver go on in rounds over rows that each owner kept.</summary>
/// <remarks>
/// Analyses of a plan take their rounds one after the other, in its order, the same with every party: which of them were opened, every party knows from the gate.
/// A round is protocol like any other: what a peer sends is checked, and a fault names the peer and the procedure's own step.
/// </remarks>
internal abstract class RoundsProcedure : Procedure
{
    /// <summary>An owner's rows as the rounds need them; none yet.</summary>
    public abstract KeptRows Keep();

    /// <summary>What an owner keeps of a row in memory, in bytes.</summary>
    public abstract int BytesPerRow { get; }

    /// <summary>The part of an owner that is not the receiver.</summary>
    public abstract Task ContributeAsync(ProcedureRounds rounds, KeptRows own, CancellationToken cancellation);

    /// <summary>The part of the receiver.</summary>
    /// <param name="rounds">The other parties.</param>
    /// <param name="own">The receiver's own rows if it is one of at least three owners; null if it holds none.</param>
    /// <param name="cells">The opened totals: for each cell its own, empty where it was not opened; at least one was.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="InvalidOperationException">The procedure has no result for such data; the message says why, and the owners know that the rounds are over.</exception>
    public abstract Task<IReadOnlyList<Finding>> ReceiveAsync(
        ProcedureRounds rounds, KeptRows? own, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation);

    /// <summary>The analysis as what the order of one column says, for two owners that hold different columns of it; null where it is not.</summary>
    public virtual OrderedQuestion? Ordered => null;

    /// <summary>How often sums over joined rows are asked for at most.</summary>
    public virtual int MostJoinedQuestions => 0;

    /// <summary>The sums of a round over joined rows; null where it is not offered, or not where columns lie so.</summary>
    public virtual JoinedModel? ModelOver(JoinedTables tables, PartyId receiver) => null;

    /// <summary>The receiver's part over joined rows, whose rounds end with it.</summary>
    /// <param name="rounds">The other owner.</param>
    /// <param name="cells">The totals of <see cref="Procedure.Joined"/>.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="InvalidOperationException">The procedure has no result for such data; the message says why.</exception>
    public virtual Task<Finding> ReceiveJoinedAsync(JoinedRounds rounds, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>What the rounds of a plan make one party send another, at most.</summary>
    public abstract PlannedTraffic Sends(AnalysisPlan plan, PartyId from, PartyId to);
}

/// <summary>What an owner keeps of its rows for the rounds of one analysis.</summary>
internal abstract class KeptRows
{
    /// <summary>Keeps what is needed of a batch's rows.</summary>
    /// <exception cref="CollabException">A code of <see cref="StatisticsErrors"/> that names the row and never a value.</exception>
    public abstract void Add(ColumnBatch batch);
}

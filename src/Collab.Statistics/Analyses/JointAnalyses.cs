using System.Numerics;
using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Analyses;

/// <summary>Statistical analyses over rows that n ≥ 2 owners hold side by side, told to one receiver: totals by <see cref="GatedTotals"/>, rounds where an analysis needs them, formulas at the receiver.</summary>
/// <remarks>Who learns what: specs/analysis.md. Numbered as in specs/statistics.md.</remarks>
public static partial class JointAnalyses
{
    /// <summary>Rounds that quantiles take after the gate has passed them, however many they are.</summary>
    public static int RoundsOf(Analysis.Quantiles quantiles) => Orders.RankSearch.RoundsFor(quantiles.Low, quantiles.High);

    /// <summary>The part of an owner that is not the receiver.</summary>
    /// <param name="plan">The plan, the same with every party.</param>
    /// <param name="self">This owner.</param>
    /// <param name="peers">A channel to each other party of the plan, used for nothing else; the caller disposes them, on failure at once.</param>
    /// <param name="own">This owner's own part, made for the same plan.</param>
    /// <param name="random">Where shares and seed come from.</param>
    /// <param name="progress">Told of each step as it begins.</param>
    /// <param name="decided">Told which cells passed the gate, before any total is opened; what it throws ends the run with nothing opened.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">A peer broke a step; unless that was in step 4, this owner opened no total.</exception>
    /// <exception cref="ChannelException">The way to a peer failed.</exception>
    public static async Task ContributeAsync(
        AnalysisPlan plan, PartyId self, IReadOnlyDictionary<PartyId, IChannel> peers, LocalAnalysis own, RandomSource random,
        IProgress<StepId>? progress = null, Action<bool[]>? decided = null, CancellationToken cancellation = default)
    {
        if (self == plan.Receiver || !plan.Owners.Contains(self)) throw new ArgumentException("Not an owner that contributes.", nameof(self));
        own.ThrowUnlessFor(plan);
        var opened = await GatedTotals.ContributeAsync(plan.Gate, self, peers, own.Words(self), own.Totals(), OpenedOf(plan, decided), random, progress, cancellation);

        var rounds = new ProcedureRounds(plan, self, peers, random, progress);
        foreach (var (procedure, cells) in plan.Parts())
            if (procedure is RoundsProcedure goesOn && opened[cells].Contains(true))
                await goesOn.ContributeAsync(rounds with { Opened = opened[cells] }, own.KeptFor(goesOn), cancellation);
    }

    /// <summary>The part of the receiver.</summary>
    /// <param name="plan">The plan, the same with every party.</param>
    /// <param name="peers">A channel to each other party of the plan, used for nothing else; the caller disposes them, on failure at once.</param>
    /// <param name="own">The receiver's own part if it is one of at least three owners; null if it holds no rows.</param>
    /// <param name="random">Where its shares come from.</param>
    /// <param name="progress">Told of each step as it begins.</param>
    /// <param name="decided">Told which cells passed the gate, before any total is received; what it throws ends the run with nothing opened.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>An outcome for each analysis, in their order.</returns>
    /// <exception cref="PeerFaultException">A peer broke a step.</exception>
    /// <exception cref="ChannelException">The way to a peer failed.</exception>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    public static async Task<AnalysisResult> ReceiveAsync(
        AnalysisPlan plan, IReadOnlyDictionary<PartyId, IChannel> peers, LocalAnalysis? own, RandomSource random,
        IProgress<StepId>? progress = null, Action<bool[]>? decided = null, CancellationToken cancellation = default)
    {
        if (plan.Owners.Contains(plan.Receiver) != (own is not null)) throw new ArgumentException("The receiver's own part is missing, or has no place.", nameof(own));
        own?.ThrowUnlessFor(plan);
        var outcome = own is null
            ? await GatedTotals.ReceiveAsync(plan.Gate, peers, plan.Opened, progress, cancellation)
            : await GatedTotals.ReceiveAsOwnerAsync(plan.Gate, peers, own.Words(plan.Receiver), own.Totals(), OpenedOf(plan, decided), random, progress, cancellation);

        var cells = CellsOf(plan, outcome);
        var rounds = new ProcedureRounds(plan, plan.Receiver, peers, random, progress);
        var outcomes = new List<AnalysisOutcome>();
        foreach (var (procedure, range) in plan.Parts()) outcomes.Add(await OutcomeOfAsync(procedure, cells[range], rounds with { Opened = outcome.Released[range] }, own, cancellation));
        return new AnalysisResult(outcomes);
    }

    private static Func<bool[], bool[]> OpenedOf(AnalysisPlan plan, Action<bool[]>? decided) => passed =>
    {
        decided?.Invoke(passed);
        return plan.Opened(passed);
    };

    private static BigInteger[][] CellsOf(AnalysisPlan plan, GatedOutcome outcome)
    {
        var next = 0;
        return [.. plan.Gate.TotalsOfCells.Select((count, cell) => outcome.Released[cell]
            ? Enumerable.Range(0, count).Select(_ => outcome.Opened[next++].ToBigIntegerVariableTime()).ToArray()
            : [])];
    }

    private static async Task<AnalysisOutcome> OutcomeOfAsync(
        Procedure procedure, BigInteger[][] cells, ProcedureRounds rounds, LocalAnalysis? own, CancellationToken cancellation)
    {
        if (cells.All(totals => totals.Length == 0)) return AnalysisOutcome.Withheld;
        if (procedure is RoundsProcedure goesOn) return await OutcomeAsync(() => goesOn.ReceiveAsync(rounds, own?.KeptFor(goesOn), cells, cancellation));
        rounds.Progress?.Report(JointStatistics.Finish);
        return Outcome((TotalsProcedure)procedure, cells);
    }

    /// <summary>What the totals of the opened cells say, or why they say nothing.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    internal static AnalysisOutcome Outcome(TotalsProcedure procedure, IReadOnlyList<BigInteger[]> cells) =>
        OutcomeAsync(() => Task.FromResult(procedure.Finish(cells))).GetAwaiter().GetResult(); // which is done at once

    /// <summary>What is found, or why nothing is.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    internal static AnalysisOutcome Outcome(Func<IReadOnlyList<Finding>> find) => OutcomeAsync(() => Task.FromResult(find())).GetAwaiter().GetResult(); // which is done at once

    /// <summary>What an analysis finds, or why it finds nothing.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    internal static async Task<AnalysisOutcome> OutcomeAsync(Func<Task<IReadOnlyList<Finding>>> find)
    {
        try
        {
            return new AnalysisOutcome(await find(), null);
        }
        catch (InvalidOperationException none)
        {
            return new AnalysisOutcome([], none.Message);
        }
        catch (Exception impossible) when (impossible is ArgumentException or OverflowException or DivideByZeroException)
        {
            throw new CollabException(
                StatisticsErrors.TotalsImpossible, $"The totals of an analysis come from no rows: {impossible.Message}", step: JointStatistics.Finish);
        }
    }
}

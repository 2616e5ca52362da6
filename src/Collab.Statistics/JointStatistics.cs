using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;
using Collab.Statistics.Privacy;
using Collab.Statistics.Results;

namespace Collab.Statistics;

/// <summary>Descriptive statistics over rows that n ≥ 2 owners hold side by side, told to one receiver cell by cell.</summary>
/// <remarks>
/// Totals go by additive shares and are private against the receiver with n − 1 owners. The decision which cells may be told, and
/// minimum and maximum, go by a garbled circuit and are private while the receiver and an owner do not collude. A cell below the
/// minimum group size is never opened, not even its count, though the receiver may deviate. Numbered as in specs/statistics.md.
/// </remarks>
public static partial class JointStatistics
{
    /// <summary>Each owner sums its own rows.</summary>
    public static readonly StepId Summarize = new("statistics.1");

    /// <summary>The owners share their totals among themselves.</summary>
    public static readonly StepId ShareTotals = new("statistics.2");

    /// <summary>The gate decides which cells may be told.</summary>
    public static readonly StepId PassGate = new("statistics.3");

    /// <summary>The owners open the totals of those cells to the receiver.</summary>
    public static readonly StepId OpenTotals = new("statistics.4");

    /// <summary>The receiver checks the totals and divides.</summary>
    public static readonly StepId Finish = new("statistics.5");

    /// <summary>The part of an owner that is not the receiver.</summary>
    /// <param name="plan">The plan, the same with every party.</param>
    /// <param name="self">This owner.</param>
    /// <param name="peers">
    /// A channel to each other party of the plan, used for nothing else; the caller disposes them, on failure at once.
    /// </param>
    /// <param name="summary">This owner's own part, made for the same plan.</param>
    /// <param name="random">Where shares and seed come from.</param>
    /// <param name="progress">Told of each step as it begins.</param>
    /// <param name="decided">Told which cells will be released, before any total is opened; what it throws ends the run with nothing opened.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Whether each cell of the plan was released; that much every owner learns.</returns>
    /// <exception cref="PeerFaultException">A peer broke a step; unless that was in step 4, this owner opened no total.</exception>
    /// <exception cref="ChannelException">The way to a peer failed.</exception>
    public static async Task<IReadOnlyList<bool>> ContributeAsync(
        StatisticsPlan plan, PartyId self, IReadOnlyDictionary<PartyId, IChannel> peers, LocalSummary summary, RandomSource random,
        IProgress<StepId>? progress = null, Action<bool[]>? decided = null, CancellationToken cancellation = default)
    {
        if (self == plan.Receiver || !plan.Owners.Contains(self))
            throw new ArgumentException("Not an owner that contributes.", nameof(self));
        summary.ThrowUnlessFor(plan);
        var own = OwnCells(plan, summary, random);
        return await GatedTotals.ContributeAsync(
            plan.Gate, self, peers, Words(plan, own), Totals(plan, own), OpenedOf(plan, decided), random, progress, cancellation, passed => RestWords(plan, own, passed));
    }

    /// <summary>The part of a receiver that holds no rows.</summary>
    /// <param name="plan">The plan, the same with every party.</param>
    /// <param name="peers">A channel to each owner, used for nothing else; the caller disposes them, on failure at once.</param>
    /// <param name="progress">Told of each step as it begins.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The result.</returns>
    /// <exception cref="PeerFaultException">A peer broke a step.</exception>
    /// <exception cref="ChannelException">The way to a peer failed.</exception>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    public static async Task<StatisticsResult> ReceiveAsync(
        StatisticsPlan plan, IReadOnlyDictionary<PartyId, IChannel> peers, IProgress<StepId>? progress = null,
        CancellationToken cancellation = default)
    {
        if (plan.Owners.Contains(plan.Receiver)) throw new ArgumentException("The receiver is an owner.", nameof(plan));
        var outcome = await GatedTotals.ReceiveAsync(plan.Gate, peers, plan.Opened, progress, cancellation);

        progress?.Report(Finish);
        return Result(plan, outcome);
    }

    /// <summary>The part of a receiver that is one of at least three owners.</summary>
    /// <param name="plan">The plan, the same with every party.</param>
    /// <param name="peers">A channel to each other owner, used for nothing else; the caller disposes them, on failure at once.</param>
    /// <param name="summary">The receiver's own part, made for the same plan.</param>
    /// <param name="random">Where its shares come from.</param>
    /// <param name="progress">Told of each step as it begins.</param>
    /// <param name="decided">Told which cells will be released, before any total is received; what it throws ends the run with nothing opened.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The result.</returns>
    /// <exception cref="PeerFaultException">A peer broke a step.</exception>
    /// <exception cref="ChannelException">The way to a peer failed.</exception>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    /// <remarks>Its inputs of the gate are private while the first two of the other owners do not collude.</remarks>
    public static async Task<StatisticsResult> ReceiveAsOwnerAsync(
        StatisticsPlan plan, IReadOnlyDictionary<PartyId, IChannel> peers, LocalSummary summary, RandomSource random,
        IProgress<StepId>? progress = null, Action<bool[]>? decided = null, CancellationToken cancellation = default)
    {
        if (!plan.Owners.Contains(plan.Receiver)) throw new ArgumentException("The receiver is no owner.", nameof(plan));
        summary.ThrowUnlessFor(plan);
        var own = OwnCells(plan, summary, random);
        var outcome = await GatedTotals.ReceiveAsOwnerAsync(
            plan.Gate, peers, Words(plan, own), Totals(plan, own), OpenedOf(plan, decided), random, progress, cancellation, passed => RestWords(plan, own, passed));

        progress?.Report(Finish);
        return Result(plan, outcome);
    }

    private static Func<bool[], bool[]> OpenedOf(StatisticsPlan plan, Action<bool[]>? decided) => passed =>
    {
        decided?.Invoke(passed);
        return plan.Opened(passed);
    };

    // With noise nothing else of the rows goes on from here: gate and totals see the same noisy count.
    private static IReadOnlyList<OwnCell> OwnCells(StatisticsPlan plan, LocalSummary summary, RandomSource random) =>
        plan.Noise?.AddVariableTime(summary.Own, plan.Question.Measures.Count, plan.Question.Levels.Count * plan.Question.Measures.Count, random) ?? summary.Own;

    // Cell by cell, in each the totals of the plan.
    private static Integer256[] Totals(StatisticsPlan plan, IReadOnlyList<OwnCell> own) =>
        [.. own.SelectMany(cell => plan.Totals.Select(total => total switch
        {
            Total.Count => (Integer256)(Int128)cell.Count,
            Total.Sum => cell.Sum,
            _ => cell.SumOfSquares,
        }))];

    private static bool[][] Words(StatisticsPlan plan, IReadOnlyList<OwnCell> own) =>
    [
        .. own.Take(own.Count - plan.Gate.Rests).Select(cell => DisclosureGate.Word(
            plan.Gate, plan.Noise is null ? cell.Counted : cell.Count + NoisePlan.LargestCount, cell.Minimum, cell.Maximum, cell.Contributions)),
    ];

    private static bool[][] RestWords(StatisticsPlan plan, IReadOnlyList<OwnCell> own, bool[] passed) =>
    [
        .. plan.Question.Measures.Select((_, measure) => plan.RestOf(measure, passed).Select(level => own[(level * plan.Question.Measures.Count) + measure]).Aggregate((a, b) => a.Plus(b)))
            .Select(rest => DisclosureGate.Word(plan.Gate, rest.Counted, contributions: rest.Contributions)),
    ];

    private static StatisticsResult Result(StatisticsPlan plan, GatedOutcome outcome)
    {
        var question = plan.Question;
        var next = 0;
        return new StatisticsResult(question.Statistics, question.MinimumGroupSize, [.. plan.Cells.Select((cell, i) =>
        {
            var (_, minimum, maximum) = i < outcome.Gate.GetLength(0) ? DisclosureGate.Read(plan.Gate, outcome.Gate, i) : (true, 0, 0);
            if (!outcome.Released[i]) return new StatisticsCell(cell.Level, cell.Measure, null);
            var totals = new CellTotals(0, 0, 0, minimum, maximum);
            foreach (var total in plan.Totals)
            {
                var value = outcome.Opened[next++].ToBigIntegerVariableTime();
                totals = total switch
                {
                    Total.Count => totals with { Count = value },
                    Total.Sum => totals with { Sum = value },
                    _ => totals with { SumOfSquares = value },
                };
            }

            PlausibleTotals.ThrowUnlessPossible(plan, cell, totals);
            if (plan.Noise is { IsAboutMiddle: true } noise) totals = noise.Doubled(totals, i % question.Measures.Count);
            return StatisticsCell.From(cell, question.Statistics, totals);
        })]) { Noise = question.Privacy is { } choice ? new AnswerNoise(choice, plan.Owners.Count) : null, Dominance = question.Dominance };
    }
}

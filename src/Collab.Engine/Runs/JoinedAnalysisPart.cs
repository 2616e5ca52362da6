using System.Numerics;
using Collab.Channels;
using Collab.Data.Keys;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Statistics;
using Collab.Statistics.Analyses;
using Collab.Statistics.Analyses.Joined;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>joined-analyses/1</c>: its keys and its own products; one alignment, then for each analysis the totals over the matching rows that are complete for it (protocols/specs/analysis-joined.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Analyses">What is asked.</param>
/// <param name="Keys">This party's keys.</param>
/// <param name="Rows">For each analysis this party's rows.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record JoinedAnalysisPart(
    EnginePorts Ports, Plan Plan, IReadOnlyList<JoinedAnalysis> Analyses, KeyList Keys, IReadOnlyList<JoinedRows> Rows, SnapshotReference Read)
    : ProtocolPart(Read)
{
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, AnalysisQuestion question, JoinedTables join, CancellationToken cancellation)
    {
        var analyses = JoinedAnalysisPlanner.AnalysesOf(plan, question);
        var input = plan.InputOf(ports.Self)!; // every party of the plan is an owner
        using var data = new GrantedData(ports, input);
        JoinedRows[] rows = [.. analyses.Select(analysis => analysis.RowsOf(ports.Self))];
        var answers = AnswerLedger.OfBrought(ports, plan, data.Version, [.. rows.Select(own => own.ColumnNames)]);
        var keyed = await KeyedRowReader.ReadAsync(
            data.ReadAsync(cancellation), [input.Key], join.KeyRule, Take, cancellation);
        var read = data.Close(ports.Random);
        answers.Admit();
        return new JoinedAnalysisPart(ports, plan, analyses, keyed.Keys, rows, read);

        void Take(ColumnBatch batch, int row, int key)
        {
            Array.ForEach(rows, of => of.Add(batch, row));
            answers.AddBrought(batch, row);
        }
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var channel = channels[Plan.Owners.Single(owner => owner != Ports.Self)];
        var plans = JoinedAnalysisPlanner.PlansOf(Plan, Analyses);
        var orderedPlans = JoinedAnalysisPlanner.OrderedPlansOf(Plan, Analyses);
        var options = new CircuitPsiOptions(ContextOf(Plan, run), new CircuitPlan()) { Parallelism = Environment.ProcessorCount, Transfers = JoinedAnalysisPlanner.Transfers };
        OrderedColumns?[] ordered = [.. Analyses.Zip(Rows, (analysis, own) => OrderedOf(analysis, own))];
        await using var alignments = new JoinedAlignments(Ports.Self, Plan.Receivers[0], channel, new LazyList<ReadOnlyMemory<byte>>(Keys.Count, at => Keys[at]), Subsets(), Ports.Random, options);
        var outcomes = new List<AnalysisOutcome>();
        foreach (var (i, analysis) in Analyses.Index())
        {
            var rows = await alignments.ToAsync(analysis.Ordered?.Orderer ?? Plan.Receivers[0], cancellation);
            var exchanged = analysis.Ordered is { AreBothOrdered: true } both ? await alignments.ToAsync(Plan.Owners.Single(owner => owner != both.Orderer), cancellation) : null;
            outcomes.Add(ordered[i] is { } columns ? await OutcomeAsync(rows, exchanged, analysis, columns, orderedPlans[i]!, cancellation) : await OutcomeAsync(channel, rows, analysis, Rows[i], plans[i], cancellation));
            progress(RunSteps.Protocol, i + 1, Analyses.Count);
        }

        return Plan.Receivers[0] == Ports.Self ? new JobResult.Analyses(new AnalysisResult(outcomes)) : null;
    }

    /// <summary>The outcome at the receiver; at the other no more than that it was withheld or not.</summary>
    private async Task<AnalysisOutcome> OutcomeAsync(
        IChannel channel, SharedRows rows, JoinedAnalysis analysis, JoinedRows own, JoinedPlan plan, CancellationToken cancellation)
    {
        IReadOnlyList<BigInteger?>? totals;
        try
        {
            totals = await JoinedTotals.OpenAsync(rows, own.Columns, plan, analysis.Opened, cancellation);
        }
        catch (CollabException e) when (e is not ProtocolException && e.Code == CircuitTotals.GroupTooSmall)
        {
            return AnalysisOutcome.Withheld; // both learn it, and nothing was opened
        }

        if (analysis.MostPoints == 0) return totals is null ? new AnalysisOutcome([], "") : analysis.Finish(totals);
        Task<IReadOnlyList<BigInteger>?> OpenAsync(IReadOnlyList<JoinedRound> parts, JoinedRoundColumns columns, CancellationToken ending) =>
            JoinedSums.OpenAsync(rows, JoinedAnalysisPlanner.SumsOf(Plan, analysis, plan, parts), columns.OfPart, columns.Ways, columns.After, ending);
        if (totals is not null) return await analysis.ReceiveAsync(channel, own, totals, OpenAsync, cancellation);
        await analysis.ContributeAsync(Ports.Self, channel, own, OpenAsync, cancellation);
        return new AnalysisOutcome([], "");
    }

    /// <summary>The same of an analysis that the order of a column settles.</summary>
    private static async Task<AnalysisOutcome> OutcomeAsync(
        SharedRows rows, SharedRows? exchanged, JoinedAnalysis analysis, OrderedColumns own, OrderedPlan plan, CancellationToken cancellation)
    {
        try
        {
            var totals = exchanged is null ? await JoinedRanks.OpenAsync(rows, own, plan, cancellation) : await JoinedRanks.CorrelateAsync(rows, exchanged, own.Values, plan, cancellation);
            return totals is { } opened ? analysis.Ordered!.Finish(opened.Counts, opened.Statistics) : new AnalysisOutcome([], "");
        }
        catch (CollabException e) when (e is not ProtocolException && e.Code == CircuitTotals.GroupTooSmall)
        {
            return AnalysisOutcome.Withheld; // both learn it, and nothing was opened
        }
    }

    /// <summary>This owner's columns of an analysis that the order of a column settles, else null; refuses before anything is sent.</summary>
    private OrderedColumns? OrderedOf(JoinedAnalysis analysis, JoinedRows own)
    {
        if (analysis.Ordered is not { } ordered) return null;
        if (ordered.Orders(Ports.Self) && Keys.Count > JoinedRanks.MostRows)
            throw new CollabException(StatisticsErrors.TooManyRows, $"{analysis}: at most {JoinedRanks.MostRows} rows are sorted.");
        var (values, groups) = ordered.ColumnsOf(Ports.Self, own);
        return new OrderedColumns(values, groups);
    }

    /// <summary>For each of its rows, which analyses it is complete for.</summary>
    private ulong[] Subsets()
    {
        var subsets = new ulong[Keys.Count];
        foreach (var (subset, rows) in JoinedAnalysisPlanner.SubsetsOf(Ports.Self, Analyses).Zip(Rows).DistinctBy(pair => pair.First))
        {
            for (var row = 0; row < subsets.Length && subset is not null; row++) subsets[row] |= (rows.Complete[row] ? 1UL : 0) << subset.Value;
        }

        return subsets;
    }
}

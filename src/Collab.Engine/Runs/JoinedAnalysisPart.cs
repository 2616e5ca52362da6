using Collab.Channels;
using Collab.Data.Keys;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Statistics.Analyses;
using Collab.Statistics.Analyses.Joined;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>joined-analyses/1</c>: its keys and its own products, then for each analysis the totals over the matching rows (protocols/specs/analysis-joined.md).</summary>
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
        AnswerLedger.RefuseIncomparable(ports, plan);
        var analyses = JoinedAnalysisPlanner.AnalysesOf(plan, question);
        var input = plan.InputOf(ports.Self)!; // every party of the plan is an owner
        using var data = new GrantedData(input, ports.Datasets.Open(input.DatasetId));
        JoinedRows[] rows = [.. analyses.Select(analysis => analysis.RowsOf(ports.Self))];
        var keyed = await KeyedRowReader.ReadAsync(
            data.ReadAsync(cancellation), [input.Key], join.KeyRule, (batch, row, key) => Array.ForEach(rows, of => of.Add(batch, row, key)), cancellation);
        return new JoinedAnalysisPart(ports, plan, analyses, keyed.Keys, rows, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var channel = channels[Plan.Owners.Single(owner => owner != Ports.Self)];
        var outcomes = new List<AnalysisOutcome>();
        foreach (var (i, analysis) in Analyses.Index())
        {
            var fork = channel.Fork($"analysis-{i + 1}");
            await using (fork) outcomes.Add(await OutcomeAsync(fork, analysis, Rows[i], ContextOf(ContextOf(Plan, run), i), cancellation));
            progress(RunSteps.Protocol, i + 1, Analyses.Count);
        }

        return Plan.Receivers[0] == Ports.Self ? new JobResult.Analyses(new AnalysisResult(outcomes)) : null;
    }

    /// <summary>The outcome at the receiver; at the other no more than that it was withheld or not.</summary>
    private async Task<AnalysisOutcome> OutcomeAsync(IChannel channel, JoinedAnalysis analysis, JoinedRows rows, Digest context, CancellationToken cancellation)
    {
        var plan = JoinedAnalysisPlanner.PlanOf(analysis);
        var options = new CircuitPsiOptions(context, new CircuitPlan()) { Parallelism = Environment.ProcessorCount, Transfers = JoinedAnalysisPlanner.Transfers };
        var items = new LazyList<ReadOnlyMemory<byte>>(rows.Keys.Count, at => Keys[rows.Keys[at]]);
        try
        {
            if (Plan.Receivers[0] == Ports.Self)
                return analysis.Finish(await JoinedTotals.ReceiveAsync(channel, items, rows.Columns, plan, Ports.Random, options, cancellation));
            await JoinedTotals.SendAsync(channel, items, rows.Columns, plan, Ports.Random, options, cancellation);
            return new AnalysisOutcome([], "");
        }
        catch (CollabException e) when (e.Code == CircuitTotals.GroupTooSmall)
        {
            return AnalysisOutcome.Withheld; // both learn it, and nothing was opened
        }
    }

    private static Digest ContextOf(Digest run, int analysis) =>
        Digest.Of("collab.analysis-joined.part.v1", new CanonicalWriter().Digest(run).UInt32((uint)analysis).Written);
}

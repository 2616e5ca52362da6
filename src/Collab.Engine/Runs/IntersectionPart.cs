using Collab.Channels;
using Collab.Data.Keys;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi;
using Collab.Psi.Ecdh;
using Collab.Psi.Mutual;
using Collab.Psi.Vole;

namespace Collab.Engine.Runs;

/// <summary>A party's part of an intersection: its distinct keys, then the protocol of the plan, then output for both (protocols/specs/intersection.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's keys and rows.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed partial record IntersectionPart(
    EnginePorts Ports, Plan Plan, IntersectionQuestion Question, KeyedRows Rows, SnapshotReference Read)
    : ProtocolPart(Read)
{
    private const string TellFork = "mutual";
    private const string CountsFork = "counts";

    private static readonly StepId CountsStep = new("intersection.1");

    /// <summary>What this party tells of its keys in a join; null when it tells nothing.</summary>
    public JoinLabels? Labels { get; init; }

    /// <summary>This party's columns that are summed up over matches; null when it has none.</summary>
    public IReadOnlyList<MeasureValues>? Measures { get; init; }

    private bool BothReceive => Plan.Receivers.Count == 2;

    private bool PlaysReceiver => IntersectionSizes.ReceiverOf(Plan.Owners, Plan.Receivers) == Ports.Self;

    public static async Task<ProtocolPart> PrepareAsync(
        EnginePorts ports, Plan plan, IntersectionQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(ports, input);
        var labels = question.Reveal is Reveal.Join join && join.Of == ports.Self ? new JoinLabels(join.Columns) : null;
        IReadOnlyList<MeasureValues>? measures = question.Reveal is Reveal.Aggregates aggregates && aggregates.Of == ports.Self
            ? [.. aggregates.Measures.Select(measure => new MeasureValues(measure))]
            : null;
        var rows = await KeyedRowReader.ReadAsync(
            data.ReadAsync(cancellation), question.KeysOf(input), question.KeyRule,
            (batch, row, key) =>
            {
                labels?.Add(batch, row, key);
                foreach (var measure in measures ?? []) measure.Add(batch, row, key);
            },
            cancellation);
        return new IntersectionPart(ports, plan, question, rows, data.Close(ports.Random)) { Labels = labels, Measures = measures };
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        if (Plan.Protocol == IntersectionProtocol.ThresholdName) return await InEnoughListsAsync(channels, ContextOf(Plan, run), cancellation);
        if (Plan.Owners.Count > 2) return await IntersectAllAsync(channels, ContextOf(Plan, run), cancellation);
        var channel = channels[Plan.Owners.Single(o => o != Ports.Self)];
        if (Plan.Protocol == IntersectionProtocol.UnbalancedName) return await AskManyAsync(channel, cancellation);
        if (Plan.Protocol == IntersectionProtocol.CardinalityName) return await CountAsync(channel, ContextOf(Plan, run), progress, cancellation);
        if (Question.Reveal is Reveal.Aggregates aggregates) return await AggregateAsync(channel, aggregates, ContextOf(Plan, run), progress, cancellation);
        if (Question.Reveal is Reveal.Join join) return await JoinAsync(channel, join, ContextOf(Plan, run), progress, cancellation);
        var there = Question.Reveal is Reveal.Differences ? await ExchangeCountsAsync(channel, cancellation) : [];      // 1 ↔
        var matches = await IntersectAsync(channel, ContextOf(Plan, run), progress, cancellation);                      // 2, 3
        return matches is null ? null : new IntersectionOutcome(Question, Plan.InputOf(Ports.Self)!, Rows).Of(matches, there);
    }

    /// <summary>Step 1: how many distinct keys each has, by alternative.</summary>
    private async Task<IReadOnlyList<long>> ExchangeCountsAsync(IChannel channel, CancellationToken cancellation)
    {
        var fork = channel.Fork(CountsFork);
        await using (fork)
        {
            await fork.SendAsync(new KeyCountsMessage([.. Rows.CountOf.Select(count => (long)count)]), cancellation);
            var peer = await fork.ReceiveAsync<KeyCountsMessage>(CountsStep, cancellation);
            PeerFaultException.ThrowUnless(peer.Counts.Count == Question.KeyCount, channel.Peer, CountsStep, "a count for each alternative key");
            return peer.Counts;
        }
    }

    /// <summary>Step 2: the two-party protocol; step 3: its receiver tells the sender, where both are told.</summary>
    private Task<IReadOnlyList<int>?> IntersectAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation) => Plan.Protocol switch
    {
        IntersectionProtocol.EcdhName => IntersectByCurveAsync(channel, context, progress, cancellation),
        IntersectionProtocol.VoleName => IntersectByVoleAsync(channel, context, progress, cancellation),
        _ => throw new InvalidOperationException($"{Plan.Protocol} has no part here."),
    };

    private async Task<IReadOnlyList<int>?> IntersectByCurveAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation)
    {
        var options = EcdhOptions(context, progress);
        if (PlaysReceiver)
        {
            var matches = await EcdhPsi.ReceiveAsync(channel, Rows.Keys, Ports.Random, options, cancellation);
            if (!BothReceive) return matches;
            await using var fork = channel.Fork(TellFork);
            await MutualOutput.TellAsync(fork, context, Rows.Keys, matches, cancellation);
            return matches;
        }

        await EcdhPsi.SendAsync(channel, Rows.Keys, Ports.Random, options, cancellation);
        if (!BothReceive) return null;
        await using var hearing = channel.Fork(TellFork);
        return await MutualOutput.HearAsync(hearing, context, Rows.Keys, cancellation);
    }

    // Output for both is a step of the protocol's own there, which stands against a malicious receiver too.
    private async Task<IReadOnlyList<int>?> IntersectByVoleAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation) =>
        PlaysReceiver
            ? await VolePsi.ReceiveAsync(channel, Rows.Keys, Ports.Random, VoleOptions(context, progress), cancellation)
            : await VolePsi.SendAsync(channel, Rows.Keys, Ports.Random, VoleOptions(context, progress), cancellation);

    /// <summary>Steps 2 and 3 where only the number of matches is told.</summary>
    private async Task<JobResult?> CountAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation)
    {
        var options = EcdhOptions(context, progress);
        if (PlaysReceiver)
        {
            var count = await EcdhCardinality.ReceiveAsync(channel, Rows.Keys, Ports.Random, options, cancellation);
            if (!BothReceive) return new JobResult.Cardinality(count);
            await using var fork = channel.Fork(TellFork);
            await MutualOutput.TellCountAsync(fork, count, cancellation);
            return new JobResult.Cardinality(count);
        }

        await EcdhCardinality.SendAsync(channel, Rows.Keys, Ports.Random, options, cancellation);
        if (!BothReceive) return null;
        await using var hearing = channel.Fork(TellFork);
        return new JobResult.Cardinality(await MutualOutput.HearCountAsync(hearing, Rows.Keys.Count, cancellation));
    }

    private VolePsiOptions VoleOptions(Digest context, StepProgress progress) => new(context)
    {
        Security = Plan.Security,
        BothLearn = BothReceive,
        Parallelism = Environment.ProcessorCount,
        Progress = new ItemReporter(progress),
    };

    private static EcdhPsiOptions EcdhOptions(Digest context, StepProgress progress) => new(context)
    {
        Parallelism = Environment.ProcessorCount,
        Progress = new ItemReporter(progress),
    };

    private sealed class ItemReporter(StepProgress progress) : IProgress<PsiProgress>
    {
        public void Report(PsiProgress value) => progress(RunSteps.Protocol, value.Done, value.Total);
    }
}

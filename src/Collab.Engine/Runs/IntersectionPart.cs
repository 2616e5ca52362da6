using Collab.Channels;
using Collab.Data.Keys;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi;
using Collab.Psi.Ecdh;
using Collab.Psi.Mutual;

namespace Collab.Engine.Runs;

/// <summary>A party's part of an intersection: its distinct keys, then the protocol of the plan, then output for both (protocols/specs/intersection.md).</summary>
internal sealed record IntersectionPart(EnginePorts Ports, Plan Plan, IntersectionQuestion Question, KeyedRows Rows, SnapshotReference Read)
    : ProtocolPart(Read)
{
    private const string TellFork = "mutual";
    private const string CountsFork = "counts";

    private static readonly StepId CountsStep = new("intersection.1");

    private bool BothReceive => Plan.Receivers.Count == 2;

    private bool PlaysReceiver => IntersectionSizes.ReceiverOf(Plan.Owners, Plan.Receivers) == Ports.Self;

    public static async Task<ProtocolPart> PrepareAsync(
        EnginePorts ports, Plan plan, IntersectionQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(input, ports.Datasets.Open(input.DatasetId));
        var rows = await KeyedRowReader.ReadAsync(data.ReadAsync(cancellation), question.KeysOf(input), question.KeyRule, null, cancellation);
        return new IntersectionPart(ports, plan, question, rows, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var channel = channels[Plan.Owners.Single(o => o != Ports.Self)];
        if (Plan.Protocol == IntersectionProtocol.CardinalityName) return await CountAsync(channel, ContextOf(Plan, run), progress, cancellation);
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
    private async Task<IReadOnlyList<int>?> IntersectAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation)
    {
        if (PlaysReceiver)
        {
            var matches = await ReceiveAsync(channel, context, progress, cancellation);
            if (!BothReceive) return matches;
            await using var fork = channel.Fork(TellFork);
            await MutualOutput.TellAsync(fork, context, Rows.Keys, matches, cancellation);
            return matches;
        }

        await SendAsync(channel, context, progress, cancellation);
        if (!BothReceive) return null;
        await using var hearing = channel.Fork(TellFork);
        return await MutualOutput.HearAsync(hearing, context, Rows.Keys, cancellation);
    }

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

    private Task SendAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation) => Plan.Protocol switch
    {
        IntersectionProtocol.EcdhName => EcdhPsi.SendAsync(channel, Rows.Keys, Ports.Random, EcdhOptions(context, progress), cancellation),
        _ => throw new InvalidOperationException($"{Plan.Protocol} has no part here."),
    };

    private async Task<IReadOnlyList<int>> ReceiveAsync(IChannel channel, Digest context, StepProgress progress, CancellationToken cancellation) => Plan.Protocol switch
    {
        IntersectionProtocol.EcdhName => await EcdhPsi.ReceiveAsync(channel, Rows.Keys, Ports.Random, EcdhOptions(context, progress), cancellation),
        _ => throw new InvalidOperationException($"{Plan.Protocol} has no part here."),
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

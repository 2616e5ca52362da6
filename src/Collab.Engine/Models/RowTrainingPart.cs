using Collab.Channels;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.RowWise;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>A party's part of a training on rows side by side: its rows in bins that the plan gives, histograms of all rows together, and the whole model kept (protocols/specs/train.md, "By rows").</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Columns">This party's rows.</param>
/// <param name="Labels">Their labels.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record RowTrainingPart(
    EnginePorts Ports, Plan Plan, RowTrainingQuestion Question, IReadOnlyList<BinnedColumn> Columns, double[] Labels, SnapshotReference Read) : ProtocolPart(Read)
{
    private const string TrainFork = "train", AgreeFork = "agree";

    private static readonly StepId PartStep = new("train.4");

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, RowTrainingQuestion question, CancellationToken cancellation)
    {
        var (rows, all, read) = await ModelRows.ReadSideBySideAsync(ports, plan.InputOf(ports.Self)!, question, cancellation); // every party of the plan is an owner
        var bins = ((ModelChoice.Trees)question.Model).Bins;
        return new RowTrainingPart(
            ports, plan, question,
            [.. question.Features.Select((feature, j) => Binned(BinsOf(feature, bins), j))],
            rows.Labels(all), read);

        BinnedColumn Binned(FeatureBins of, int j) => of.IsCategory ? BinnedColumn.Of(of, rows.Texts(j, all)) : BinnedColumn.Of(of, rows.Numbers(j, all));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var settings = ModelSettings.Of((ModelChoice.Trees)Question.Model);
        await using Forks train = new(channels, Plan.Owners, TrainFork), agree = new(channels, Plan.Owners, AgreeFork);
        var (model, rows) = await RowWiseTrees.TrainAsync(
            train.InOrder, settings, Columns, Labels, Ports.Random, new Reporter<int>(done => progress(RunSteps.Protocol, done, settings.Trees)), cancellation);
        var stored = new StoredPart(Plan.Digest, run, Ports.Self, new Digest(Ports.Random.Bytes(Digest.Size)), model.Encode());
        new JobArchive(Ports.Store).PutPart(stored);
        var commitments = new Dictionary<PartyId, Digest> { [Ports.Self] = stored.Commitment };
        foreach (var channel in agree.InOrder) await channel.SendAsync(new PartMessage(stored.Commitment), cancellation);
        foreach (var channel in agree.InOrder) commitments[channel.Peer] = (await channel.ReceiveAsync<PartMessage>(PartStep, cancellation)).Commitment;
        return !Plan.Receivers.Contains(Ports.Self) ? null : new JobResult.Model(new ModelCard(
            Plan.Digest, run, rows, 0, [.. Plan.Owners.Select(owner => new ModelPartReference(owner, Question.Features.Count, commitments[owner]))], []));
    }

    /// <summary>The bins of a feature, by the plan alone: numbers between equal steps of its range, or its levels.</summary>
    private static FeatureBins BinsOf(RowFeature feature, int count)
    {
        if (feature.Range is not { } range) return FeatureBins.Categorical(feature.Column, [.. feature.Levels.Order(StringComparer.Ordinal)]);
        var unit = Math.Pow(10, range.Scale);
        double[] edges = [.. Enumerable.Range(1, count - 1).Select(k => (range.Low + ((double)(range.High - range.Low) * k / count)) / unit).Distinct()];
        return FeatureBins.Ordered(feature.Column, edges);
    }
}

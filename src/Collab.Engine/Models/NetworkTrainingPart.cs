using Collab.Channels;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Aggregation;
using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Privacy;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>A party's part of the federated averaging of a network: an owner trains on its rows and adds its change to a secure sum, the receiver averages; all keep the network (protocols/specs/train.md, "By rows").</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This owner's rows as inputs; null at the receiver, who has none.</param>
/// <param name="Labels">Their labels.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record NetworkTrainingPart(
    EnginePorts Ports, Plan Plan, RowTrainingQuestion Question, double[][]? Rows, double[] Labels, SnapshotReference? Read) : ProtocolPart(Read)
{
    private const string TrainFork = "train", AgreeFork = "agree";

    private static readonly StepId PartStep = new("train.4");

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, RowTrainingQuestion question, CancellationToken cancellation)
    {
        if (plan.InputOf(ports.Self) is not { } input) return new NetworkTrainingPart(ports, plan, question, null, [], null);
        var (rows, all, read) = await ModelRows.ReadSideBySideAsync(ports, input, question, cancellation);
        return new NetworkTrainingPart(ports, plan, question, NetworkInputs.Of(question, rows, all), rows.Labels(all), read);
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var settings = SettingsOf(Question, Plan.Owners.Count, ContextOf(Plan, run));
        var averaging = Plan.Receivers[0];
        if (Rows is not null)
        {
            IChannel train = channels[averaging].Fork(TrainFork), agree = channels[averaging].Fork(AgreeFork);
            await using (train)
            await using (agree)
            {
                var trained = await FederatedAveraging.TrainAsync(settings, Ports.Self, train, Rows, Labels, Ports.Random, cancellation);
                await agree.SendAsync(new PartMessage(Keep(trained, run).Commitment), cancellation);
            }

            return null;
        }

        await using Forks trains = new(channels, Plan.Owners, TrainFork), agrees = new(channels, Plan.Owners, AgreeFork);
        var (round, rows) = (0, 0L);
        var network = await FederatedAveraging.AverageAsync(settings, trains.To, Ports.Limits.Party, new Reporter<AggregationResult>(Told), cancellation);
        var parts = new List<ModelPartReference>();
        foreach (var (owner, channel) in agrees.To) parts.Add(new(owner, Question.Features.Count, (await channel.ReceiveAsync<PartMessage>(PartStep, cancellation)).Commitment));
        Keep(network, run);
        return new JobResult.Model(new ModelCard(Plan.Digest, run, rows, 0, parts, []));

        void Told(AggregationResult sum)
        {
            if (settings.Privacy is null) rows = (long)sum.Sum[^1];
            progress(RunSteps.Protocol, ++round, settings.Rounds);
        }
    }

    /// <summary>What all agree on. Noise enough for the whole training is that of more than half of the owners, so that the others may tell the receiver theirs.</summary>
    public static AveragingSettings SettingsOf(RowTrainingQuestion question, int owners, Digest context)
    {
        var network = (ModelChoice.Network)question.Model;
        static double Number(long millionths) => (double)millionths / ModelChoice.Unit;
        return new(context, NetworkInputs.CountOf(question), network.Hidden, network.Rounds, network.Passes, network.Batch, Number(network.LearningRate))
        {
            Privacy = network.Privacy is not { } privacy ? null : new PrivateTraining(
                privacy.HidesOwners ? PrivacyUnit.Client : PrivacyUnit.Row, Number(privacy.Clip),
                RenyiAccountant.NoiseFor(Number(privacy.Epsilon), 1, network.Rounds, Math.Pow(10, -privacy.DeltaDigits)), (owners / 2) + 1) { Rows = privacy.Rows },
        };
    }

    private StoredPart Keep(Network network, Digest run)
    {
        var stored = new StoredPart(Plan.Digest, run, Ports.Self, new Digest(Ports.Random.Bytes(Digest.Size)), network.Encode());
        new JobArchive(Ports.Store).PutPart(stored);
        return stored;
    }
}

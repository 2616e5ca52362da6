using Collab.Channels;
using Collab.Engine.Models;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>Is told how far a step of a protocol is, and of a training the loss so far where the protocol opens it.</summary>
internal delegate void StepProgress(StepId step, long done, long total, double? loss = null);

/// <summary>One party's part of the protocol that a plan names: its own data prepared, then the conversation.</summary>
/// <param name="Snapshot">The commitment to what was read; null for a party that holds none of the rows.</param>
internal abstract record ProtocolPart(SnapshotReference? Snapshot) : IDisposable
{
    /// <summary>All that passed with a peer so far; given before <see cref="RunAsync"/>.</summary>
    public Func<PartyId, Transcript>? Passed { get; set; }

    /// <summary>As the other, for a run that may go on with what an earlier attempt of it set aside.</summary>
    public static Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, Digest run, CancellationToken cancellation) =>
        plan.Protocol == IntersectionProtocol.StreamedVoleName
            ? StreamedIntersectionPart.PrepareAsync(ports, plan, (IntersectionQuestion)plan.Question, run, cancellation)
            : PrepareAsync(ports, plan, cancellation);

    /// <summary>Whether a run of the plan goes on after an interruption. One that is kept for a replay has one attempt, of which all is recorded.</summary>
    public static bool CanGoOn(Plan plan) => !plan.Replay && (plan.Protocol == IntersectionProtocol.StreamedVoleName || plan.Question is TrainingQuestion { Model: ModelChoice.Linear });

    /// <summary>Reads this party's rows to the end, once, and reduces them to what the protocol needs. Nothing is sent.</summary>
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, CancellationToken cancellation) => plan.Question switch
    {
        IntersectionQuestion { Reveal: Reveal.Changes } question => await ChangesPart.PrepareAsync(ports, plan, question, cancellation),
        IntersectionQuestion { Reveal: Reveal.Holders } question => await HoldersPart.PrepareAsync(ports, plan, question, cancellation),
        IntersectionQuestion question => await IntersectionPart.PrepareAsync(ports, plan, question, cancellation),
        AnalysisQuestion { Join: { } join } question => await JoinedAnalysisPart.PrepareAsync(ports, plan, question, join, cancellation),
        AnalysisQuestion question => await AnalysisPart.PrepareAsync(ports, plan, question, cancellation),
        ComputationQuestion question => await ComputationPart.PrepareAsync(ports, plan, question, cancellation),
        RetrievalQuestion question => await RetrievalPart.PrepareAsync(ports, plan, question, cancellation),
        TraceQuestion question => await TracePart.PrepareAsync(ports, plan, question, cancellation),
        TrainingQuestion question => await TrainingPart.PrepareAsync(ports, plan, question, cancellation),
        ClusterQuestion question => await ClusterPart.PrepareAsync(ports, plan, question, cancellation),
        RowTrainingQuestion { Model: ModelChoice.Network } question => await NetworkTrainingPart.PrepareAsync(ports, plan, question, cancellation),
        RowTrainingQuestion question => await RowTrainingPart.PrepareAsync(ports, plan, question, cancellation),
        PipelineQuestion question => await PipelinePart.PrepareAsync(ports, plan, question, cancellation),
        PredictionQuestion question => await PredictionPart.PrepareAsync(ports, plan, question, cancellation),
        EvaluationQuestion question => await EvaluationPart.PrepareAsync(ports, plan, question, cancellation),
        AttestQuestion question => await AttestPart.PrepareAsync(ports, plan, question, cancellation),
        DeliverQuestion question => await DeliverPart.PrepareAsync(ports, plan, question, cancellation),
        StatisticsQuestion question => await StatisticsPart.PrepareAsync(ports, plan, question, cancellation),
        _ => throw new InvalidOperationException($"{plan.Protocol} has no part here."),
    };

    /// <summary>Runs the protocol; the result at a receiver, null at any other party.</summary>
    public abstract Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation);

    /// <summary>Lets go what it holds of this party's own; nothing by default.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>What passed in the run, from what passed on its last connection.</summary>
    public virtual IReadOnlyList<Conversation> Account(IReadOnlyList<Conversation> conversations) => conversations;

    /// <summary>What all messages of a run are bound to.</summary>
    protected static Digest ContextOf(Plan plan, Digest run) => RunContext.Of(plan.Digest, run);
}

/// <summary>The digest that binds channels and protocol messages to one run of one plan.</summary>
public static class RunContext
{
    /// <summary>The digest over plan and run.</summary>
    public static Digest Of(Digest job, Digest run) => Digest.Of("collab.run.v1", new CanonicalWriter().Digest(job).Digest(run).Written);
}

using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>A party's part of a pipeline: that of each step, one after the other, each on forks of its own (protocols/specs/pipeline.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Steps">Each step as a plan.</param>
/// <param name="First">The first step, its rows read.</param>
internal sealed record PipelinePart(EnginePorts Ports, Plan Plan, IReadOnlyList<Plan> Steps, ProtocolPart First) : ProtocolPart(First.Snapshot)
{
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, PipelineQuestion question, CancellationToken cancellation)
    {
        var steps = PipelinePlanner.StepsOf(plan, question);
        return new PipelinePart(ports, plan, steps, await ProtocolPart.PrepareAsync(ports, steps[0], cancellation));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var results = new List<StepResult>();
        foreach (var (i, step) in Steps.Index())
        {
            // The same columns of the same registered version are read again, and held against their commitments again.
            using var part = i == 0 ? First : await PrepareStepAsync(step, run, cancellation);
            await using var forks = new Forks(channels, channels.Keys, $"step-{i + 1}");
            var result = await (part is TrainingPart training ? training with { Job = Plan.Digest, Passed = Passed } : part).RunAsync(forks.To, run, progress, cancellation);
            if (result is not null) results.Add(new(i + 1, result));
        }

        return results.Count == 0 ? null : new JobResult.Pipeline(results);
    }

    private Task<ProtocolPart> PrepareStepAsync(Plan step, Digest run, CancellationToken cancellation)
    {
        StoredPart Trained() => new JobArchive(Ports.Store).RequirePendingPart(run, Ports.Self);
        return step.Question switch
        {
            PredictionQuestion { IsOfThisRun: true } prediction => PredictionPart.PrepareAsync(PortsAgain, step, prediction, ModelPlanner.TrainingOf(Plan), Trained(), cancellation),
            EvaluationQuestion { Of.IsOfThisRun: true } evaluation => EvaluationPart.PrepareAsync(PortsAgain, step, evaluation, Plan, Trained(), cancellation),
            _ => ProtocolPart.PrepareAsync(PortsAgain, step, cancellation),
        };
    }

    private EnginePorts PortsAgain => Ports with { Consented = Ports.Consented?.Again() };

    public override void Dispose() => First.Dispose();
}

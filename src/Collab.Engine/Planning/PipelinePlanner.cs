using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles a pipeline with the owners' offers, and says what each of its steps is alone (protocols/specs/pipeline.md).</summary>
internal static class PipelinePlanner
{
    /// <summary>The protocol: those of the steps, one after the other.</summary>
    public const string Protocol = "pipeline/1";

    /// <summary>The question, each step with the offers.</summary>
    public static PipelineQuestion QuestionOf(
        JobKind.Pipeline kind, JobSpecification specification, IReadOnlyList<DatasetOffer> offers, Func<string, (Plan Training, Digest Model)>? models)
    {
        var steps = new List<Question>();
        foreach (var step in kind.Steps)
        {
            steps.Add(step switch
            {
                JobKind.Prediction { Model: JobKind.Prediction.Trained } => OfThisRun(),
                JobKind.Evaluation { Model: JobKind.Prediction.Trained } evaluation => ModelPlanner.QuestionOf(evaluation, OfThisRun(), Training()),
                _ => Planner.QuestionOf(specification with { Kind = step }, offers, models),
            });
        }

        return new(steps);

        TrainingQuestion Training() => steps.OfType<TrainingQuestion>().Single();
        PredictionQuestion OfThisRun() => ModelPlanner.QuestionOf(Training(), default, default);
    }

    /// <summary>Checks that each step is one that this node runs.</summary>
    /// <exception cref="CollabException">As for the step alone.</exception>
    public static void Require(Plan plan, PipelineQuestion question)
    {
        if (plan.Protocol != Protocol) throw new CollabException(Planner.PartiesUnsuited, $"This node runs {Protocol} for such a question, not {plan.Protocol}.", plan.Requester);
        foreach (var step in StepsOf(plan, question)) Planner.RequireSuitedParties(step);
    }

    /// <summary>The digest that the order of a training's rows follows from: its plan's, or that of the step of a pipeline.</summary>
    public static Digest OrderOf(Plan trained) => trained.Question is PipelineQuestion pipeline
        ? StepsOf(trained, pipeline).Single(step => step.Question is TrainingQuestion).Digest
        : trained.Digest;

    /// <summary>Each step as a plan of its own, whose digest, and with it all that its messages are bound to, follows from the whole and the step's place.</summary>
    public static IReadOnlyList<Plan> StepsOf(Plan plan, PipelineQuestion question) => [.. question.Steps.Select((step, i) => plan with
    {
        Nonce = Digest.Of("collab.pipeline.step.v1", new CanonicalWriter().Digest(plan.Digest).UInt32((uint)i).Written),
        Question = step,
        Protocol = Planner.ProtocolOf(step),
    })];
}

using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Several questions about the same inputs, one after the other in one run, with one grant for all (protocols/specs/pipeline.md).</summary>
/// <param name="Steps">2 to <see cref="MostSteps"/> questions; at most one training, before what uses its model; none of them a pipeline.</param>
public sealed record PipelineQuestion(IReadOnlyList<Question> Steps) : Question
{
    /// <summary>The most steps.</summary>
    public const int MostSteps = 16;

    /// <inheritdoc/>
    public override string Kind => "pipeline";

    /// <summary>The training among the steps, or null.</summary>
    public TrainingQuestion? Training => Steps.OfType<TrainingQuestion>().FirstOrDefault();

    /// <summary>Whether the steps may stand in one run, in this order.</summary>
    public bool IsSound
    {
        get
        {
            var isTrained = false;
            foreach (var step in Steps)
            {
                switch (step)
                {
                    case TrainingQuestion when isTrained:
                        return false;
                    case TrainingQuestion:
                        isTrained = true;
                        break;
                    case PredictionQuestion { IsOfThisRun: true } when !isTrained:
                    case EvaluationQuestion { Of.IsOfThisRun: true } when !isTrained:
                    case PredictionQuestion { Stands: true }:
                        return false;
                    case PredictionQuestion or EvaluationQuestion or AnalysisQuestion { Join: not null }:
                        break;
                    default:
                        return false;
                }
            }

            return Steps.Count is >= 2 and <= MostSteps;
        }
    }

    internal void Encode(CanonicalWriter writer) => writer.List(Steps, QuestionEncoding.Encode);

    internal static PipelineQuestion Decode(ref CanonicalReader reader)
    {
        var question = new PipelineQuestion(reader.List((ref r) => QuestionEncoding.Decode(ref r) is var step and not PipelineQuestion ? step : throw new MalformedException("no pipeline in a pipeline")));
        return question.IsSound ? question : throw new MalformedException("2 to 16 steps, one training at most and before what uses it");
    }
}

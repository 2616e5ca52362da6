using System.Buffers;
using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Evaluation;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.Engine.Models;

/// <summary>A party's part of an evaluation: of a linear model on shares; of trees, whose predictions their label owner learns, by that owner (protocols/specs/evaluate.md, "The job").</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Model">What was trained.</param>
/// <param name="Order">What the order of the training's rows follows from.</param>
/// <param name="Part">This party's part of it.</param>
/// <param name="Rows">This party's rows.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record EvaluationPart(
    EnginePorts Ports, Plan Plan, EvaluationQuestion Question, ModelChoice Model, Digest Order, StoredPart Part, ModelRows Rows, SnapshotReference Read) : ProtocolPart(Read)
{
    private const string EvaluateFork = "evaluate";
    private const double Half = 0.5; // three pieces: the chance is the score and a half

    private static readonly StepId ResultStep = new("evaluate.10");

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, EvaluationQuestion question, CancellationToken cancellation)
    {
        var part = await TrainedPart.RequireAsync(ports, question.Of.Model, cancellation);
        if (part.Training != question.Of.Training || new JobArchive(ports.Store).FindPlan(part.Training) is not { } trained) throw PredictionPart.Unsuited(ports.Self, question.Of.Model);
        return await PrepareAsync(ports, plan, question, trained, part, cancellation);
    }

    /// <summary>The same with a part at hand, also of a model that this run has just trained.</summary>
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, EvaluationQuestion question, Plan trained, StoredPart part, CancellationToken cancellation)
    {
        var training = ModelPlanner.TrainingOf(trained);
        if (!IsOf(question, trained, training)) throw PredictionPart.Unsuited(ports.Self, part.Model);
        var input = plan.InputOf(ports.Self)!; // every party of the plan is an owner
        using var data = new GrantedData(ports, input);
        var rows = await ModelRows.ReadAsync(
            data.ReadAsync(cancellation), input, question.Of.KeyRule, question.Of.FeaturesOf(ports.Self), question.Label.Of == ports.Self ? question.Label : null,
            (NeedsAll: training.Model is ModelChoice.Linear && part.Recipe.IsEmpty, question.Of.SkipsMissing), cancellation);
        return new EvaluationPart(ports, plan, question, training.Model, PipelinePlanner.OrderOf(trained), part, rows, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var context = ContextOf(Plan, run);
        var all = await RowAlignment.AlignAsync(Ports, Plan, channels, Rows, context, Question.TestPercent > 0 ? Order : context, cancellation);
        var places = Question.TestPercent > 0 ? all[^(int)((long)all.Length * Question.TestPercent / 100)..] : all;
        var least = Math.Max(2, Question.MinimumGroup);
        if (places.Length < least) throw new CollabException(ModelErrors.TooFewRows, $"{places.Length} rows are there to evaluate on, fewer than {least}.", step: RunSteps.Protocol);
        if (places.Length > EvaluationRows.MostRows) throw new CollabException(ModelErrors.TooLarge, "An evaluation takes at most 2^20 rows.", step: RunSteps.Protocol);
        await using var others = new Forks(channels, Plan.Owners, EvaluateFork);
        var result = Model is ModelChoice.Trees
            ? await ByTreesAsync(others, places, cancellation)
            : await OnSharesAsync(others.To, places, context, cancellation);
        return result is null ? null : new JobResult.Evaluation(result);
    }

    /// <summary>Whether a question is of a training.</summary>
    private static bool IsOf(EvaluationQuestion question, Plan trained, TrainingQuestion training) =>
        Encoded(question.Of).SequenceEqual(Encoded(question.Of.IsOfThisRun ? ModelPlanner.QuestionOf(training, default, default) : ModelPlanner.QuestionOf(training, trained.Digest, question.Of.Model))) && question.Label == training.Label && question.Meaning == ModelPlanner.MeaningOf(training.Model)
        && (question.TestPercent == 0 || question.TestPercent == training.TestPercent);

    private static byte[] Encoded(Question question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        return writer.ToArray();
    }

    private async Task<EvaluationResult?> OnSharesAsync(IReadOnlyDictionary<PartyId, IChannel> others, int[] places, Digest context, CancellationToken cancellation)
    {
        var (part, settings) = (PredictionPart.ReadPart(Part, Ports.Self, bytes => LinearPart.Decode(bytes.Span)), EvaluationSettingsOf(Question));
        var isLabelOwner = Question.Label.Of == Ports.Self;
        var shift = isLabelOwner && Question.Meaning == ScoreMeaning.Chance ? Half : 0;
        double[][] columns = Part.Recipe.IsEmpty
            ? [.. Enumerable.Range(0, part.Weights.Count).Select(j => Rows.Numbers(j, places))]
            : await RecipeFeatures.ApplyAsync(PredictionPart.RecipeOf(Part, Ports.Self), Rows, places);
        var (row, own) = (new double[part.Weights.Count], new double[places.Length]);
        for (var i = 0; i < own.Length; i++)
        {
            for (var j = 0; j < row.Length; j++) row[j] = columns[j][i];
            own[i] = part.Score(row) + shift;
        }

        await using var joint = await JointEngine.OpenAsync(Plan.Owners, Ports.Self, null, others, Ports.Random, Plan.Security, context, cancellation: cancellation);
        var scores = await EvaluationRows.AddPartsAsync(joint.Engine, settings.Format, own.Length, Plan.Owners, own, cancellation);
        using var rows = await EvaluationRows.JoinAsync(
            joint.Engine, settings, scores, Question.Label.Of, isLabelOwner ? LabelsOf(places, settings, label => part.LabelScale is { } scale ? scale.Apply(label) : label) : default, cancellation: cancellation);
        var result = await JointEvaluation.RunAsync(joint.Engine, settings, rows, Plan.Receivers, cancellation);
        await joint.EndAsync(cancellation);
        return result;
    }

    private async Task<EvaluationResult?> ByTreesAsync(Forks others, int[] places, CancellationToken cancellation)
    {
        var settings = EvaluationSettingsOf(Question);
        if (Question.Label.Of != Ports.Self)
        {
            var own = PredictionPart.ReadPart(Part, Ports.Self, bytes => FeaturePart.Decode(bytes.Span));
            await ColumnWisePrediction.AssistAsync(others.To[Question.Label.Of], own, PredictionPart.Binned(Rows, own.Features, places), cancellation);
            if (!Plan.Receivers.Contains(Ports.Self)) return null;
            var told = (await others.To[Question.Label.Of].ReceiveAsync<EvaluationMessage>(ResultStep, cancellation)).Result;
            PeerFaultException.ThrowUnless(told.Settings.Id == settings.Id, Question.Label.Of, ResultStep, "the result of what was asked");
            return told;
        }

        var part = PredictionPart.ReadPart(Part, Ports.Self, bytes => LabelPart.Decode(bytes.Span));
        var predictions = await ColumnWisePrediction.PredictAsync(others.InOrder, part, PredictionPart.Binned(Rows, part.Features, places), places.Length, cancellation);
        var bound = part.Ensemble.LabelBound;
        var result = PlainEvaluation.Run(settings, LabelsOf(places, settings, label => label / bound), settings.Format.Words([.. predictions.Select(prediction => prediction / bound)]));
        foreach (var receiver in Plan.Receivers.Where(others.To.ContainsKey)) await others.To[receiver].SendAsync(new EvaluationMessage(result), cancellation);
        return Plan.Receivers.Contains(Ports.Self) ? result : null;
    }

    /// <summary>The labels as whole numbers: of classes 0 and 1, anything else −1, which the evaluation refuses.</summary>
    private long[] LabelsOf(int[] places, EvaluationSettings settings, Func<double, double> scaled) => Question.IsClassification
        ? [.. Rows.Labels(places).Select(label => label is 0 or 1 ? (long)label : -1)]
        : settings.Format.Words([.. Rows.Labels(places).Select(scaled)]);

    /// <summary>What is asked as the protocol has it. Of a number 21 bits, so that 2^20 squared errors fit.</summary>
    internal static EvaluationSettings EvaluationSettingsOf(EvaluationQuestion question)
    {
        ScoreFormat format = question.IsClassification ? (question.Of.Form == ModelForm.Trees ? new(26, 24) : ScoreFormat.Default) : new(21, 14);
        return new()
        {
            Task = question.IsClassification ? EvaluationTask.Classification : EvaluationTask.Regression, Format = format, Groups = question.Groups, MinimumGroup = question.MinimumGroup,
            CutOffs = [.. question.CutOffs.Select(cutOff => (double)cutOff / EvaluationQuestion.Unit).Select(chance =>
                (long)Math.Ceiling(Math.ScaleB(question.Meaning == ScoreMeaning.Logit ? Math.Log(chance / (1 - chance)) : chance, format.Fraction)))],
        };
    }
}

/// <summary>Of trees: what their label owner tells the other receivers.</summary>
internal sealed record EvaluationMessage(EvaluationResult Result) : IMessage<EvaluationMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Result.Encode());

    public static EvaluationMessage Decode(ReadOnlySpan<byte> payload) => new(EvaluationResult.Decode(payload));
}

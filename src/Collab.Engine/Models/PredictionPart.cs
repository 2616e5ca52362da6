using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.FederatedLearning.Trees.Secret;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.Engine.Models;

/// <summary>A party's part of a prediction: its rows put beside the others', and its part of the model applied to them (protocols/specs/predict.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Model">What was trained.</param>
/// <param name="Part">This party's part of it.</param>
/// <param name="Rows">This party's rows.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record PredictionPart(
    EnginePorts Ports, Plan Plan, PredictionQuestion Question, ModelChoice Model, StoredPart Part, ModelRows Rows, SnapshotReference Read) : ProtocolPart(Read)
{
    private const string PredictFork = "predict";

    /// <summary>The training, where it was on rows side by side.</summary>
    private RowTrainingQuestion? ByRows { get; init; }

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, PredictionQuestion question, CancellationToken cancellation)
    {
        var part = await TrainedPart.RequireAsync(ports, question.Model, cancellation);
        if (question.IsAlone) return await PrepareAloneAsync(ports, plan, question, part, cancellation);
        return new JobArchive(ports.Store).FindPlan(part.Training) is { } trained && part.Training == question.Training
            ? await PrepareAsync(ports, plan, question, ModelPlanner.TrainingOf(trained), part, cancellation)
            : throw Unsuited(ports.Self, question.Model);
    }

    /// <summary>The same with a part at hand, also of a model that this run has just trained.</summary>
    public static async Task<ProtocolPart> PrepareAsync(
        EnginePorts ports, Plan plan, PredictionQuestion question, TrainingQuestion training, StoredPart part, CancellationToken cancellation)
    {
        if (!question.Features.SequenceEqual(training.Features) || question.LabelOwner != training.Label.Of || question.Form != training.Model.Form
            || question.SkipsMissing != training.SkipsMissing)
            throw Unsuited(ports.Self, part.Model);
        var input = plan.InputOf(ports.Self)!; // every party of the plan is an owner
        using var data = new GrantedData(ports, input);
        var rows = await ModelRows.ReadAsync(
            data.ReadAsync(cancellation), input, question.KeyRule, question.FeaturesOf(ports.Self), null,
            (NeedsAll: training.Model is ModelChoice.Linear && part.Recipe.IsEmpty, question.SkipsMissing), cancellation);
        return new PredictionPart(ports, plan, question, training.Model, part, rows, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        if (Question.IsAlone)
        {
            int[] all = [.. Rows.Complete];
            if (Model is ModelChoice.Network)
            {
                var network = ReadPart(Part, Ports.Self, bytes => Network.Decode(bytes.Span));
                return Told(all, [.. NetworkInputs.Of(ByRows!, Rows, all).Select(row => network.Predict(row))]);
            }

            var model = ReadPart(Part, Ports.Self, bytes => TreeModel.Decode(bytes.Span));
            return Told(all, model.Predict(Binned(Rows, model.Features, all)));
        }

        var context = ContextOf(Plan, run);
        var places = await RowAlignment.AlignAsync(Ports, Plan, channels, Rows, context, context, cancellation);                      // 1
        await using var others = new Forks(channels, Plan.Owners, PredictFork);
        var predictions = Model.Form switch                                                                                       // 2
        {
            ModelForm.Trees => await ByTreesAsync(others.InOrder, places, cancellation),
            ModelForm.Linear => await BySumAsync(others.To, places, context, cancellation),
            _ => await ByHiddenTreesAsync(others.To, places, context, cancellation),
        };
        return predictions is null ? null : Told(places, predictions);
    }

    private JobResult.Predictions Told(int[] places, double[] predictions) => new(
        Plan.InputOf(Ports.Self)!.Key,
        [.. places.Zip(predictions).OrderBy(row => row.First).Select(row => new Prediction(new Match(Rows.Keys.Row(row.First), IntersectionOutcome.PartsOfKey(Rows.Keys[row.First].Span)), row.Second))]);

    private async Task<double[]?> BySumAsync(IReadOnlyDictionary<PartyId, IChannel> others, int[] places, Digest context, CancellationToken cancellation)
    {
        var part = ReadPart(Part, Ports.Self, bytes => LinearPart.Decode(bytes.Span));
        var features = Part.Recipe.IsEmpty
            ? [.. Enumerable.Range(0, part.Weights.Count).Select(j => Rows.Numbers(j, places))]
            : await RecipeFeatures.ApplyAsync(RecipeOf(Part, Ports.Self), Rows, places);
        await using var joint = await JointEngine.OpenAsync(Plan.Owners, Ports.Self, null, others, Ports.Random, Plan.Security, context, cancellation: cancellation);
        var predictions = await LinearPrediction.PredictAsync(
            joint.Engine, ModelSettings.FamilyOf(((ModelChoice.Linear)Model).Kind), part, features, places.Length,
            Question.LabelOwner, cancellation);
        await joint.EndAsync(cancellation);
        return predictions;
    }

    private async Task<double[]?> ByTreesAsync(IReadOnlyList<IChannel> others, int[] places, CancellationToken cancellation)
    {
        if (Question.LabelOwner == Ports.Self)
        {
            var part = ReadPart(Part, Ports.Self, bytes => LabelPart.Decode(bytes.Span));
            return await ColumnWisePrediction.PredictAsync(others, part, Binned(Rows, part.Features, places), places.Length, cancellation);
        }

        var own = ReadPart(Part, Ports.Self, bytes => FeaturePart.Decode(bytes.Span));
        await ColumnWisePrediction.AssistAsync(others.Single(other => other.Peer == Question.LabelOwner), own, Binned(Rows, own.Features, places), cancellation);
        return null;
    }

    private async Task<double[]?> ByHiddenTreesAsync(IReadOnlyDictionary<PartyId, IChannel> others, int[] places, Digest context, CancellationToken cancellation)
    {
        var kept = ReadPart(Part, Ports.Self, bytes => KeptSecretTrees.Decode(bytes.Span));
        await using var joint = await JointEngine.OpenAsync(Plan.Owners, Ports.Self, null, others, Ports.Random, Plan.Security, context, cancellation: cancellation);
        using var trees = await kept.ShareAsync(joint.Engine, ModelSettings.Of((ModelChoice.Trees)Model), cancellation);
        var predictions = await SecretTrees.PredictAsync(joint.Engine, trees, Binned(Rows, kept.Own, places), places.Length, [Question.LabelOwner], cancellation);
        await joint.EndAsync(cancellation);
        return predictions;
    }

    /// <summary>What an owner's recipe was fitted to.</summary>
    internal static FittedRecipe RecipeOf(StoredPart part, PartyId self) => ReadPart(part, self, _ => FittedRecipe.Decode(part.Recipe.Span));

    /// <summary>Columns of trees, in the bins of their training.</summary>
    internal static BinnedColumn[] Binned(ModelRows rows, IReadOnlyList<FeatureBins> features, int[] places) =>
        [.. features.Select((bins, j) => bins.IsCategory ? BinnedColumn.Of(bins, rows.Texts(j, places)) : BinnedColumn.Of(bins, rows.Numbers(j, places)))];

    /// <summary>A part of a kind.</summary>
    /// <exception cref="CollabException"><see cref="ModelErrors.PartUnsuited"/>.</exception>
    internal static T ReadPart<T>(StoredPart part, PartyId self, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(part.Part);
        }
        catch (MalformedException)
        {
            throw new CollabException(ModelErrors.PartUnsuited, $"{self}'s part of model {part.Model.Short} cannot be read.", self, RunSteps.Protocol);
        }
    }

    // The whole model and all columns are here; nobody else takes part.
    private static async Task<ProtocolPart> PrepareAloneAsync(EnginePorts ports, Plan plan, PredictionQuestion question, StoredPart part, CancellationToken cancellation)
    {
        if (part.Training != question.Training || new JobArchive(ports.Store).FindPlan(part.Training)?.Question is not RowTrainingQuestion training
            || !question.Features.Select(feature => feature.Column).SequenceEqual(training.Features.Select(feature => feature.Column)))
            throw Unsuited(ports.Self, question.Model);
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(ports, input);
        var rows = await ModelRows.ReadAsync(data.ReadAsync(cancellation), input, question.KeyRule, question.FeaturesOf(ports.Self), null, (NeedsAll: false, Skips: true), cancellation);
        return new PredictionPart(ports, plan, question, training.Model, part, rows, data.Close(ports.Random)) { ByRows = training };
    }

    internal static CollabException Unsuited(PartyId self, Digest model) =>
        new(ModelErrors.PartUnsuited, $"{self}'s part of model {model.Short} is of another training than the plan says.", self, RunSteps.Read);
}

using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What does a model say of the rows whose keys all its owners have? Each brings its part and its columns; the receiver gets the predictions (protocols/specs/predict.md).</summary>
/// <param name="KeyRule">How keys are made equal.</param>
/// <param name="Training">The job that the model was trained by; all zeros where it is trained in the same run.</param>
/// <param name="Model">The run of it, which names the model; all zeros as well.</param>
/// <param name="Features">Its columns, as in the training.</param>
/// <param name="LabelOwner">Who had the labels.</param>
/// <param name="Form">What it is made of.</param>
/// <param name="SkipsMissing">As in the training.</param>
/// <param name="Stands">Whether each run takes the datasets as they are registered then: rows as they come.</param>
public sealed record PredictionQuestion(
    KeyRule KeyRule, Digest Training, Digest Model, IReadOnlyList<ModelColumn> Features, PartyId LabelOwner, ModelForm Form, bool SkipsMissing, bool Stands) : Question
{
    /// <inheritdoc/>
    public override string Kind => "predict";

    /// <inheritdoc/>
    public override bool IsStanding => Stands;

    /// <summary>Whether the model is trained in the same run, by an earlier step of a pipeline.</summary>
    public bool IsOfThisRun => Model == default;

    /// <summary>Whether one party has all columns, and with them the whole model.</summary>
    public bool IsAlone => Features.All(feature => feature.Of == LabelOwner);

    /// <summary>The features of an owner, in order.</summary>
    public IReadOnlyList<string> FeaturesOf(PartyId owner) => ModelColumn.NamesOf(Features, owner);

    /// <summary>Whether the inputs have keys and the columns.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        ModelColumn.Fit(Features, inputs) && inputs.Any(input => input.Owner == LabelOwner);

    internal void Encode(CanonicalWriter writer)
    {
        KeyRule.Encode(writer, KeyRule);
        writer.Digest(Training).Digest(Model).List(Features, ModelColumn.Encode).Party(LabelOwner).Byte((byte)Form).Boolean(SkipsMissing).Boolean(Stands);
    }

    internal static PredictionQuestion Decode(ref CanonicalReader reader)
    {
        var question = new PredictionQuestion(KeyRule.Decode(ref reader), reader.Digest(), reader.Digest(), reader.List(ModelColumn.Decode), reader.Party(), (ModelForm)reader.Byte(), reader.Boolean(), reader.Boolean());
        return Enum.IsDefined(question.Form) && question.KeyRule.Duplicate != DuplicateKeys.All && question.Features.Count > 0 && question.Features.Distinct().Count() == question.Features.Count
            ? question
            : throw new MalformedException("columns of a model, each once, and keys that stand for one row");
    }
}

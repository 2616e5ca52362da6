using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>How good is a model on the rows whose keys all its owners have? Labels and, of linear models, scores stay shared; the receivers get totals (protocols/specs/evaluate.md).</summary>
/// <param name="Of">Which model, and its columns: as for a prediction.</param>
/// <param name="Label">The labels, as in the training.</param>
/// <param name="Meaning">What its scores mean.</param>
/// <param name="TestPercent">Of 100 rows so many are evaluated on, as the training kept them, 0 for all rows.</param>
/// <param name="CutOffs">Chances in ten-thousandths, each once, the most wanted first; none of a number.</param>
/// <param name="Groups">The rows by score in so many groups of equal size, 1 to 64.</param>
/// <param name="MinimumGroup">So many rows of each class lie between any two boundaries that are told; at least 1.</param>
public sealed record EvaluationQuestion(
    PredictionQuestion Of, LabelColumn Label, ScoreMeaning Meaning, int TestPercent, IReadOnlyList<int> CutOffs, int Groups, int MinimumGroup) : Question
{
    /// <summary>Of a cut-off's chance.</summary>
    public const int Unit = 10_000;

    /// <summary>Most cut-offs, and most groups.</summary>
    public const int Most = 64;

    /// <inheritdoc/>
    public override string Kind => "evaluate";

    /// <summary>Whether the model predicts one of two classes.</summary>
    public bool IsClassification => Meaning != ScoreMeaning.Number;

    /// <summary>The columns that an owner reads beside its key, each once.</summary>
    public IReadOnlyList<string> ColumnsOf(PartyId owner) => Label.Of == owner ? [.. Of.FeaturesOf(owner), Label.Column] : Of.FeaturesOf(owner);

    /// <summary>Whether what it says fits together.</summary>
    public bool IsSound =>
        Label.Of == Of.LabelOwner && Enum.IsDefined(Meaning) && TestPercent is >= 0 and <= 50 && Groups is >= 1 and <= Most && MinimumGroup >= 1
        && CutOffs.Count <= Most && CutOffs.Distinct().Count() == CutOffs.Count && CutOffs.All(cutOff => cutOff is > 0 and < Unit)
        && (IsClassification || (CutOffs.Count == 0 && Label.Positive is null));

    /// <summary>Whether the inputs have keys and the columns.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        Of.Fits(inputs) && inputs.First(input => input.Owner == Label.Of).Columns.Any(column => column.Name == Label.Column);

    internal void Encode(CanonicalWriter writer)
    {
        Of.Encode(writer);
        Label.Encode(writer);
        writer.Byte((byte)Meaning).Byte((byte)TestPercent).List(CutOffs, (w, cutOff) => w.UInt32((uint)cutOff)).Byte((byte)Groups).UInt32((uint)MinimumGroup);
    }

    internal static EvaluationQuestion Decode(ref CanonicalReader reader)
    {
        var question = new EvaluationQuestion(
            PredictionQuestion.Decode(ref reader), LabelColumn.Decode(ref reader), (ScoreMeaning)reader.Byte(), reader.Byte(),
            reader.List((ref r) => (int)Math.Min(r.UInt32(), int.MaxValue)), reader.Byte(), (int)Math.Min(reader.UInt32(), int.MaxValue));
        return question.IsSound ? question : throw new MalformedException("labels of the model's label owner, at most 64 different chances and 64 groups, and neither of a number");
    }
}

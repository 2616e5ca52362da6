using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Trees or a network trained on rows that several owners hold side by side, with one set of columns; every owner gets the whole model (protocols/specs/train.md, "By rows").</summary>
/// <param name="Features">The columns, the same with every owner, with what all know of their values.</param>
/// <param name="Label">The column of the labels.</param>
/// <param name="Positive">The value that counts as 1, all others as 0; null where the column holds the labels as numbers.</param>
/// <param name="Model">What is trained.</param>
/// <param name="SkipsMissing">Whether rows without a label are left out; else they end the job. A missing feature is a value of its own.</param>
/// <param name="MinimumRows">An owner with fewer rows ends the job; at least 2.</param>
public sealed record RowTrainingQuestion(
    IReadOnlyList<RowFeature> Features, string Label, string? Positive, ModelChoice Model, bool SkipsMissing, int MinimumRows) : Question
{
    private const int MostColumns = 4096;

    /// <inheritdoc/>
    public override string Kind => "train";

    /// <summary>The columns that every owner reads.</summary>
    public IReadOnlyList<string> Columns => [.. Features.Select(feature => feature.Column), Label];

    /// <summary>Whether what it says fits together.</summary>
    public bool IsSound =>
        Features.Count is >= 1 and <= MostColumns && Columns.Distinct().Count() == Columns.Count && Features.All(feature => feature.IsSound) && Model.IsSound && Model.Form is (ModelForm.Trees or ModelForm.Network) && MinimumRows >= 2
        && (Positive is null || Model.IsClassification);

    /// <summary>Whether the inputs have the columns, and no key.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        inputs.Count >= 2 && inputs.All(input => input.Key.Count == 0 && Columns.All(name => input.Columns.Any(column => column.Name == name)));

    internal void Encode(CanonicalWriter writer)
    {
        writer.List(Features, (w, feature) => w.Text(feature.Column)
            .Optional(feature.Range, (o, range) => o.Byte((byte)range.Scale).Int64(range.Low).Int64(range.High)).List(feature.Levels, (l, level) => l.Text(level)));
        writer.Text(Label).Optional(Positive, (w, value) => w.Text(value));
        Model.Encode(writer);
        writer.Boolean(SkipsMissing).UInt32((uint)MinimumRows);
    }

    internal static RowTrainingQuestion Decode(ref CanonicalReader reader)
    {
        var features = reader.List((ref r) =>
        {
            var column = r.Text();
            return new RowFeature(column, r.Optional((ref o) => new ValueRange(column, o.Byte(), o.Int64(), o.Int64())), r.List((ref l) => l.Text()));
        });
        var (label, positive) = (reader.Text(), reader.Optional((ref r) => r.Text()));
        var model = ModelChoice.Decode(ref reader);
        var question = new RowTrainingQuestion(features, label, positive, model, reader.Boolean(), (int)Math.Min(reader.UInt32(), int.MaxValue));
        return question.IsSound ? question : throw new MalformedException("columns of a model, each once with a range or levels, none of them the label's");
    }
}

/// <summary>A column of a model that is trained by rows: either numbers in a range or levels. Bins follow from what is said here, so that they tell nothing of any rows.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Range">Between what most values lie, cut in bins of one width; values outside count in the first or last. Null for levels.</param>
/// <param name="Levels">The values of a text column; others count as missing. Empty for numbers.</param>
public sealed record RowFeature(string Column, ValueRange? Range, IReadOnlyList<string> Levels)
{
    internal bool IsSound => Range is { } range
        ? Levels.Count == 0 && range.IsSound && range.Low < range.High && range.Scale <= ColumnSchema.MaximumScale
        : Levels.Count is >= 1 and <= 255 && Levels.Distinct().Count() == Levels.Count;
}

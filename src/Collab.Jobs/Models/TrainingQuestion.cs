using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>A model trained on the columns of several owners, over the rows whose keys all have; each keeps its own part of it (protocols/specs/train.md).</summary>
/// <param name="KeyRule">How keys are made equal.</param>
/// <param name="Features">The columns, ordered by owner and then as written; an owner may have none but the label's.</param>
/// <param name="Label">The labels.</param>
/// <param name="Model">What is trained.</param>
/// <param name="SkipsMissing">Whether an owner leaves out rows without a value; else they end the job, but for trees, to which missing is a value.</param>
/// <param name="TestPercent">Of 100 rows so many are kept from training, 0 to 50, the same ones at all owners.</param>
/// <param name="MinimumRows">With fewer rows to train on nothing is trained; at least 2.</param>
/// <param name="WholeTo">Owners that get the parts of all, ordered: they alone may predict with the whole model, export it and show it; mostly none.</param>
public sealed record TrainingQuestion(
    KeyRule KeyRule, IReadOnlyList<ModelColumn> Features, LabelColumn Label, ModelChoice Model, bool SkipsMissing, int TestPercent, int MinimumRows,
    IReadOnlyList<PartyId> WholeTo) : Question
{
    private const int MostColumns = 4096, MostRecipeBytes = 1 << 20;

    /// <summary>Recipes of owners that make features of their columns first, ordered by owner; mostly none.</summary>
    public IReadOnlyList<OwnerRecipe> Recipes { get; init; } = [];

    /// <summary>Where labels are at another owner than a recipe that needs them: how many of each label the rows of every bin that is told have at least, 1 to 1,000,000.</summary>
    public int LeastOfEach { get; init; } = 5;

    /// <inheritdoc/>
    public override string Kind => "train";

    /// <summary>The features of an owner, in order.</summary>
    public IReadOnlyList<string> FeaturesOf(PartyId owner) => ModelColumn.NamesOf(Features, owner);

    /// <summary>An owner's recipe; null where its columns are trained on as they are.</summary>
    public ReadOnlyMemory<byte>? RecipeOf(PartyId owner) => Recipes.FirstOrDefault(recipe => recipe.Of == owner)?.Recipe;

    /// <summary>What a feature is called beside all others: its column, with the owner where another has one of that name.</summary>
    public string NameOf(ModelColumn feature) => Features.Count(other => other.Column == feature.Column) <= 1 ? feature.Column : $"{feature.Of}.{feature.Column}";

    /// <summary>The columns that an owner reads beside its key, each once.</summary>
    public IReadOnlyList<string> ColumnsOf(PartyId owner) => Label.Of == owner ? [.. FeaturesOf(owner), Label.Column] : FeaturesOf(owner);

    /// <summary>Whether the inputs have keys and the columns.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        ModelColumn.Fit([.. Features, new(Label.Of, Label.Column)], inputs)
        && WholeTo.All(party => inputs.Any(input => input.Owner == party));

    internal void Encode(CanonicalWriter writer)
    {
        KeyRule.Encode(writer, KeyRule);
        writer.List(Features, ModelColumn.Encode);
        Label.Encode(writer);
        Model.Encode(writer);
        writer.Boolean(SkipsMissing).Byte((byte)TestPercent).UInt32((uint)MinimumRows).List(WholeTo, (w, party) => w.Party(party))
            .List(Recipes, OwnerRecipe.Encode).UInt32((uint)LeastOfEach);
    }

    internal static TrainingQuestion Decode(ref CanonicalReader reader)
    {
        var question = new TrainingQuestion(
            KeyRule.Decode(ref reader), reader.List(ModelColumn.Decode), LabelColumn.Decode(ref reader), ModelChoice.Decode(ref reader),
            reader.Boolean(), reader.Byte(), (int)Math.Min(reader.UInt32(), int.MaxValue), reader.List((ref r) => r.Party()))
        {
            Recipes = reader.List(OwnerRecipe.Decode),
            LeastOfEach = (int)Math.Min(reader.UInt32(), int.MaxValue),
        };
        return question.IsSound ? question : throw new MalformedException("columns of a model, each once, none of them the label's, keys that stand for one row, and at most half of the rows for the test");
    }

    /// <summary>Whether what it says fits together.</summary>
    public bool IsSound =>
        KeyRule.Duplicate != DuplicateKeys.All && Features.Count is >= 1 and <= MostColumns && Features.Distinct().Count() == Features.Count
        && !Features.Contains(new(Label.Of, Label.Column)) && Model.IsSound && Model.Form != ModelForm.Network && TestPercent is >= 0 and <= 50 && MinimumRows >= 2
        && Features.Zip(Features.Skip(1)).All(pair => pair.First.Of.CompareTo(pair.Second.Of) <= 0)
        && WholeTo.Zip(WholeTo.Skip(1)).All(pair => pair.First.CompareTo(pair.Second) < 0)
        && (Label.Positive is null || Model.IsClassification)
        && Recipes.Zip(Recipes.Skip(1)).All(pair => pair.First.Of.CompareTo(pair.Second.Of) < 0) && LeastOfEach is >= 1 and <= 1_000_000
        && Recipes.All(recipe => recipe.Recipe.Length is > 0 and <= MostRecipeBytes && FeaturesOf(recipe.Of).Count > 0 && Model is ModelChoice.Linear);
}
